"""Each field type against tables of answers, in three languages."""

from datetime import date
from typing import Any

import pytest

from app.pages.countries import countries
from app.pages.field import Answer
from app.pages.field_fault import FaultKind, FieldFault, explain
from app.texts import Texts
from tests.factories.pages import spec

TODAY = date(2026, 11, 23)


def answer(setup: dict[str, Any], *raw: str, locale: str = "en") -> Answer | FaultKind:
    """The value kept for `raw`, or the kind of fault."""
    form = spec({"key": "asked", **setup}, locale=locale)
    given = form.fields[0].check(list(raw), locale, TODAY)
    return given.kind if isinstance(given, FieldFault) else given


@pytest.mark.parametrize("locale", ["en", "vi", "cs"])
@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("Ada", "Ada"),
        ("Nguyễn Thị Ánh", "Nguyễn Thị Ánh"),
        ("Nguye\u0302\u0303n", "Nguyễn"),
        ("Žluťoučký kůň", "Žluťoučký kůň"),
        ("O\u2019Brien \U0001f375", "O\u2019Brien \U0001f375"),
        ("two\twords", "two words"),
        ("x" * 121, FaultKind.TOO_LONG),
        ("e\u0301" * 120, "é" * 120),
        ("x" * 100_000, FaultKind.TOO_LONG),
        ("a\r\nBcc: b@example.com", FaultKind.LINE_BREAK),
        ("a\nb", FaultKind.LINE_BREAK),
        ("a\u2028b", FaultKind.LINE_BREAK),
        ("a\x00b", FaultKind.CONTROL),
        ("a\x1bb", FaultKind.CONTROL),
        ("a\x9fb", FaultKind.CONTROL),
        ("a\ud800b", FaultKind.CONTROL),
        ("a\u202eb", FaultKind.DIRECTION),
        ("a\u2066b", FaultKind.DIRECTION),
        ("שלום", "שלום"),
    ],
)
def test_text(raw: str, kept: Answer | FaultKind, locale: str) -> None:
    assert answer({"type": "text"}, raw, locale=locale) == kept


def test_a_text_may_have_a_shortest_length() -> None:
    assert answer({"type": "text", "min_length": 3}, "ab") is FaultKind.TOO_SHORT
    assert answer({"type": "text", "min_length": 3}, "áb") is FaultKind.TOO_SHORT
    assert answer({"type": "text", "min_length": 3}, "abc") == "abc"


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("tab\there", "tab\there"),
        ("\u2067rtl\u2069", "\u2067rtl\u2069"),
        ("\u202eturned", FaultKind.DIRECTION),
        ("nul\x00", FaultKind.CONTROL),
        ("x" * 2001, FaultKind.TOO_LONG),
    ],
)
def test_long_text(raw: str, kept: Answer | FaultKind) -> None:
    assert answer({"type": "long_text"}, raw) == kept


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("ada@example.org", "ada@example.org"),
        ("Ada.Lovelace+tea@Example.ORG", "Ada.Lovelace+tea@example.org"),
        ("o'hara@example.com", "o'hara@example.com"),
        ("jiří@příklad.cz", "jiří@příklad.cz"),
        ("x@xn--pklad-zsa96e.cz", "x@příklad.cz"),
        ("a@b", FaultKind.EMAIL),
        ("a b@example.org", FaultKind.EMAIL),
        ("a@example.org\r\nBcc: b@example.org", FaultKind.LINE_BREAK),
        ("a@@example.org", FaultKind.EMAIL),
        (".a@example.org", FaultKind.EMAIL),
        ("a..b@example.org", FaultKind.EMAIL),
        ("a@-example.org", FaultKind.EMAIL),
        ("a@exa_mple.org", FaultKind.EMAIL),
        ("a@mail.invalid", FaultKind.EMAIL),
        ("a@localhost", FaultKind.EMAIL),
        ("a@[127.0.0.1]", FaultKind.EMAIL),
        ("Ada <ada@example.org>", FaultKind.EMAIL),
        ("a" * 65 + "@example.org", FaultKind.EMAIL),
        ("a@" + "b" * 250 + ".org", FaultKind.EMAIL),
        ("a\u202e@example.org", FaultKind.DIRECTION),
    ],
)
def test_email(raw: str, kept: Answer | FaultKind) -> None:
    assert answer({"type": "email"}, raw) == kept


