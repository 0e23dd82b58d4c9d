"""Answers that are not good: the page comes back with everything kept, and says what to mend."""

import re
from html import unescape

import pytest
from werkzeug.test import TestResponse

from tests.factories.site import Site
from tests.factories.visitor import Visitor, words

GOOD = {
    "name": "Nguyễn Thị Ánh",
    "note": "Two\r\nlines",
    "phone": "601 123 456",
    "seats": "3",
    "day": "2027-12-24",
    "role": "owner",
    "size": "large",
    "rules": "yes",
    "teas": ["white", "green"],
    "country": "CZ",
    "shelf": "A7",
}
HOSTILE = "\"><script>alert(1)</script>' onfocus=alert(1) {{7*7}} </textarea>"


@pytest.fixture
def visitor(shared: Site) -> Visitor:
    """A browser."""
    return Visitor(shared)


def control(response: TestResponse, key: str) -> str:
    """The HTML of one control."""
    found = re.search(rf'<(?:input|select|textarea)[^>]*name="{key}"[^>]*>', response.text)
    assert found, key
    return found[0]


def test_every_type_of_field_keeps_its_answer_in_its_own_form(shared: Site, visitor: Visitor) -> None:
    assert visitor.asked("/p/every", **GOOD).answers == {
        "email": "ann@example.com",
        "name": "Nguyễn Thị Ánh",
        "note": "Two\nlines",
        "phone": "+420601123456",
        "seats": 3,
        "day": "2027-12-24",
        "role": "owner",
        "size": "large",
        "rules": True,
        "teas": ["green", "white"],
        "country": "CZ",
        "shelf": "A7",
    }


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        ("email", "ann@"), ("email", ""), ("name", "x" * 41), ("note", "x" * 301), ("phone", "12"), ("seats", "21"),
        ("seats", "many"), ("day", "2027-02-30"), ("role", "king"), ("size", "huge"), ("rules", "maybe"),
        ("teas", "coffee"), ("country", "XX"), ("shelf", "x" * 201),
    ],
)  # fmt: skip
def test_a_wrong_answer_is_told_in_a_summary_and_beside_its_field(
    shared: Site, visitor: Visitor, key: str, wrong: str
) -> None:
    before = shared.facts()
    answer = visitor.ask("/p/every", **{**GOOD, key: wrong})
    assert answer.status_code == 422
    assert 'id="errors"' in answer.text
    assert 'role="alert"' in answer.text
    assert re.search(rf'<a href="#f-{key}">', answer.text)
    assert shared.facts() == before
    if key != "shelf":
        assert 'aria-invalid="true"' in control(answer, key)
        assert f'id="e-{key}"' in answer.text


def test_all_answers_are_kept_when_one_is_wrong(shared: Site, visitor: Visitor) -> None:
    answer = visitor.ask("/p/every", **{**GOOD, "email": "ann@"})
    assert 'value="ann@"' in control(answer, "email")
    assert 'value="Nguyễn Thị Ánh"' in control(answer, "name")
    assert "Two\r\nlines</textarea>" in answer.text or "Two\nlines</textarea>" in answer.text
    assert 'value="601 123 456"' in control(answer, "phone")
    assert 'value="3"' in control(answer, "seats")
    assert 'value="2027-12-24"' in control(answer, "day")
    assert '<option value="owner" selected>' in answer.text
    assert re.search(r'name="size" value="large"[^>]* checked', answer.text)
    assert "checked" in control(answer, "rules")
    assert re.findall(r'name="teas" value="(\w+)"[^>]* checked', answer.text) == ["green", "white"]
    assert '<option value="CZ" selected>' in answer.text
    assert 'value="A7"' in control(answer, "shelf")


def test_ticked_consents_stay_ticked_and_others_stay_free(shared: Site, visitor: Visitor) -> None:
    answer = visitor.ask("/p/every", email="ann@", consent_newsletter="yes")
    assert "checked" in control(answer, "consent.newsletter")
    assert "checked" not in control(answer, "consent.product_offers")


def test_no_consent_is_ticked_beforehand(shared: Site, visitor: Visitor) -> None:
    assert "checked" not in visitor.get("/p/every").text


@pytest.mark.parametrize("key", ["name", "note", "phone", "seats", "day", "role", "shelf", "email"])
def test_hostile_text_comes_back_as_text(shared: Site, visitor: Visitor, key: str) -> None:
    answer = visitor.ask("/p/every", **{"email": "ann@", key: HOSTILE})
    assert answer.status_code == 422
    assert "<script>alert" not in answer.text
    assert "49" not in words(answer)
    assert not re.search(r"<[^>]*\sonfocus=alert", re.sub(r'"[^"]*"', '""', answer.text))
    if key in ("name", "phone", "email"):
        shown = re.search(r'value="([^"]*)"', control(answer, key))
        assert shown
        assert unescape(shown[1]) == HOSTILE


def test_a_refused_page_has_the_same_strict_policy_and_is_never_kept(shared: Site, visitor: Visitor) -> None:
    answer = visitor.ask("/p/every", email="ann@")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_refused_page_speaks_the_language_of_the_page(shared: Site, visitor: Visitor) -> None:
    answer = visitor.ask("/vi/p/guide", email="ann@")
    assert answer.status_code == 422
    assert 'lang="vi"' in answer.text
    assert "Please" not in words(answer)


def test_sending_it_again_mended_is_good(shared: Site, visitor: Visitor) -> None:
    assert visitor.ask("/p/every", email="ann@").status_code == 422
    assert visitor.ask("/p/every").status_code == 303


@pytest.mark.parametrize("letter", ["\u202a", "\u202e", "\u2066", "\u2069"])
@pytest.mark.parametrize("key", ["name", "email", "shelf"])
def test_a_direction_override_is_refused(shared: Site, visitor: Visitor, key: str, letter: str) -> None:
    value = {"name": f"Ann{letter}gpj.exe", "email": f"ann{letter}@example.com", "shelf": f"A{letter}7"}[key]
    before = shared.facts()
    assert visitor.ask("/p/every", **{key: value}).status_code == 422
    assert shared.facts() == before


@pytest.mark.parametrize("mark", ["\r\nBcc: all@example.com", "\nX: 1", "\r", "\u2028", "\x85", "\x0b", "\x1b[31m"])
@pytest.mark.parametrize("key", ["name", "email"])
def test_a_line_break_or_control_sign_in_one_line_is_refused(
    shared: Site, visitor: Visitor, key: str, mark: str
) -> None:
    value = {"name": f"Ann{mark}Lee", "email": f"ann{mark}@example.com"}[key]
    before = shared.facts()
    assert visitor.ask("/p/every", **{key: value}).status_code == 422
    assert shared.facts() == before
