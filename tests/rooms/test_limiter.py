"""Counters of visitors' actions: at once in one process, a second later in all, and still there after a restart."""

from app.capture.limits import DAY, Window
from app.db import Database
from app.web.limiter import Limiter

NOW = 1_700_000_000.0
PERSON = Window("a:person", DAY, 3)
NETWORK = Window("n:network", 600, 3)


def limiter_of(database: Database, *, at: float = NOW) -> Limiter:
    return Limiter(database, clock=lambda: at, interval=3600)


def test_each_post_counts_at_once_in_its_own_process(database: Database) -> None:
    limiter = limiter_of(database)
    assert [limiter.add([PERSON, NETWORK]), limiter.add([PERSON])] == [[1, 1], [2]]
    assert limiter.totals([PERSON, NETWORK]) == [2, 1]
    limiter.close()


def test_counts_of_two_processes_add_up_after_an_exchange(database: Database) -> None:
    here, there = limiter_of(database), limiter_of(database)
    for limiter in (here, there, here, there):
        limiter.add([PERSON])
    here.exchange()
    there.exchange()
    assert there.totals([PERSON]) == [4]
    here.close()
    there.close()


def test_counts_survive_a_restart(database: Database) -> None:
    before = limiter_of(database)
    for _ in range(2):
        before.add([PERSON])
    before.close()
    after = limiter_of(database)
    for _ in range(2):
        after.add([PERSON])
    after.exchange()
    assert after.totals([PERSON]) == [4]
    after.close()


def test_what_happened_once_is_told_with_the_second_time(database: Database) -> None:
    here, there = limiter_of(database), limiter_of(database)
    here.add([PERSON])
    here.exchange()
    for _ in range(2):
        there.add([PERSON])
    there.exchange()
    here.add([PERSON])
    here.exchange()
    assert [there.totals([PERSON]), here.totals([PERSON])] == [[2], [4]]
    here.close()
    there.close()


def test_a_window_that_is_over_counts_no_more(database: Database) -> None:
    limiter_of(database).add([PERSON])
    later = limiter_of(database, at=NOW + DAY)
    assert later.add([PERSON]) == [1]
    later.exchange()
    assert later.totals([PERSON]) == [1]
    later.close()


def test_thousands_of_counters_are_exchanged_in_portions(database: Database) -> None:
    limiter, other = limiter_of(database), limiter_of(database)
    windows = [Window(f"n:{number}", 600, 3) for number in range(2_500)]
    for one in (limiter, limiter, other, other):
        one.add(windows)
    limiter.exchange()
    other.exchange()
    assert set(other.totals(windows)) == {4}
    limiter.close()
    other.close()
