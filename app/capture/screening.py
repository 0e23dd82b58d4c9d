"""How suspicious a post is. Nothing is refused here: suspicious posts are kept, flagged and answered like good ones."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

SUSPICIOUS_FROM = 2
FASTEST_MS = 2_000

_LINK = re.compile(r"https?://|www\.|\bhref\s*=|\[(?:url|link)", re.IGNORECASE)
_MARKUP = re.compile(
    r"<\s*/?\s*(?:a|script|img|iframe|svg|form|style|div|p|br)\b|\[/?(?:url|img|link)\b", re.IGNORECASE
)

# RFC 2142 and what offices use today: answered by several people or by nobody.
_ROLE_NAMES = """
abuse admin administrator billing contact enquiries feedback finance hello help hostmaster hr info it jobs kontakt
lienhe mail mailer-daemon marketing news no-reply noc noreply obchod office postmaster press privacy purchasing root
sales security service sekretariat spam support team test tuyendung usenet uucp webmaster www
"""
_ROLES = frozenset(_ROLE_NAMES.split())
# Addresses that nobody reads, or that exist to receive complaints: never a person who asked for an ebook.
_UNMAILABLE = frozenset(("abuse", "postmaster", "noreply", "no-reply", "mailer-daemon"))


@dataclass(frozen=True, slots=True)
class PostFacts:
    """What is known about a post. `elapsed_ms` is the time on the page by the script or by the visit record, or None.

    `links` counts links in the answers, `has_markup` tells that one holds HTML or BBCode, `traffic` is the class of
    the request as `attribution/bots.py` names it.
    """

    honeypot_filled: bool = False
    elapsed_ms: int | None = None
    email_local: str = ""
    email_domain: str = ""
    links: int = 0
    has_markup: bool = False
    traffic: str = "human"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a person should look at this post, why, and how much risk the reasons add up to.

    `certain` means that only a program can have done this: its mail may wait for a person to release it. Other
    suspicious posts can be a quick or unusual person's, who must get the mail they asked for.
    """

    suspicious: bool
    reasons: tuple[str, ...]
    risk: int
    certain: bool = False


CLEAN = Verdict(suspicious=False, reasons=(), risk=0)


def screen(facts: PostFacts) -> Verdict:
    """Add up the signs. One strong sign or two weak ones make a post suspicious; every sign is named."""
    signs = tuple(_signs(facts))
    if not signs:
        return CLEAN
    risk = sum(weight for _, weight in signs)
    return Verdict(
        suspicious=risk >= SUSPICIOUS_FROM,
        reasons=tuple(name for name, _ in signs),
        risk=risk,
        certain=facts.honeypot_filled,
    )


def is_disposable(domain: str) -> bool:
    """Whether a mail domain (lower case) or a domain above it gives out throw-away addresses."""
    from disposable_email_domains import blocklist

    parts = domain.split(".")
    return any(".".join(parts[start:]) in blocklist for start in range(len(parts) - 1))


def is_role(local: str) -> bool:
    """Whether the part before the @ names an office rather than a person (RFC 2142); a +tag is passed over."""
    return local.lower().partition("+")[0] in _ROLES


def is_unmailable(local: str) -> bool:
    """Whether mail to this address could only bounce or complain."""
    return local.lower().partition("+")[0] in _UNMAILABLE


def links_in(texts: Iterable[str]) -> int:
    """How many links the answers hold."""
    return sum(len(_LINK.findall(text)) for text in texts)


def has_markup(texts: Iterable[str]) -> bool:
    """Whether an answer holds HTML tags or BBCode, as posts by spam programs do."""
    return any(_MARKUP.search(text) for text in texts)


def is_same_origin(origin: str | None, sec_fetch_site: str | None, *, own_origin: str) -> bool:
    """Whether a post comes from our own pages; others are refused.

    `Sec-Fetch-Site` is written by the browser and cannot be set by a page, so it decides where it is sent. Without it
    the Origin must be ours. Both absent is an old browser. Origin `null` alone is an older browser on a page that
    sends no referrer, as the pages behind mailed links do; those posts carry a signed token.
    """
    if sec_fetch_site in ("same-origin", "none"):
        return True
    if sec_fetch_site == "cross-site":
        return False
    if sec_fetch_site == "same-site":
        return origin is not None and _same(origin, own_origin)
    return origin in (None, "", "null") or _same(origin or "", own_origin)


def _same(origin: str, own_origin: str) -> bool:
    return origin.rstrip("/").lower() == own_origin.rstrip("/").lower()


def _signs(facts: PostFacts) -> Iterable[tuple[str, int]]:
    if facts.honeypot_filled:
        yield "hidden field filled", 3
    if facts.elapsed_ms is not None and facts.elapsed_ms < FASTEST_MS:
        yield "sent within two seconds", 2
    if facts.traffic in ("bot", "scanner"):
        yield "sent by a known program", 2
    if facts.has_markup:
        yield "markup in an answer", 2
    if facts.links:
        yield "link in an answer", 1 if facts.links < 3 else 2
    if facts.email_domain and is_disposable(facts.email_domain):
        yield "throw-away address", 1
    if facts.email_local and is_role(facts.email_local):
        yield "office address", 0
