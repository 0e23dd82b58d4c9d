"""Campaigns from UTM values."""

from pathlib import Path

import pytest

from app.attribution.campaign import CampaignMap, CampaignMatch, CampaignReason, parse_campaigns, resolve
from app.attribution.touch import TouchFacts

TEXT = """
campaigns:
  - key: spring
    label: Spring guide
    labels: {vi: Mùa xuân}
    match:
      - {campaign: "spring-*"}
      - {source: newsletter, medium: email, content: "*guide*"}
  - key: all-google
    match: [{source: google, campaign: "*"}]
  - key: by-id
    match: [{id: "4711"}]
"""


@pytest.fixture(scope="module")
def campaigns() -> CampaignMap:
    found, faults = parse_campaigns(TEXT, file="campaigns.yaml")
    assert faults == ()
    return found


@pytest.mark.parametrize(
    ("facts", "key"),
    [
        (TouchFacts(campaign="spring-2027"), "spring"),
        (TouchFacts(campaign="SPRING-A"), "spring"),
        (TouchFacts(campaign="spring-x", source="google"), "spring"),
        (TouchFacts(campaign="other", source="google"), "all-google"),
        (TouchFacts(source="newsletter", medium="email", content="top-guide-1"), "spring"),
        (TouchFacts(campaign_id="4711"), "by-id"),
    ],
)
def test_the_first_campaign_that_fits_wins(campaigns: CampaignMap, facts: TouchFacts, key: str) -> None:
    assert resolve(campaigns, facts) == CampaignMatch(key, CampaignReason.MAPPED)


@pytest.mark.parametrize(
    "facts",
    [TouchFacts(campaign="springs"), TouchFacts(campaign="pre-spring-1"), TouchFacts(campaign_id="47110")],
)
def test_an_unknown_campaign_is_shown_as_unmapped(campaigns: CampaignMap, facts: TouchFacts) -> None:
    assert resolve(campaigns, facts, page_default="spring") == CampaignMatch(None, CampaignReason.UNMAPPED)


def test_without_a_campaign_the_page_says_which(campaigns: CampaignMap) -> None:
    facts = TouchFacts(source="partner")
    assert resolve(campaigns, facts, page_default="guide") == CampaignMatch("guide", CampaignReason.PAGE)
    assert resolve(campaigns, facts) == CampaignMatch(None, CampaignReason.UNTAGGED)


def test_a_line_added_later_counts_for_the_same_touch() -> None:
    facts = TouchFacts(campaign="autumn")
    assert resolve(CampaignMap(), facts).reason is CampaignReason.UNMAPPED
    later, _ = parse_campaigns("campaigns: [{key: autumn, match: [{campaign: autumn}]}]", file="c.yaml")
    assert resolve(later, facts).key == "autumn"


def test_labels_follow_the_language(campaigns: CampaignMap) -> None:
    assert campaigns.label("spring", "vi") == "Mùa xuân"
    assert campaigns.label("spring", "cs") == "Spring guide"
    assert campaigns.label("by-id", "en") == "by-id"
    assert campaigns.label("gone", "en") == "gone"


@pytest.mark.parametrize(
    ("text", "line", "field"),
    [
        ("campaigns:\n  - key: Spring Guide\n    match: [{campaign: x}]\n", 2, "campaigns[0].key"),
        ("campaigns:\n  - key: a\n", 2, "campaigns[0].match"),
        ("campaigns:\n  - key: a\n    match:\n      - {utm: x}\n", 4, "campaigns[0].match[0].utm"),
        ("campaigns:\n  - {key: a, match: [{id: 1}]}\n  - {key: a, match: [{id: 2}]}\n", 3, "campaigns[1].key"),
        ("campains: []\n", 1, "campains"),
    ],
)
def test_faults_name_line_and_field(text: str, line: int, field: str) -> None:
    _, faults = parse_campaigns(text, file="campaigns.yaml")
    assert (line, field) in {(fault.line, fault.field) for fault in faults}


def test_a_pattern_is_no_regular_expression() -> None:
    campaigns, _ = parse_campaigns('campaigns: [{key: a, match: [{campaign: "a.c(*"}]}]', file="c.yaml")
    assert resolve(campaigns, TouchFacts(campaign="a.c(1")).key == "a"
    assert resolve(campaigns, TouchFacts(campaign="abc(1")).key is None


def test_the_demo_campaigns_are_without_fault() -> None:
    path = Path(__file__).parents[2] / "landing_pages/_site/campaigns.yaml"
    found, faults = parse_campaigns(path.read_text("utf-8"), file="campaigns.yaml")
    assert faults == ()
    assert found.campaigns
