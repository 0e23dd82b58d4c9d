"""Who is the same person: one normal form of an address, and what to do with what two submissions say."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any
from unicodedata import normalize

import idna

# Only where the provider says so: Gmail ignores dots and +tags, these ignore +tags, others may ignore neither.
_GMAIL = frozenset(("gmail.com", "googlemail.com"))
_TAGGING_DOMAINS = """
outlook.com hotmail.com live.com msn.com icloud.com me.com mac.com fastmail.com fastmail.fm proton.me protonmail.com
"""
_TAGGING = frozenset(_TAGGING_DOMAINS.split())
_LONGEST = 320
_UNWANTED = re.compile("[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202f\u2060-\u206f\ud800-\udfff\ufeff]")


@dataclass(frozen=True, slots=True)
class Address:
    """A mail address in its forms.

    `shown` is as typed, trimmed and composed; mail goes there. `key` identifies a person. `collapsed` finds likely
    duplicates and decides nothing. `domain` is ASCII, lower case.
    """

    shown: str
    key: str
    local: str
    domain: str
    collapsed: str


class MatchKind(StrEnum):
    """How alike two people are."""

    SAME = "same"
    CANDIDATE = "candidate"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class IdentityFacts:
    """What people are compared by; empty text means unknown. `phone` is E.164."""

    email_key: str
    collapsed: str = ""
    phone: str = ""
    name: str = ""
    company: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """The answer, with the reasons a person would want when asked to join two leads."""

    kind: MatchKind
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldValue:
    """What somebody said about one field, and when."""

    value: Any
    at: datetime


def address_of(text: str) -> Address | None:
    """The forms of an address, or None where there is none; its syntax is checked where it was asked for.

    Trimmed, NFC, the domain in IDNA (UTS 46) and lower case, the local part in lower case with its dots and +tag.
    """
    shown = normalize("NFC", text.strip())
    local, mark, domain = shown.rpartition("@")
    if not (local and mark) or len(shown) > _LONGEST or _UNWANTED.search(shown):
        return None
    ascii_domain = _ascii_domain(domain)
    if ascii_domain is None:
        return None
    lowered = normalize("NFC", local.lower())
    return Address(
        shown=shown,
        key=f"{lowered}@{ascii_domain}",
        local=lowered,
        domain=ascii_domain,
        collapsed=_collapsed(lowered, ascii_domain),
    )


def compare(held: IdentityFacts, other: IdentityFacts) -> Match:
    """Whether two sets of facts are one person. Only the same address is proof; the rest are candidates for a queue."""
    if held.email_key == other.email_key:
        return Match(MatchKind.SAME, ("same address",))
    reasons = []
    if held.collapsed and held.collapsed == other.collapsed:
        reasons.append("same mailbox under another spelling")
    if held.phone and held.phone == other.phone:
        reasons.append("same phone number")
    if held.name and held.company and _plain(held.name, held.company) == _plain(other.name, other.company):
        reasons.append("same name and company")
    return Match(MatchKind.CANDIDATE, tuple(reasons)) if reasons else Match(MatchKind.DIFFERENT)


def merge_fields(held: Mapping[str, FieldValue], told: Mapping[str, FieldValue]) -> dict[str, FieldValue]:
    """Field by field the newest value that is not empty; of two told at once, the held one stays."""
    merged = dict(held)
    for name, value in told.items():
        if is_empty(value.value):
            continue
        before = merged.get(name)
        if before is None or is_empty(before.value) or value.at > before.at:
            merged[name] = value
    return merged


def is_empty(value: Any) -> bool:
    """Whether a value says nothing. An unticked box and zero say something."""
    if isinstance(value, str):
        return not value.strip()
    return value is None or (isinstance(value, list | tuple | dict) and not value)


@lru_cache(maxsize=4096)
def _ascii_domain(domain: str) -> str | None:
    try:
        found = idna.encode(domain.rstrip("."), uts46=True, transitional=False).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError):
        return None
    return found or None


def _collapsed(local: str, domain: str) -> str:
    if domain in _GMAIL:
        return f"{local.partition('+')[0].replace('.', '') or local}@gmail.com"
    if domain in _TAGGING:
        return f"{local.partition('+')[0] or local}@{domain}"
    return f"{local}@{domain}"


def _plain(*texts: str) -> tuple[str, ...]:
    return tuple(" ".join(normalize("NFKC", text).casefold().split()) for text in texts)
