"""When a receiver is left in peace, probed, and given up."""

from datetime import UTC, datetime, timedelta

from app.outbox.breaker import Breaker, failed, gate, is_hopeless, probe_wait, probing, succeeded

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def _after(results: str, start: Breaker | None = None) -> Breaker:
    breaker = start or Breaker()
    for one in results:
        breaker = succeeded(breaker) if one == "1" else failed(breaker, now=NOW)
    return breaker


def _slots(breaker: Breaker, now: datetime = NOW, next_free_at: datetime | None = None) -> int:
    return gate(breaker, free=8, next_free_at=next_free_at, now=now).slots


def test_four_failures_leave_it_closed_the_fifth_opens() -> None:
    assert not _after("0000").is_open
    assert _after("00000").is_open


def test_five_failures_after_many_successes_do_not_open() -> None:
    assert not _after("1" * 15 + "0" * 5).is_open
    assert _after("1" * 15 + "0" * 10).is_open


def test_an_open_breaker_lets_nothing_through_until_its_probe() -> None:
    breaker = _after("00000")
    assert _slots(breaker) == 0
    assert _slots(breaker, NOW + timedelta(seconds=29)) == 0
    assert _slots(breaker, NOW + timedelta(seconds=30)) == 1


def test_a_claimed_probe_keeps_others_away_and_doubles_the_wait() -> None:
    breaker = probing(_after("00000"), now=NOW)
    assert _slots(breaker, NOW + timedelta(seconds=59)) == 0
    assert _slots(breaker, NOW + timedelta(seconds=60)) == 1


def test_probe_waits_end_at_half_an_hour() -> None:
    assert [probe_wait(n).total_seconds() for n in (0, 1, 2, 5, 6, 99)] == [30, 60, 120, 960, 1800, 1800]


def test_late_failures_do_not_push_the_probe_away() -> None:
    opened = _after("00000")
    assert failed(opened, now=NOW + timedelta(seconds=20)).probe_at == opened.probe_at


def test_one_success_closes_it() -> None:
    closed = succeeded(probing(_after("00000"), now=NOW))
    assert not closed.is_open
    assert closed.failures == 0
    assert closed.failing_since is None
    assert _slots(closed) == 8


def test_a_pause_asked_for_holds_even_a_closed_breaker() -> None:
    later = NOW + timedelta(minutes=1)
    assert _slots(Breaker(), NOW, next_free_at=later) == 0
    assert _slots(Breaker(), later, next_free_at=later) == 8


def test_five_days_without_success_are_hopeless() -> None:
    breaker = _after("0")
    assert not is_hopeless(breaker, now=NOW + timedelta(days=4, hours=23))
    assert is_hopeless(breaker, now=NOW + timedelta(days=5))
    assert not is_hopeless(_after("01"), now=NOW + timedelta(days=9))
