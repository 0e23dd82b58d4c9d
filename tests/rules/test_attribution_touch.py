"""Reading a query string and a referrer into facts."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.attribution.touch import CLICK_IDS, DIRECT, TouchFacts, from_json, parse_touch, to_json

OWN = frozenset({"tea.example", "www.tea.example"})


def touch(query: str, referrer: str | None = None) -> TouchFacts:
    return parse_touch(query, referrer, OWN)


def test_every_utm_parameter_is_read() -> None:
    query = (
        "utm_source=Google&utm_medium=CPC&utm_campaign=Spring&utm_id=77&utm_term=tea+list&utm_content=Top"
        "&utm_source_platform=SA360&utm_creative_format=video&utm_marketing_tactic=remarketing"
    )
    facts = touch(query)
    assert facts == TouchFacts(
        source="google",
        medium="cpc",
        campaign="Spring",
        campaign_id="77",
        term="tea list",
        content="Top",
        source_platform="SA360",
        creative_format="video",
        marketing_tactic="remarketing",
        raw_query=query,
    )


@pytest.mark.parametrize(
    ("query", "fact", "value"),
    [
        ("ref=Partner", "source", "partner"),
        ("source=Partner", "source", "partner"),
        ("mtm_source=m&pk_source=p", "source", "m"),
        ("pk_source=p&ref=r", "source", "p"),
        ("ref=r&utm_source=u", "source", "u"),
        ("mtm_campaign=Spring", "campaign", "Spring"),
        ("pk_kwd=tea", "term", "tea"),
        ("mtm_cid=9", "campaign_id", "9"),
    ],
)
def test_other_names_stand_for_utm_names_and_utm_wins(query: str, fact: str, value: str) -> None:
    assert getattr(touch(query), fact) == value


@pytest.mark.parametrize(
    ("query", "source"),
    [
        ("utm_source=a&utm_source=b", "a"),
        ("utm_source=&utm_source=b", "b"),
        ("UTM_Source=A", "a"),
        ("utm%5Fsource=a", "a"),
        ("?utm_source=a", "a"),
        ("utm_source=%20a%20", "a"),
        ("utm_source=a%0d%0ab", "ab"),
        ("utm_source=%2541", "%41"),
        ("utm_source=" + "x" * 500, "x" * 200),
        ("utm_source=%E2%80%AEa", "a"),
        ("utm_source=%ff", "�"),
        ("utm_source", ""),
    ],
)
def test_values_are_decoded_once_cleaned_and_cut(query: str, source: str) -> None:
    assert touch(query).source == source


def test_vietnamese_is_composed_whether_escaped_or_sent_as_raw_bytes() -> None:
    assert touch("utm_campaign=tr%C3%A0").campaign == "trà"
    assert touch("utm_campaign=tra%CC%80").campaign == "trà"
    assert touch("utm_campaign=" + "trà".encode().decode("latin-1")).campaign == "trà"
    assert touch("utm_campaign=trà").campaign == "trà"


def test_click_ids_are_known_by_name_and_their_values_kept_apart() -> None:
    facts = touch("gclid=SECRET1&fbclid=SECRET2&GCLID=x&utm_source=a")
    assert facts.click_ids == ("gclid", "fbclid")
    assert dict(facts.click_values) == {"gclid": "SECRET1", "fbclid": "SECRET2"}
    assert "SECRET" not in facts.raw_query
    assert facts.raw_query == "gclid=&fbclid=&GCLID=&utm_source=a"
    assert facts.without_values().click_values == ()
    assert facts.without_values().click_ids == ("gclid", "fbclid")


def test_an_empty_click_id_is_none() -> None:
    assert touch("gclid=").click_ids == ()


def test_click_ids_are_those_of_the_table() -> None:
    named = "gclid gbraid wbraid dclid srsltid msclkid fbclid igshid ttclid twclid li_fat_id rdt_cid sccid epik sznclid"
    assert set(named.split()) <= CLICK_IDS


@pytest.mark.parametrize(
    ("referrer", "host"),
    [
        (None, ""),
        ("", ""),
        ("https://www.Google.com/", "google.com"),
        ("https://user:pw@blog.example:8443/x?y#z", "blog.example"),
        ("https://tea.example/p/guide", ""),
        ("https://www.tea.example", ""),
        ("https://TEA.example:8000", ""),
        ("https://blog.example.", "blog.example"),
        ("android-app://com.google.android.gm/", "com.google.android.gm"),
        ("http://[2001:db8::1]:80/", "[2001:db8::1]"),
        ("blog.example", ""),
        ("https://bad host/", ""),
        ("https://<script>", ""),
        ("javascript:alert(1)", ""),
    ],
)
def test_the_referrer_is_its_host_and_our_own_is_none(referrer: str | None, host: str) -> None:
    assert touch("", referrer).referrer_host == host


def test_nothing_told_is_direct() -> None:
    assert touch("") is DIRECT
    assert touch("page=2").is_direct
    assert not touch("fbclid=x").is_direct
    assert not touch("", "https://blog.example").is_direct
    assert touch("utm_campaign=x").is_tagged
    assert not touch("fbclid=x").is_tagged


def test_a_flood_of_parameters_is_cut() -> None:
    facts = touch("&".join(f"a{number}=1" for number in range(5000)) + "&utm_source=late")
    assert facts.source == ""
    assert len(facts.raw_query) <= 2000


@pytest.mark.parametrize("with_values", [True, False])
def test_json_gives_the_same_facts_back(with_values: bool) -> None:
    facts = touch("utm_source=a&utm_campaign=tr%C3%A0&gclid=S&fbclid=T", "https://blog.example")
    back = from_json(to_json(facts, with_values=with_values))
    assert back == (facts if with_values else facts.without_values())
    assert from_json({"source": "a", "unknown": 1}).source == "a"


def test_json_of_a_direct_touch_is_empty() -> None:
    assert to_json(DIRECT, with_values=True) == {}


@given(st.text(max_size=300), st.none() | st.text(max_size=100))
@example("utm_source=\ud800", "https://\ud800")
@example("=&==&%&%%&utm_source=%", "://")
@example("utm_source=%ed%a0%80", "https://[::1")
def test_nothing_that_is_sent_can_raise_or_break_storage(query: str, referrer: str | None) -> None:
    facts = touch(query, referrer)
    for value in to_json(facts, with_values=True).values():
        str(value).encode("utf-8")
    assert from_json(to_json(facts, with_values=True)) == facts


@given(st.text(max_size=60))
def test_no_value_keeps_a_control_character(value: str) -> None:
    from urllib.parse import quote

    source = touch("utm_campaign=" + quote(value.encode("utf-8", "ignore"))).campaign
    assert not any(ord(sign) < 32 or 127 <= ord(sign) < 160 for sign in source)
    assert len(source) <= 200
