"""Where an arrival came from: a query string and a referrer read into facts, the same facts for ever after."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from unicodedata import normalize
from urllib.parse import unquote_plus

VALUE_LIMIT = 200
RAW_LIMIT = 2000

# Which parameter fills which fact, best first: the UTM name wins over Matomo's, Matomo's over bare ones.
_ALIASES: dict[str, tuple[str, ...]] = {
    "source": ("utm_source", "mtm_source", "pk_source", "ref", "source"),
    "medium": ("utm_medium", "mtm_medium", "pk_medium"),
    "campaign": ("utm_campaign", "mtm_campaign", "pk_campaign", "pk_cpn"),
    "campaign_id": ("utm_id", "mtm_cid", "pk_cid"),
    "term": ("utm_term", "mtm_keyword", "mtm_kwd", "pk_keyword", "pk_kwd"),
    "content": ("utm_content", "mtm_content", "pk_content"),
    "source_platform": ("utm_source_platform",),
    "creative_format": ("utm_creative_format",),
    "marketing_tactic": ("utm_marketing_tactic",),
}
_TAGS = frozenset(name for names in _ALIASES.values() for name in names)

# Names as sent, lower case: advertisers and platforms first, mail tools last.
_CLICK_ID_NAMES = """
gclid gbraid wbraid dclid gclsrc gad_source gad_campaignid srsltid msclkid fbclid igshid igsh ttclid twclid
li_fat_id rdt_cid sccid epik yclid ymclid ysclid _openstat qclid sznclid irclickid dicbo ob_click_id tblci auctid
ad_id awclid _branch_match_id
mc_cid mc_eid ml_subscriber ml_subscriber_hash mkt_tok _hsenc _hsmi hsctatracking vero_id _kx _ke
omnisendcontactid ck_subscriber_id
"""
CLICK_IDS = frozenset(_CLICK_ID_NAMES.split())

_QUERY_LIMIT = 8192
_MOST_PARAMETERS = 200
# Controls, lone surrogates, and the marks that reverse the order of text on a screen.
_UNWANTED = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ud800-\udfff\ufeff]+")
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9._-]{0,251}[a-z0-9_])?|\[[0-9a-f:.]{2,45}\]")


@dataclass(frozen=True, slots=True)
class TouchFacts:
    """What an arrival told about its source. Empty text means: not told.

    `source` and `medium` are lower case. `click_ids` are lower-case names; the caller keeps `click_values` only under
    the purpose `behaviour_tracking`. `raw_query` is the query as sent, without the values of click ids.
    """

    source: str = ""
    medium: str = ""
    campaign: str = ""
    campaign_id: str = ""
    term: str = ""
    content: str = ""
    source_platform: str = ""
    creative_format: str = ""
    marketing_tactic: str = ""
    click_ids: tuple[str, ...] = ()
    click_values: tuple[tuple[str, str], ...] = ()
    referrer_host: str = ""
    raw_query: str = ""

    @property
    def is_tagged(self) -> bool:
        """Whether somebody tagged the link on purpose."""
        return bool(self.source or self.medium or self.campaign or self.campaign_id or self.term or self.content)

    @property
    def is_direct(self) -> bool:
        """Whether nothing at all says where the arrival came from."""
        return not (self.is_tagged or self.click_ids or self.referrer_host)

    def without_values(self) -> "TouchFacts":
        """The same facts without the values of click ids, which single out one person."""
        return replace(self, click_values=()) if self.click_values else self


DIRECT = TouchFacts()


@lru_cache(maxsize=4096)
def parse_touch(query: str, referrer: str | None, own_hosts: frozenset[str]) -> TouchFacts:
    """Read a query string (as sent) and a referrer into facts; never raises, whatever was sent.

    The first non-empty value of a parameter wins, values are percent-decoded once, cleaned of control characters and
    cut at 200 characters. A referrer of one of `own_hosts` (lower case, without port) is no source.
    """
    host = _host_of(referrer, own_hosts) if referrer else ""
    if not query:
        return TouchFacts(referrer_host=host) if host else DIRECT
    tags, clicks, raw = _read_query(query)
    facts: dict[str, Any] = {}
    for fact, names in _ALIASES.items():
        value = next((tags[name] for name in names if name in tags), "") if tags else ""
        if value:
            facts[fact] = value.lower()[:VALUE_LIMIT] if fact in ("source", "medium") else value
    return TouchFacts(
        **facts, click_ids=tuple(clicks), click_values=tuple(clicks.items()), referrer_host=host, raw_query=raw
    )


def to_json(facts: TouchFacts, *, with_values: bool) -> dict[str, Any]:
    """The facts as JSON without empty ones; click id values only `with_values`."""
    data: dict[str, Any] = {name: value for name in _SINGLE if (value := getattr(facts, name))}
    if facts.click_ids:
        data["click_ids"] = list(facts.click_ids)
    if with_values and facts.click_values:
        data["click_values"] = dict(facts.click_values)
    return data


def from_json(data: Mapping[str, Any]) -> TouchFacts:
    """The facts that `to_json` wrote; unknown keys of a later version are passed over."""
    return TouchFacts(
        **{name: str(data[name]) for name in _SINGLE if name in data},
        click_ids=tuple(data.get("click_ids", ())),
        click_values=tuple(dict(data.get("click_values", {})).items()),
    )


_SINGLE = (*_ALIASES, "referrer_host", "raw_query")


def _read_query(query: str) -> tuple[dict[str, str], dict[str, str], str]:
    """The tags, the click ids, and the query without the values of click ids."""
    tags: dict[str, str] = {}
    clicks: dict[str, str] = {}
    raw: list[str] = []
    for part in query[:_QUERY_LIMIT].removeprefix("?").split("&", _MOST_PARAMETERS)[:_MOST_PARAMETERS]:
        name, _, value = part.partition("=")
        key = (_decoded(name) if "%" in name else name).lower()
        if key in CLICK_IDS:
            if key not in clicks and (found := _clean(value)):
                clicks[key] = found
            raw.append(f"{name}=")
            continue
        if key in _TAGS and key not in tags and (found := _clean(value)):
            tags[key] = found
        raw.append(part)
    return tags, clicks, _UNWANTED.sub("", "&".join(raw))[:RAW_LIMIT]


def _clean(value: str) -> str:
    """A value fit to be stored and shown: decoded once, composed, one line, at most 200 characters."""
    if not value.isascii() or "%" in value or "+" in value:
        value = normalize("NFC", _UNWANTED.sub("", _decoded(value)))
    elif not value.isprintable():
        value = _UNWANTED.sub("", value)
    return value.strip()[:VALUE_LIMIT].rstrip()


def _decoded(value: str) -> str:
    """Percent-decoding; raw bytes that a gateway handed over as Latin-1 are read as the UTF-8 they were."""
    if not value.isascii():
        try:
            value = value.encode("latin-1").decode()
        except UnicodeError:
            value = _UNWANTED.sub("", value)
    return unquote_plus(value, errors="replace")


def _host_of(referrer: str, own_hosts: frozenset[str]) -> str:
    """The host of a referrer, lower case, without `www.` and port; "" for our own and for what is no host."""
    _, mark, rest = referrer[:RAW_LIMIT].strip().partition("://")
    if not mark:
        return ""
    authority = re.split(r"[/?#\\]", rest, maxsplit=1)[0].rpartition("@")[2].lower()
    is_v6 = authority.startswith("[")
    host = authority.partition("]")[0] + "]" if is_v6 else authority.partition(":")[0].rstrip(".")
    if host in own_hosts or not _HOST.fullmatch(host):
        return ""
    bare = host.removeprefix("www.")
    return "" if bare in own_hosts else bare