@pytest.mark.parametrize(
    ("locale", "raw", "kept"),
    [
        ("cs", "601 123 456", "+420601123456"),
        ("cs", "00420 601 123 456", "+420601123456"),
        ("vi", "0912 345 678", "+84912345678"),
        ("vi", "+420 601 123 456", "+420601123456"),
        ("en", "(201) 555-0123", "+12015550123"),
        ("en", "+84 912 345 678", "+84912345678"),
        ("cs", "123", FaultKind.PHONE),
        ("cs", "call me", FaultKind.PHONE),
        ("cs", "601123456;ext=5", FaultKind.PHONE),
        ("vi", "0912\n345678", FaultKind.LINE_BREAK),
        ("en", "1" * 41, FaultKind.TOO_LONG),
    ],
)
def test_phone(locale: str, raw: str, kept: Answer | FaultKind) -> None:
    assert answer({"type": "phone"}, raw, locale=locale) == kept


def test_a_phone_field_may_name_its_region() -> None:
    assert answer({"type": "phone", "region": "CZ"}, "601 123 456", locale="en") == "+420601123456"


@pytest.mark.parametrize(
    ("locale", "raw", "kept"),
    [
        ("en", "42", 42),
        ("en", "-3", -3),
        ("en", "1,500", 1500),
        ("en", "1.5", 1.5),
        ("en", "1.50", 1.5),
        ("en", "2.0", 2),
        ("en", "1,5", FaultKind.NUMBER),
        ("cs", "1,5", 1.5),
        ("cs", "1 500", 1500),
        ("cs", "1\u00a0500,25", 1500.25),
        ("vi", "1,5", 1.5),
        ("vi", "1.5", 1.5),
        ("cs", "1,5,0", FaultKind.NUMBER),
        ("en", "1e9", FaultKind.NUMBER),
        ("en", "NaN", FaultKind.NUMBER),
        ("en", "Infinity", FaultKind.NUMBER),
        ("en", "٣", FaultKind.NUMBER),
        ("en", "9" * 13, FaultKind.NUMBER),
        ("en", "0x10", FaultKind.NUMBER),
        ("en", "1 2", FaultKind.NUMBER),
    ],
)
def test_number(locale: str, raw: str, kept: Answer | FaultKind) -> None:
    assert answer({"type": "number", "whole": False}, raw, locale=locale) == kept


@pytest.mark.parametrize(
    ("raw", "kept"),
    [("0", FaultKind.BELOW), ("1", 1), ("10", 10), ("11", FaultKind.ABOVE), ("1.5", FaultKind.WHOLE_NUMBER)],
)
def test_a_number_keeps_its_bounds(raw: str, kept: Answer | FaultKind) -> None:
    assert answer({"type": "number", "min": 1, "max": 10}, raw) == kept


@pytest.mark.parametrize(
    ("locale", "raw", "kept"),
    [
        ("en", "2027-02-28", "2027-02-28"),
        ("en", "2027-02-29", FaultKind.DATE),
        ("en", "03/04/2027", FaultKind.DATE),
        ("vi", "03/04/2027", "2027-04-03"),
        ("vi", "3-4-2027", "2027-04-03"),
        ("cs", "3. 4. 2027", "2027-04-03"),
        ("cs", "3.4.2027", "2027-04-03"),
        ("cs", "31. 4. 2027", FaultKind.DATE),
        ("cs", "2027-04-03", "2027-04-03"),
        ("cs", "3. 4. 27", FaultKind.DATE),
        ("en", "20270228", FaultKind.DATE),
        ("en", "tomorrow", FaultKind.DATE),
    ],
)
def test_date(locale: str, raw: str, kept: Answer | FaultKind) -> None:
    assert answer({"type": "date"}, raw, locale=locale) == kept


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("2026-11-22", FaultKind.BEFORE),
        ("2026-11-23", "2026-11-23"),
        ("2027-01-31", "2027-01-31"),
        ("2027-02-01", FaultKind.AFTER),
    ],
)
def test_a_date_keeps_its_bounds(raw: str, kept: Answer | FaultKind) -> None:
    assert answer({"type": "date", "min": "today", "max": "2027-01-31"}, raw) == kept


