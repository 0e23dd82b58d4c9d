"""The channel table, in GA4's order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.attribution.channel import RULES, Channel, channel_of
from app.attribution.touch import parse_touch

OWN = frozenset({"tea.example"})


def channel(query: str, referrer: str | None = None) -> Channel:
    return channel_of(parse_touch(query, referrer, OWN)).channel


@pytest.mark.parametrize(
    ("query", "referrer", "expected"),
    [
        ("utm_source=google&utm_medium=cpc&utm_campaign=cross-network", None, Channel.CROSS_NETWORK),
        ("utm_source=heureka&utm_medium=cpc", None, Channel.PAID_SHOPPING),
        ("utm_source=google&utm_medium=cpc&utm_campaign=spring-shop", None, Channel.PAID_SHOPPING),
        ("utm_source=google&utm_medium=cpc&utm_campaign=workshop", None, Channel.PAID_SEARCH),
        ("utm_source=google&utm_medium=ppc", None, Channel.PAID_SEARCH),
        ("gclid=x", "https://www.google.com/", Channel.PAID_SEARCH),
        ("gclid=x", None, Channel.PAID_SEARCH),
        ("gbraid=x", None, Channel.PAID_SEARCH),
        ("gclid=x&utm_source=google&utm_medium=organic", None, Channel.PAID_SEARCH),
        ("msclkid=x", "https://www.bing.com/", Channel.PAID_SEARCH),
        ("msclkid=x&utm_source=bing&utm_medium=organic", None, Channel.PAID_SEARCH),
        ("sznclid=x", None, Channel.PAID_SEARCH),
        ("utm_source=sklik&utm_medium=cpc", None, Channel.PAID_SEARCH),
        ("utm_source=facebook&utm_medium=paid_social", None, Channel.PAID_SOCIAL),
        ("ttclid=x", None, Channel.PAID_SOCIAL),
        ("fbclid=x&utm_source=fb&utm_medium=cpc", None, Channel.PAID_SOCIAL),
        ("utm_source=somewhere&utm_medium=video", None, Channel.ORGANIC_VIDEO),
        ("utm_source=youtube&utm_medium=cpv", None, Channel.PAID_VIDEO),
        ("utm_source=newssite&utm_medium=cpm", None, Channel.DISPLAY),
        ("utm_source=newssite&utm_medium=banner", None, Channel.DISPLAY),
        ("dclid=x", None, Channel.DISPLAY),
        ("utm_source=newssite&utm_medium=cpc", None, Channel.PAID_OTHER),
        ("utm_source=newssite&utm_medium=retargeting", None, Channel.PAID_OTHER),
        ("", "https://googleads.g.doubleclick.net/", Channel.PAID_OTHER),
        ("", "https://www.heureka.cz/", Channel.ORGANIC_SHOPPING),
        ("", "https://shopee.vn", Channel.ORGANIC_SHOPPING),
        ("", "https://l.facebook.com/", Channel.ORGANIC_SOCIAL),
        ("", "https://chat.zalo.me/", Channel.ORGANIC_SOCIAL),
        ("utm_source=somewhere&utm_medium=social", None, Channel.ORGANIC_SOCIAL),
        ("", "https://www.youtube.com/", Channel.ORGANIC_VIDEO),
        ("", "https://chatgpt.com/", Channel.AI_ASSISTANT),
        ("utm_source=chatgpt.com", None, Channel.AI_ASSISTANT),
        ("utm_source=somewhere&utm_medium=ai-assistant", None, Channel.AI_ASSISTANT),
        ("", "https://www.google.com.vn/", Channel.ORGANIC_SEARCH),
        ("", "https://www.seznam.cz/", Channel.ORGANIC_SEARCH),
        ("", "https://coccoc.com/", Channel.ORGANIC_SEARCH),
        ("", "https://www.bing.com/", Channel.ORGANIC_SEARCH),
        ("utm_source=somewhere&utm_medium=organic", None, Channel.ORGANIC_SEARCH),
        ("utm_source=letter&utm_medium=email", None, Channel.EMAIL),
        ("utm_source=newsletter", None, Channel.EMAIL),
        ("mc_cid=1", None, Channel.EMAIL),
        ("", "https://email.seznam.cz/", Channel.EMAIL),
        ("", "android-app://com.google.android.gm/", Channel.EMAIL),
        ("utm_source=partner&utm_medium=affiliate", None, Channel.AFFILIATES),
        ("irclickid=1", None, Channel.AFFILIATES),
        ("utm_source=spotify&utm_medium=audio", None, Channel.AUDIO),
        ("utm_source=gateway&utm_medium=sms", None, Channel.SMS),
        ("utm_source=app1&utm_medium=web-push", None, Channel.PUSH),
        ("utm_source=firebase", None, Channel.PUSH),
        ("utm_source=partner&utm_medium=referral", None, Channel.REFERRAL),
        ("ref=partner", None, Channel.REFERRAL),
        ("", "https://blog.example/", Channel.REFERRAL),
        ("", None, Channel.DIRECT),
        ("utm_source=direct", None, Channel.DIRECT),
        ("", "https://tea.example/p/other", Channel.DIRECT),
        ("utm_source=partner&utm_medium=leaflet", None, Channel.UNASSIGNED),
        ("utm_campaign=only", None, Channel.UNASSIGNED),
    ],
)
def test_the_first_rule_that_holds_gives_the_channel(query: str, referrer: str | None, expected: Channel) -> None:
    assert channel(query, referrer) is expected


@pytest.mark.parametrize("referrer", [None, "https://www.facebook.com/", "https://l.facebook.com/"])
def test_fbclid_alone_is_not_paid(referrer: str | None) -> None:
    assert channel("fbclid=abc", referrer) is Channel.ORGANIC_SOCIAL


def test_cpm_from_facebook_is_paid_social_and_not_display() -> None:
    assert channel("utm_source=facebook&utm_medium=cpm") is Channel.PAID_SOCIAL


def test_a_source_named_google_without_a_click_id_is_not_paid() -> None:
    assert channel("utm_source=google") is Channel.ORGANIC_SEARCH


def test_a_mail_tag_is_not_turned_into_an_advert_by_a_stray_click_id() -> None:
    assert channel("gclid=x&utm_source=newsletter&utm_medium=email") is Channel.EMAIL


def test_the_page_before_a_confirmation_says_nothing_about_the_source() -> None:
    frozen = parse_touch("utm_source=facebook&utm_medium=cpm", None, OWN)
    click = parse_touch("", "https://tea.example/c/token", OWN)
    assert click.is_direct
    assert channel_of(frozen).channel is Channel.PAID_SOCIAL


def test_a_decision_names_its_rule_its_source_and_the_facts() -> None:
    decision = channel_of(parse_touch("utm_source=fb&utm_medium=cpm", None, OWN))
    assert (decision.rule, decision.source, decision.category) == ("paid-social", "Facebook", "social")
    assert "medium cpm" in decision.reason


def test_rule_ids_are_unique_and_fit_the_column() -> None:
    ids = [rule.id for rule in RULES]
    assert len(set(ids)) == len(ids)
    assert max(map(len, ids)) <= 40
    assert max(len(channel.value) for channel in Channel) <= 25


@given(st.text(max_size=80), st.none() | st.text(max_size=60))
def test_every_touch_has_a_channel(query: str, referrer: str | None) -> None:
    assert channel(query, referrer) in Channel
