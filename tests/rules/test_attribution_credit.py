"""Sharing the credit for a lead."""

from datetime import UTC, datetime, timedelta
from math import fsum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.attribution.credit import CreditModel, PathTouch, credits

START = datetime(2027, 3, 1, 12, tzinfo=UTC)


def path_of(*days_before: float, direct: tuple[int, ...] = ()) -> list[PathTouch]:
    return [
        PathTouch(START - timedelta(days=days), is_direct=place in direct) for place, days in enumerate(days_before)
    ]


@pytest.mark.parametrize(
    ("model", "days", "expected"),
    [
        (CreditModel.FIRST, (3, 2, 1), (1, 0, 0)),
        (CreditModel.LAST, (3, 2, 1), (0, 0, 1)),
        (CreditModel.LINEAR, (3, 2, 1, 0), (0.25, 0.25, 0.25, 0.25)),
        (CreditModel.TIME_DECAY, (14, 7, 0), (1 / 7, 2 / 7, 4 / 7)),
        (CreditModel.TIME_DECAY, (10, 6, 1), (0.203086, 0.301785, 0.495129)),
        (CreditModel.POSITION, (1,), (1,)),
        (CreditModel.POSITION, (2, 1), (0.5, 0.5)),
        (CreditModel.POSITION, (3, 2, 1), (0.4, 0.2, 0.4)),
        (CreditModel.POSITION, (5, 4, 3, 2, 1), (0.4, 0.2 / 3, 0.2 / 3, 0.2 / 3, 0.4)),
    ],
)
def test_the_models_give_their_published_shares(
    model: CreditModel, days: tuple[float, ...], expected: tuple[float, ...]
) -> None:
    assert credits(path_of(*days), model=model) == pytest.approx(expected, abs=5e-7)


def test_last_non_direct_passes_over_direct_touches_at_the_end() -> None:
    assert credits(path_of(3, 2, 1, direct=(2,)), model=CreditModel.LAST_NON_DIRECT) == (0, 1, 0)


def test_all_direct_gives_the_last_one() -> None:
    assert credits(path_of(2, 1, direct=(0, 1)), model=CreditModel.LAST_NON_DIRECT) == (0, 1)


def test_the_half_life_can_be_set() -> None:
    assert credits(path_of(30, 0), model=CreditModel.TIME_DECAY, half_life_days=30) == pytest.approx((1 / 3, 2 / 3))


def test_no_touches_no_credit() -> None:
    assert credits([], model=CreditModel.LINEAR) == ()


def test_a_very_old_path_still_shares_out_one() -> None:
    assert fsum(credits(path_of(40_000, 39_999), model=CreditModel.TIME_DECAY)) == pytest.approx(1, abs=1e-12)


@given(
    st.lists(st.tuples(st.floats(0, 4000), st.booleans()), min_size=1, max_size=60), st.sampled_from(list(CreditModel))
)
def test_credits_always_sum_to_one(touches: list[tuple[float, bool]], model: CreditModel) -> None:
    path = sorted((PathTouch(START - timedelta(days=days), is_direct=d) for days, d in touches), key=lambda t: t.at)
    shares = credits(path, model=model)
    assert len(shares) == len(path)
    assert min(shares) >= 0
    assert abs(fsum(shares) - 1) <= 1e-12
