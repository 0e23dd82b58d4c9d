"""When mails wait for the mail server."""

from datetime import UTC, datetime, timedelta

from app.outbox.backoff import Kind, Outcome
from app.worker.mail_health import MailHealth

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DOWN = Outcome(Kind.UNREACHABLE)


def _down() -> MailHealth:
    health = MailHealth()
    for _ in range(5):
        health.ended(DOWN, NOW)
    return health


def test_five_failures_in_a_row_make_mails_wait() -> None:
    health = _down()
    assert health.is_open
    assert health.slots(8, NOW + timedelta(seconds=29)) == 0
    assert health.slots(8, NOW + timedelta(seconds=30)) == 1


def test_probes_never_come_rarer_than_every_two_minutes() -> None:
    health, now = _down(), NOW
    for _ in range(10):
        now += timedelta(minutes=2)
        assert health.slots(8, now) == 1
        health.claimed(now)
        assert health.slots(8, now) == 0
        health.ended(DOWN, now)


def test_any_answer_opens_the_way_again() -> None:
    health = _down()
    health.claimed(NOW)
    health.ended(Outcome(Kind.ANSWERED, 550), NOW)
    assert health.slots(8, NOW) == 8


def test_faults_of_our_own_say_nothing_about_the_server() -> None:
    health = MailHealth()
    for _ in range(20):
        health.ended(Outcome(Kind.BROKEN), NOW)
    assert not health.is_open
