"""The channel of a touch: one ordered table of rules, first match wins, in the order and words of GA4."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from app.attribution.referrers import Category, referrer_of_host, referrer_of_name
from app.attribution.touch import TouchFacts

# Raised whenever a rule or a list behind it changes; stored touches are then counted again from their facts.
RULES_VERSION = 1


class Channel(StrEnum):
    """The kinds of source, spelled as GA4 spells its default channel group."""

    CROSS_NETWORK = "Cross-network"
    PAID_SHOPPING = "Paid Shopping"
    PAID_SEARCH = "Paid Search"
    PAID_SOCIAL = "Paid Social"
    PAID_VIDEO = "Paid Video"
    DISPLAY = "Display"
    PAID_OTHER = "Paid Other"
    ORGANIC_SHOPPING = "Organic Shopping"
    ORGANIC_SOCIAL = "Organic Social"
    ORGANIC_VIDEO = "Organic Video"
    AI_ASSISTANT = "AI Assistant"
    ORGANIC_SEARCH = "Organic Search"
    EMAIL = "Email"
    AFFILIATES = "Affiliates"
    AUDIO = "Audio"
    SMS = "SMS"
    PUSH = "Mobile Push Notifications"
    REFERRAL = "Referral"
    DIRECT = "Direct"
    UNASSIGNED = "Unassigned"


@dataclass(frozen=True, slots=True)
class Arrival:
    """What the rules look at: the touch after the source is recognised and click ids are understood."""

    source: str
    name: str
    category: Category | None
    medium: str
    campaign: str
    click_ids: tuple[str, ...]
    is_tagged: bool

    @property
    def is_paid(self) -> bool:
        """Paid by GA4's pattern for media, or the referrer is an advertising network."""
        return bool(_PAID.fullmatch(self.medium)) or self.category is Category.PAID

    @property
    def is_shop(self) -> bool:
        """A shop by its source or by the name of its campaign."""
        return self.category is Category.SHOPPING or bool(_SHOP.fullmatch(self.campaign))

    @property
    def is_search_advert(self) -> bool:
        """A search engine's own click id, which beats whatever the tags say about the medium."""
        if self.name == "Google" and self.category is Category.SEARCH:
            return not _GOOGLE_ADS.isdisjoint(self.click_ids)
        return self.name == "Bing" and "msclkid" in self.click_ids

    @property
    def is_push(self) -> bool:
        """A push notification."""
        is_medium = self.medium.endswith("push") or "mobile" in self.medium or "notification" in self.medium
        return is_medium or self.category is Category.PUSH

    @property
    def is_direct(self) -> bool:
        """Nothing said, or said to be direct; tags without a source and a medium are unassigned instead."""
        is_bare = not self.is_tagged or self.source in ("direct", "(direct)")
        return is_bare and self.source in _NO_SOURCE and self.medium in _NO_MEDIUM


@dataclass(frozen=True, slots=True)
class ChannelDecision:
    """A channel, the id of the rule that chose it, the source as shown, and the facts behind it in words."""

    channel: Channel
    rule: str
    source: str
    category: str
    reason: str


_PAID = re.compile(r".*cp.*|ppc|retargeting|paid.*")
_SHOP = re.compile(r"(?:.*(?:(?:[^a-df-z]|^)shop|shopping).*)")
_SOCIAL_MEDIA = frozenset(("social", "social-network", "social-media", "sm", "social network", "social media"))
_DISPLAY_MEDIA = frozenset(("display", "banner", "expandable", "interstitial", "cpm"))
_EMAIL_WORDS = frozenset(("email", "e-mail", "e_mail", "e mail", "newsletter"))
_REFERRAL_MEDIA = frozenset(("referral", "app", "link"))
_NO_MEDIUM = frozenset(("", "(none)", "(not set)", "none"))
_NO_SOURCE = frozenset(("", "direct", "(direct)"))
_GOOGLE_ADS = frozenset(("gclid", "gbraid", "wbraid", "gad_source", "gad_campaignid", "gclsrc"))

