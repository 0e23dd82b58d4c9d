"""Purposes and their wording."""

from pathlib import Path

import pytest

from app.consent.wording import PurposeKind, parse_purposes, wording

TEXT = """
purposes:
  deliver_offer: {kind: request, version: 1, wording: {en: {label: Sending it}}}
  newsletter:
    version: 2
    wording:
      en: {label: Yes, notice: About tea., frequency: Monthly., withdraw: Any time.}
      vi: {label: Có, notice: Về trà., frequency: Hàng tháng., withdraw: Bất kỳ lúc nào.}
"""


def test_purposes_and_their_texts_are_read() -> None:
    purposes, faults = parse_purposes(TEXT, file="purposes.yaml")
    assert faults == ()
    assert purposes.keys == ("deliver_offer", "newsletter")
    offer, letter = purposes.purpose("deliver_offer"), purposes.purpose("newsletter")
    assert offer is not None
    assert letter is not None
    assert (offer.kind, letter.kind, letter.version) == (PurposeKind.REQUEST, PurposeKind.CONSENT, "2")
    found = purposes.wording("newsletter", "vi")
    assert found is not None
    assert (found.label, found.frequency) == ("Có", "Hàng tháng.")


def test_nobody_is_shown_another_language() -> None:
    purposes, _ = parse_purposes(TEXT, file="purposes.yaml")
    assert purposes.wording("newsletter", "cs") is None
    assert purposes.wording("unknown", "en") is None


def test_the_hash_is_that_of_the_canonical_json() -> None:
    texts = {"label": "Yes", "notice": "Trà", "frequency": "", "withdraw": ""}
    found = wording(purpose="newsletter", version="1", locale="en", texts=texts)
    assert found.content_hash == "b0d569faa89b71b30a3fad90a5a3ebc1381db36e52c6b44d3388e7c03abd333d"
    assert found.texts() == texts


@pytest.mark.parametrize("change", ["label", "notice", "frequency", "withdraw", "version", "locale", "purpose"])
def test_any_change_makes_another_wording(change: str) -> None:
    texts = {"label": "a", "notice": "a", "frequency": "a", "withdraw": "a"}
    named = {"purpose": "p", "version": "1", "locale": "en"}
    before = wording(**named, texts=texts)
    if change in texts:
        texts[change] = "b"
    else:
        named[change] = "x"
    assert wording(**named, texts=texts).content_hash != before.content_hash


@pytest.mark.parametrize(
    ("text", "line", "field"),
    [
        ("purposes:\n  News: {version: 1, wording: {en: {label: x}}}\n", 2, "purposes.News"),
        ("purposes:\n  a:\n    version: 1\n    wording:\n      en: {label: x}\n", 5, "purposes.a.wording.en.frequency"),
        ("purposes:\n  a:\n    kind: maybe\n    version: 1\n", 3, "purposes.a.kind"),
        ("purposes:\n  a: {version: 1}\n", 2, "purposes.a.wording"),
        (
            "purposes:\n  a: {kind: request, version: 1, wording: {english: {label: x}}}\n",
            2,
            "purposes.a.wording.english",
        ),
        ("purposes: {}\n", 1, "purposes"),
    ],
)
def test_faults_name_line_and_field(text: str, line: int, field: str) -> None:
    _, faults = parse_purposes(text, file="purposes.yaml")
    assert (line, field) in {(fault.line, fault.field) for fault in faults}


def test_the_demo_purposes_are_without_fault_and_in_three_languages() -> None:
    path = Path(__file__).parents[2] / "landing_pages/_site/purposes.yaml"
    purposes, faults = parse_purposes(path.read_text("utf-8"), file="purposes.yaml")
    assert faults == ()
    assert all(purposes.wording(key, locale) for key in purposes.keys for locale in ("en", "vi", "cs"))