@pytest.mark.parametrize("kind", ["select", "radio"])
def test_one_of_the_options(kind: str) -> None:
    setup = {"type": kind, "options": ["small", {"value": "big", "label": "Quite big"}]}
    assert answer(setup, "big") == "big"
    assert answer(setup, "Quite big") is FaultKind.OPTION
    assert answer(setup, "") is FaultKind.OPTION


def test_several_of_the_options_are_kept_in_the_order_offered() -> None:
    setup = {"type": "multi_select", "options": ["a", "b", "c"], "min_choices": 1, "max_choices": 2}
    assert answer(setup, "c", "a", "a") == ["a", "c"]
    assert answer(setup, "a", "d") is FaultKind.OPTION
    assert answer(setup, "a", "b", "c") is FaultKind.TOO_MANY
    assert answer({**setup, "min_choices": 2}, "a") is FaultKind.TOO_FEW


@pytest.mark.parametrize(("raw", "kept"), [("yes", True), ("on", True), ("no", FaultKind.OPTION)])
def test_checkbox(raw: str, kept: Answer | FaultKind) -> None:
    assert answer({"type": "checkbox"}, raw) == kept


@pytest.mark.parametrize(
    ("raw", "kept"), [("CZ", "CZ"), ("vn", "VN"), ("XX", FaultKind.OPTION), ("EU", FaultKind.OPTION)]
)
def test_country(raw: str, kept: Answer | FaultKind) -> None:
    assert answer({"type": "country"}, raw) == kept


@pytest.mark.parametrize(("locale", "name"), [("en", "Czechia"), ("cs", "Česko"), ("vi", "Séc")])
def test_countries_have_names_in_each_language(locale: str, name: str) -> None:
    assert ("CZ", name) in countries(locale)
    assert len(countries(locale)) > 240


def test_countries_are_in_the_order_of_their_letters() -> None:
    names = [name for _, name in countries("cs")]
    assert names.index("Česko") < names.index("Dánsko") < names.index("Řecko") < names.index("Španělsko")


def test_hidden_is_checked_like_any_answer() -> None:
    assert answer({"type": "hidden", "options": ["a"]}, "b") is FaultKind.OPTION
    assert answer({"type": "hidden"}, "a\r\nb") is FaultKind.LINE_BREAK
    assert answer({"type": "hidden", "max_length": 3}, "abcd") is FaultKind.TOO_LONG


@pytest.mark.parametrize("locale", ["en", "vi", "cs"])
@pytest.mark.parametrize("kind", list(FaultKind))
def test_every_fault_is_explained_in_every_language(kind: FaultKind, locale: str) -> None:
    fault = FieldFault(kind, {"min": 3, "max": 9, "example": "here"})
    sentence = explain(fault, Texts().for_locale(locale).t)
    assert sentence.endswith(".")
    assert "{" not in sentence


@pytest.mark.parametrize("locale", ["vi", "cs"])
def test_explanations_are_translated(locale: str) -> None:
    t = Texts().for_locale(locale).t
    same = [kind for kind in FaultKind if explain(FieldFault(kind, {"min": 1, "max": 1, "example": "x"}), t)
            == explain(FieldFault(kind, {"min": 1, "max": 1, "example": "x"}), Texts().for_locale("en").t)]  # fmt: skip
    assert same == []