# What a click id alone tells: (source, medium). No medium: it marks the platform and says nothing about payment;
# Facebook adds fbclid to links that friends share, so it is never paid by itself.
_CLICK_MEANS: dict[str, tuple[str, str]] = {
    **dict.fromkeys(("gclid", "gbraid", "wbraid", "gclsrc", "gad_source", "gad_campaignid"), ("google", "cpc")),
    "dclid": ("google", "display"),
    "srsltid": ("google", ""),
    "msclkid": ("bing", "cpc"),
    **dict.fromkeys(("fbclid",), ("facebook", "")),
    **dict.fromkeys(("igshid", "igsh"), ("instagram", "")),
    "ttclid": ("tiktok", "cpc"),
    "twclid": ("twitter", "cpc"),
    "li_fat_id": ("linkedin", "cpc"),
    "rdt_cid": ("reddit", "cpc"),
    "sccid": ("snapchat", "cpc"),
    "epik": ("pinterest", ""),
    **dict.fromkeys(("yclid", "ymclid"), ("yandex", "cpc")),
    "_openstat": ("yandex", "cpc"),
    "ysclid": ("yandex", ""),
    "qclid": ("quora", "cpc"),
    "sznclid": ("seznam", "cpc"),
    "irclickid": ("impact", "affiliate"),
    **dict.fromkeys(("dicbo", "ob_click_id"), ("outbrain", "cpc")),
    "tblci": ("taboola", "cpc"),
    "auctid": ("teads", "cpc"),
    "ad_id": ("adroll", "cpc"),
    "awclid": ("amazon", "cpc"),
    **dict.fromkeys(("mc_cid", "mc_eid"), ("mailchimp", "email")),
    **dict.fromkeys(("_hsenc", "_hsmi", "hsctatracking"), ("hs_email", "email")),
    **dict.fromkeys(
        ("ml_subscriber", "ml_subscriber_hash", "mkt_tok", "vero_id", "_kx", "_ke"),
        ("newsletter", "email"),
    ),
    **dict.fromkeys(
        ("omnisendcontactid", "ck_subscriber_id"),
        ("newsletter", "email"),
    ),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table."""

    id: str
    channel: Channel
    holds: Callable[[Arrival], bool]


RULES: tuple[Rule, ...] = (
    Rule("cross-network", Channel.CROSS_NETWORK, lambda a: "cross-network" in a.campaign),
    Rule("paid-shopping", Channel.PAID_SHOPPING, lambda a: a.is_shop and a.is_paid),
    Rule("paid-search", Channel.PAID_SEARCH, lambda a: a.category is Category.SEARCH and a.is_paid),
    Rule("search-click-id", Channel.PAID_SEARCH, lambda a: a.is_search_advert),
    Rule("paid-social", Channel.PAID_SOCIAL, lambda a: a.category is Category.SOCIAL and a.is_paid),
    Rule("paid-video", Channel.PAID_VIDEO, lambda a: a.category is Category.VIDEO and a.is_paid),
    Rule("display", Channel.DISPLAY, lambda a: a.medium in _DISPLAY_MEDIA),
    Rule("paid-other", Channel.PAID_OTHER, lambda a: a.is_paid),
    Rule("organic-shopping", Channel.ORGANIC_SHOPPING, lambda a: a.is_shop),
    Rule("social-source", Channel.ORGANIC_SOCIAL, lambda a: a.category is Category.SOCIAL),
    Rule("social-medium", Channel.ORGANIC_SOCIAL, lambda a: a.medium in _SOCIAL_MEDIA),
    Rule("video-source", Channel.ORGANIC_VIDEO, lambda a: a.category is Category.VIDEO),
    Rule("video-medium", Channel.ORGANIC_VIDEO, lambda a: "video" in a.medium),
    Rule("ai-source", Channel.AI_ASSISTANT, lambda a: a.category is Category.AI),
    Rule("ai-medium", Channel.AI_ASSISTANT, lambda a: a.medium == "ai-assistant"),
    Rule("search-source", Channel.ORGANIC_SEARCH, lambda a: a.category is Category.SEARCH),
    Rule("organic-medium", Channel.ORGANIC_SEARCH, lambda a: a.medium == "organic"),
    Rule("email", Channel.EMAIL, lambda a: a.source in _EMAIL_WORDS or a.medium in _EMAIL_WORDS),
    Rule("mail-source", Channel.EMAIL, lambda a: a.category is Category.EMAIL),
    Rule("affiliate", Channel.AFFILIATES, lambda a: a.medium in ("affiliate", "affiliates")),
    Rule("audio", Channel.AUDIO, lambda a: a.medium == "audio"),
    Rule("sms", Channel.SMS, lambda a: a.medium == "sms" or a.category is Category.SMS),
    Rule("push", Channel.PUSH, lambda a: a.is_push),
    Rule("referral-medium", Channel.REFERRAL, lambda a: a.medium in _REFERRAL_MEDIA),
    Rule("referring-site", Channel.REFERRAL, lambda a: a.medium in _NO_MEDIUM and a.source not in _NO_SOURCE),
    Rule("nothing-known", Channel.DIRECT, lambda a: a.is_direct),
    Rule("no-rule", Channel.UNASSIGNED, lambda a: True),
)


def channel_of(facts: TouchFacts) -> ChannelDecision:
    """The channel of a touch, with the rule that chose it. Pure: the same facts and rules give the same channel."""
    arrival = arrival_of(facts)
    rule = next(rule for rule in RULES if rule.holds(arrival))
    category = arrival.category.value if arrival.category else ""
    return ChannelDecision(rule.channel, rule.id, arrival.name, category, _words(arrival, category))


def arrival_of(facts: TouchFacts) -> Arrival:
    """Recognise the source: tags say it best, then the referrer, then what a click id implies."""
    means = next((_CLICK_MEANS[name] for name in facts.click_ids if name in _CLICK_MEANS), ("", ""))
    known = referrer_of_host(facts.referrer_host) if facts.referrer_host else None
    source, medium = facts.source, facts.medium
    if not source and facts.referrer_host and (known is not None or not means[0]):
        source = facts.referrer_host
    else:
        known = referrer_of_name(source or means[0])
        source = source or means[0]
    if not medium and (not facts.source or known == referrer_of_name(means[0])):
        medium = means[1]
    return Arrival(
        source=source,
        name=known.name if known else source,
        category=known.category if known else None,
        medium=medium,
        campaign=facts.campaign.lower(),
        click_ids=facts.click_ids,
        is_tagged=facts.is_tagged,
    )


def _words(a: Arrival, category: str) -> str:
    """The facts behind a decision, for the person who asks why."""
    facts = (("source", a.source), ("kind", category), ("medium", a.medium), ("campaign", a.campaign))
    words = [f"{name} {value}" for name, value in facts if value]
    if a.click_ids:
        words.append(f"click id {', '.join(a.click_ids)}")
    return "; ".join(words) or "no source, no medium"
