"""What proves a consent."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import pytest

from app.consent.evidence import (
    Evidence,
    Mailing,
    Moment,
    as_json,
    canonical,
    canonical_json,
    digest,
    is_intact,
    shown_text,
)

AT = datetime(2027, 3, 1, 9, 30, 15, 123456, tzinfo=UTC)
TEXTS = (shown_text("label", "Ano, pište mi"), shown_text("button", "Poslat"))
EVIDENCE = Evidence(
    record_id="01R",
    purpose="newsletter",
    purpose_version="1",
    locale="cs",
    page="guide",
    revision="01V",
    offer="ebook:guide",
    variant="",
    texts=TEXTS,
    unticked_by_default=True,
    ticked=True,
    submitted=Moment(AT, "203.0.113.0/24", "Firefox"),
    mailing=Mailing(AT + timedelta(seconds=2), "<1@tea.example>", "ab" * 32, "250 ok"),
    fetches=(Moment(AT + timedelta(minutes=1)),),
    confirmed=Moment(AT + timedelta(minutes=2), "203.0.113.0/24"),
    grade="clean",
    software="1.0",
)


def test_the_canonical_form_is_json_with_sorted_keys_and_utc_milliseconds() -> None:
    text = canonical_json(EVIDENCE).decode()
    data = json.loads(text)
    assert data["submitted"]["at"] == "2027-03-01T09:30:15.123Z"
    assert list(data) == sorted(data)
    assert ", " not in text.replace("Ano, pište", "")
    assert digest(EVIDENCE) == sha256(text.encode()).hexdigest()


def test_the_record_holds_hashes_and_not_the_texts() -> None:
    assert b"Poslat" not in canonical_json(EVIDENCE)
    assert as_json(EVIDENCE)["texts"][1] == {"kind": "button", "sha256": sha256(b"Poslat").hexdigest()}


def test_the_zone_a_time_is_given_in_does_not_matter() -> None:
    hanoi = replace(EVIDENCE, submitted=replace(EVIDENCE.submitted, at=AT.astimezone(timezone(timedelta(hours=7)))))
    assert digest(hanoi) == digest(EVIDENCE)


@pytest.mark.parametrize(
    "change",
    [
        {"ticked": False},
        {"locale": "en"},
        {"revision": "01W"},
        {"grade": "suspect"},
        {"confirmed": None},
        {"texts": TEXTS[:1]},
        {"fetches": ()},
        {"mailing": None},
    ],
)
def test_any_change_changes_the_hash(change: dict[str, object]) -> None:
    assert digest(replace(EVIDENCE, **change)) != digest(EVIDENCE)  # type: ignore[arg-type]


def test_an_unticked_box_is_said_and_not_left_out() -> None:
    assert as_json(replace(EVIDENCE, ticked=False))["ticked"] is False


def test_a_kept_record_is_checked_against_its_hash_and_its_texts() -> None:
    kept = json.loads(canonical_json(EVIDENCE))
    known = digest(EVIDENCE)
    assert is_intact(kept, digest=known, texts=TEXTS)
    assert not is_intact({**kept, "ticked": False}, digest=known, texts=TEXTS)
    assert not is_intact(kept, digest=known, texts=TEXTS[:1])
    assert not is_intact(kept, digest=known, texts=(replace(TEXTS[0], text="Ne"), TEXTS[1]))


def test_fractions_have_no_canonical_form() -> None:
    with pytest.raises(TypeError, match="fraction"):
        canonical({"a": [{"b": 1.5}]})
