"""Ids: unique, readable, and in the order in which they were made."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from app.ids import first_id_at, new_id


def test_ids_made_one_after_the_other_sort_so_even_within_a_millisecond() -> None:
    made = [new_id() for _ in range(5_000)]
    assert made == sorted(made)


def test_ids_are_26_signs_of_crockfords_alphabet() -> None:
    assert all(re.fullmatch("[0-7][0-9A-HJKMNP-TV-Z]{25}", new_id()) for _ in range(100))


def test_no_two_threads_make_the_same_id() -> None:
    with ThreadPoolExecutor(8) as pool:
        made = [each for part in pool.map(lambda _: [new_id() for _ in range(2_000)], range(8)) for each in part]
    assert len(set(made)) == 16_000


def test_an_id_lies_between_the_moments_around_it() -> None:
    now = datetime.now(UTC)
    assert first_id_at(now - timedelta(seconds=1)) < new_id() < first_id_at(now + timedelta(seconds=5))
