"""Signs that a post is not from a person, and where posts may come from."""

import pytest

from app.capture.screening import (
    CLEAN,
    PostFacts,
    has_markup,
    is_disposable,
    is_role,
    is_same_origin,
    is_unmailable,
    links_in,
    screen,
)

OWN = "https://tea.example"


def test_an_ordinary_post_is_clean() -> None:
    facts = PostFacts(elapsed_ms=12_000, email_local="eva", email_domain="seznam.cz", traffic="human")
    assert screen(facts) == CLEAN


def test_nothing_known_is_no_sign() -> None:
    assert screen(PostFacts()) == CLEAN


@pytest.mark.parametrize(
    ("facts", "reason", "risk", "suspicious"),
    [
        (PostFacts(honeypot_filled=True), "hidden field filled", 3, True),
        (PostFacts(elapsed_ms=1_999), "sent within two seconds", 2, True),
        (PostFacts(traffic="bot"), "sent by a known program", 2, True),
        (PostFacts(traffic="scanner"), "sent by a known program", 2, True),
        (PostFacts(has_markup=True), "markup in an answer", 2, True),
        (PostFacts(links=1), "link in an answer", 1, False),
        (PostFacts(links=3), "link in an answer", 2, True),
        (PostFacts(email_local="a", email_domain="mailinator.com"), "throw-away address", 1, False),
        (PostFacts(email_local="info", email_domain="tea.example"), "office address", 0, False),
    ],
)
def test_each_sign_is_named_and_weighed(facts: PostFacts, reason: str, risk: int, suspicious: bool) -> None:
    verdict = screen(facts)
    assert (verdict.reasons, verdict.risk, verdict.suspicious) == ((reason,), risk, suspicious)


def test_only_a_filled_hidden_field_is_certain_to_be_a_program() -> None:
    assert screen(PostFacts(honeypot_filled=True)).certain
    assert not screen(PostFacts(elapsed_ms=10, traffic="bot", has_markup=True, links=9)).certain


def test_two_weak_signs_make_a_post_suspicious() -> None:
    verdict = screen(PostFacts(links=1, email_domain="mailinator.com"))
    assert verdict.suspicious
    assert verdict.reasons == ("link in an answer", "throw-away address")


@pytest.mark.parametrize("elapsed", [2_000, 90_000_000, None])
def test_slow_people_and_unknown_times_are_no_sign(elapsed: int | None) -> None:
    assert screen(PostFacts(elapsed_ms=elapsed)) == CLEAN


@pytest.mark.parametrize(("domain", "found"), [("mailinator.com", True), ("x.mailinator.com", True), ("com", False)])
def test_throw_away_domains_are_found_by_themselves_and_below(domain: str, found: bool) -> None:
    assert is_disposable(domain) is found


@pytest.mark.parametrize("domain", ["gmail.com", "seznam.cz", "yahoo.com.vn", "tea.example", ""])
def test_ordinary_domains_are_not_throw_away(domain: str) -> None:
    assert not is_disposable(domain)


@pytest.mark.parametrize("local", ["info", "Sales", "kontakt", "hr+guide", "no-reply"])
def test_offices_are_known(local: str) -> None:
    assert is_role(local)


@pytest.mark.parametrize("local", ["eva", "info.eva", "information", "hana"])
def test_people_are_not_offices(local: str) -> None:
    assert not is_role(local)


def test_some_addresses_are_never_mailed() -> None:
    assert is_unmailable("NoReply")
    assert not is_unmailable("info")


def test_links_are_counted_over_all_answers() -> None:
    assert links_in(["see https://a.example and http://b.example", "www.c.example"]) == 3
    assert links_in(["no link", "ratio 1:2", "a.b"]) == 0


@pytest.mark.parametrize("text", ["<a href=x>", "<SCRIPT>", "[url=http://x]", "</p>", "a<br>b"])
def test_markup_is_noticed(text: str) -> None:
    assert has_markup(["fine", text])


@pytest.mark.parametrize("text", ["a < b and c > d", "<3 tea", "I like [green] tea", "price <10"])
def test_ordinary_signs_are_no_markup(text: str) -> None:
    assert not has_markup([text])


@pytest.mark.parametrize(
    ("origin", "site", "allowed"),
    [
        (OWN, "same-origin", True),
        ("null", "same-origin", True),
        (None, "none", True),
        (OWN, "cross-site", False),
        ("https://evil.example", "cross-site", False),
        (None, "cross-site", False),
        ("https://shop.tea.example", "same-site", False),
        (OWN, "same-site", True),
        (None, "same-site", False),
        (None, None, True),
        ("", "", True),
        (OWN, None, True),
        ("HTTPS://TEA.example/", None, True),
        ("null", None, True),
        ("https://evil.example", None, False),
        ("http://tea.example", None, False),
        ("https://tea.example.evil.example", None, False),
    ],
)
def test_only_posts_from_our_own_pages_are_taken(origin: str | None, site: str | None, allowed: bool) -> None:
    assert is_same_origin(origin, site, own_origin=OWN) is allowed
