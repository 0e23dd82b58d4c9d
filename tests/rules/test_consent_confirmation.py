"""The code, and telling a person's press from a scanner's."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.consent.confirmation import (
    CONFIRM,
    TRAP,
    Fetch,
    Grade,
    Press,
    grade_press,
    tidy_code,
)

SENT = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
LINKS = (CONFIRM, "privacy", "unsubscribe", "page")


def at(seconds: float) -> datetime:
    return SENT + timedelta(seconds=seconds)


def sweep(start: float, links: tuple[str, ...] = LINKS, *, step: float = 0.134) -> list[Fetch]:
    return [Fetch(at(start + step * place), link) for place, link in enumerate(links)]


@pytest.mark.parametrize("typed", ["012345", " 012 345 ", "012-345", "０１２３４５", "012–345", "0 1 2 3 4 5"])
def test_codes_are_taken_as_people_type_them(typed: str) -> None:
    assert tidy_code(typed) == "012345"


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "12345a", "١٢٣٤٥٦", "1" * 10_000])
def test_other_things_are_no_code(typed: str) -> None:
    assert tidy_code(typed) is None


def test_a_person_who_reads_and_presses_is_clean() -> None:
    press = Press(at(95), page_at=at(90))
    assert grade_press(press, [Fetch(at(90), CONFIRM)], sent_at=SENT).grade is Grade.CLEAN


@pytest.mark.parametrize("gap", [70, 300, 86_400])
def test_a_sweep_long_before_leaves_a_person_clean(gap: float) -> None:
    fetches = [*sweep(22, (*LINKS, TRAP)), Fetch(at(22 + gap), CONFIRM)]
    assert grade_press(Press(at(25 + gap), page_at=at(22 + gap)), fetches, sent_at=SENT).grade is Grade.CLEAN


def test_a_sweep_long_after_leaves_a_person_clean() -> None:
    fetches = [Fetch(at(40), CONFIRM), *sweep(200, (*LINKS, TRAP))]
    assert grade_press(Press(at(44), page_at=at(40)), fetches, sent_at=SENT).grade is Grade.CLEAN


def test_two_fetches_by_a_preview_before_the_person_are_no_sweep() -> None:
    fetches = [Fetch(at(20), CONFIRM), Fetch(at(20.1), CONFIRM), Fetch(at(24), CONFIRM)]
    assert grade_press(Press(at(28), page_at=at(24)), fetches, sent_at=SENT).grade is Grade.CLEAN


@pytest.mark.parametrize(
    ("press", "fetches", "words"),
    [
        (Press(at(2.9), page_at=at(0.5)), [], "sending"),
        (Press(at(60.5), page_at=at(60)), [], "opening"),
        (Press(at(60), page_at=at(55)), [Fetch(at(1), TRAP)], "hidden link"),
        (Press(at(60), page_at=at(55)), [Fetch(at(120), TRAP)], "hidden link"),
        (Press(at(23), page_at=at(21.5)), sweep(21), "several links"),
        (Press(at(23), page_at=at(21.5)), [Fetch(at(15), "privacy"), Fetch(at(24), "page")], "several links"),
    ],
)
def test_what_a_scanner_does_is_suspect_and_says_why(press: Press, fetches: list[Fetch], words: str) -> None:
    grading = grade_press(press, fetches, sent_at=SENT)
    assert grading.grade is Grade.SUSPECT
    assert words in grading.reasons[0]


@pytest.mark.parametrize(
    ("seconds", "page_after", "grade"),
    [(3.0, 1.0, Grade.CLEAN), (2.999, 1.0, Grade.SUSPECT), (30, 1.0, Grade.CLEAN), (30, 0.999, Grade.SUSPECT)],
)
def test_the_limits_are_three_seconds_and_one(seconds: float, page_after: float, grade: Grade) -> None:
    press = Press(at(seconds), page_at=at(seconds - page_after))
    assert grade_press(press, [], sent_at=SENT).grade is grade


def test_links_further_apart_than_ten_seconds_are_no_sweep() -> None:
    fetches = [Fetch(at(50), "privacy"), Fetch(at(61), "page"), Fetch(at(121), TRAP)]
    assert grade_press(Press(at(60.5), page_at=at(55)), fetches, sent_at=SENT).grade is Grade.CLEAN


def test_the_browser_that_asked_may_press_at_once() -> None:
    press = Press(at(1), page_at=at(0.9), is_same_browser=True)
    assert grade_press(press, sweep(0.5, (*LINKS, TRAP)), sent_at=SENT).grade is Grade.CLEAN


def test_an_unknown_time_of_sending_is_not_held_against_anybody() -> None:
    assert grade_press(Press(at(2), page_at=at(0)), [], sent_at=None).grade is Grade.CLEAN


@pytest.mark.parametrize(
    ("fetches", "grade"),
    [
        ([], Grade.SUSPECT),
        ([Fetch(at(55), "privacy")], Grade.SUSPECT),
        ([Fetch(at(61), CONFIRM)], Grade.SUSPECT),
        ([Fetch(at(59.5), CONFIRM)], Grade.SUSPECT),
        ([Fetch(at(50), CONFIRM), Fetch(at(59.5), CONFIRM)], Grade.SUSPECT),
        ([Fetch(at(55), CONFIRM)], Grade.CLEAN),
    ],
)
def test_a_press_without_a_nonce_is_judged_by_the_fetches_before_it(fetches: list[Fetch], grade: Grade) -> None:
    assert grade_press(Press(at(60)), fetches, sent_at=SENT).grade is grade


@given(st.lists(st.tuples(st.floats(0, 3600), st.sampled_from((*LINKS, TRAP))), max_size=30), st.floats(3_700, 604_800))
def test_whatever_scanners_did_in_the_first_hour_a_later_person_is_clean(
    fetched: list[tuple[float, str]], later: float
) -> None:
    fetches = [Fetch(at(seconds), link) for seconds, link in fetched] + [Fetch(at(later - 4), CONFIRM)]
    assert grade_press(Press(at(later), page_at=at(later - 4)), fetches, sent_at=SENT).grade is Grade.CLEAN
