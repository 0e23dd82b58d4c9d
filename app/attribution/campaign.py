"""Which campaign a touch is counted under: patterns over its UTM values, kept in `_site/campaigns.yaml`.

Campaigns are resolved from the stored facts whenever they are counted, so a mapping added later applies backwards.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.attribution.touch import TouchFacts
from app.site_file import Faults, Node, read

_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")
# The field of a pattern and the fact it is held against.
_FACT_OF = {
    "campaign": "campaign",
    "id": "campaign_id",
    "source": "source",
    "medium": "medium",
    "content": "content",
    "term": "term",
}


class CampaignReason(StrEnum):
    """Why a touch has the campaign it has."""

    MAPPED = "mapped"
    PAGE = "page"
    UNTAGGED = "untagged"
    UNMAPPED = "unmapped"


@dataclass(frozen=True, slots=True)
class Pattern:
    """Facts and the texts they must equal, any case, `*` standing for any characters; all of them must fit."""

    parts: tuple[tuple[str, re.Pattern[str]], ...]

    def fits(self, facts: TouchFacts) -> bool:
        """Whether every part fits."""
        return all(pattern.fullmatch(getattr(facts, fact)) for fact, pattern in self.parts)


@dataclass(frozen=True, slots=True)
class Campaign:
    """What touches and spend are counted under."""

    key: str
    label: str
    labels: Mapping[str, str]
    patterns: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class CampaignMap:
    """The campaigns of a site, in file order; the first that fits wins."""

    campaigns: tuple[Campaign, ...] = ()

    def campaign(self, key: str) -> Campaign | None:
        """The campaign with this key."""
        return next((campaign for campaign in self.campaigns if campaign.key == key), None)

    def label(self, key: str, locale: str) -> str:
        """The name of a campaign for people; its key where it has no name."""
        found = self.campaign(key)
        return key if found is None else found.labels.get(locale, found.label)


@dataclass(frozen=True, slots=True)
class CampaignMatch:
    """The campaign of a touch, or None, and why. `unmapped` needs a line in the file; `untagged` needs nothing."""

    key: str | None
    reason: CampaignReason


def resolve(campaigns: CampaignMap, facts: TouchFacts, *, page_default: str = "") -> CampaignMatch:
    """The campaign whose pattern fits first; without a campaign in the tags, the page's own default."""
    for campaign in campaigns.campaigns:
        if any(pattern.fits(facts) for pattern in campaign.patterns):
            return CampaignMatch(campaign.key, CampaignReason.MAPPED)
    if facts.campaign or facts.campaign_id:
        return CampaignMatch(None, CampaignReason.UNMAPPED)
    if page_default:
        return CampaignMatch(page_default, CampaignReason.PAGE)
    return CampaignMatch(None, CampaignReason.UNTAGGED)


def parse_campaigns(text: str, *, file: str) -> tuple[CampaignMap, Faults]:
    """Read `campaigns.yaml`; with faults the map holds what could be read and must not be published."""
    top = read(text, file=file)
    top.only("campaigns")
    found: dict[str, Campaign] = {}
    for node in top.each("campaigns"):
        campaign = _campaign(node)
        if campaign.key in found:
            node.fault(f"{campaign.key} is already a campaign above", "key")
        found[campaign.key] = campaign
    return CampaignMap(tuple(found.values())), tuple(top.faults)


def _campaign(node: Node) -> Campaign:
    node.only("key", "label", "labels", "match")
    key = node.text("key", limit=80)
    if key and not _KEY.fullmatch(key):
        node.fault("may have lower-case letters, digits, hyphens and underscores", "key")
    labels = node.at("labels")
    names = {locale: labels.text(locale, limit=120) for locale in labels.keys()}  # noqa: SIM118 - a Node is no dict
    patterns = tuple(_pattern(match) for match in node.each("match"))
    if not patterns:
        node.fault("needs at least one line saying which UTM values belong to it", "match")
    return Campaign(key, node.text("label", default=key, limit=120), names, patterns)


def _pattern(node: Node) -> Pattern:
    node.only(*_FACT_OF)
    parts = []
    for name, fact in _FACT_OF.items():
        if node.has(name):
            shape = re.escape(node.text(name, limit=200)).replace(r"\*", ".*")
            parts.append((fact, re.compile(shape, re.IGNORECASE | re.DOTALL)))
    if not parts:
        node.fault(f"needs at least one of {', '.join(_FACT_OF)}")
    return Pattern(tuple(parts))
