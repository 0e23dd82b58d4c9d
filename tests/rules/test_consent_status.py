"""Where somebody stands with a purpose."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.consent.status import ConsentEvent, ConsentStatus, next_status, record_statuses, status_of, statuses

START = datetime(2027, 3, 1, tzinfo=UTC)
R, G, W, X, E = ConsentStatus


def events(*steps: tuple[str, ConsentStatus], purpose: str = "newsletter") -> list[ConsentEvent]:
    return [
        ConsentEvent(record, purpose, status, START + timedelta(hours=hour))
        for hour, (record, status) in enumerate(steps)
    ]


@pytest.mark.parametrize(
    ("current", "to", "allowed"),
    [
        (None, R, True),
        (None, G, False),
        (R, G, True),
        (R, X, True),
        (R, W, True),
        (G, W, True),
        (G, E, True),
        (W, G, False),
        (W, R, False),
        (X, G, False),
        (W, E, True),
        (E, G, False),
        (E, R, False),
    ],
)
def test_a_record_goes_one_way(current: ConsentStatus | None, to: ConsentStatus, allowed: bool) -> None:
    decision = next_status(current, to)
    assert decision.allowed is allowed
    assert bool(decision.reason) is not allowed


@pytest.mark.parametrize(
    ("current", "to", "words"), [(None, G, "never requested"), (W, G, "new request"), (X, W, "was expired")]
)
def test_a_refused_step_says_why(current: ConsentStatus | None, to: ConsentStatus, words: str) -> None:
    assert words in next_status(current, to).reason


def test_a_second_confirmation_is_a_repeat_and_no_error() -> None:
    assert next_status(G, G).is_repeat


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ((), None),
        ((("a", R),), R),
        ((("a", R), ("a", G)), G),
        ((("a", R), ("a", X)), X),
        ((("a", R), ("a", G), ("a", W)), W),
        ((("a", R), ("a", G), ("b", R)), G),
        ((("a", R), ("a", G), ("a", W), ("b", R)), R),
        ((("a", R), ("a", G), ("a", W), ("b", R), ("b", G)), G),
        ((("a", R), ("b", R), ("b", G), ("a", X)), G),
        ((("a", R), ("a", W), ("a", G)), W),
    ],
)
def test_the_latest_word_counts_and_what_was_given_holds(
    steps: tuple[tuple[str, ConsentStatus], ...], expected: ConsentStatus | None
) -> None:
    assert status_of(events(*steps), "newsletter") is expected


def test_withdrawing_one_purpose_leaves_the_others() -> None:
    told = events(("a", R), ("a", G), ("a", W)) + events(("b", R), ("b", G), purpose="phone_contact")
    assert statuses(told) == {"newsletter": W, "phone_contact": G}


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(list(ConsentStatus))), max_size=12))
def test_no_order_of_events_revives_an_ended_record(steps: list[tuple[str, ConsentStatus]]) -> None:
    told = events(*steps)
    for upto in range(len(told)):
        before, after = record_statuses(told[:upto]), record_statuses(told)
        for record, status in before.items():
            if status in (W, X, E):
                assert after[record] in (status, E)
