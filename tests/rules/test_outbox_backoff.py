"""What follows an attempt."""

from datetime import UTC, datetime, timedelta

import pytest

from app.outbox.backoff import (
    SCHEDULE,
    Dead,
    DisableEndpoint,
    Done,
    Kind,
    Outcome,
    RetryAt,
    after_mail,
    after_webhook,
    wait_before,
    wanted_rest,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
MIDDLE = 0.5


def _answered(status: int, retry_after: str = "") -> Outcome:
    return Outcome(Kind.ANSWERED, status, retry_after=retry_after)


def _webhook(outcome: Outcome, attempt: int = 1) -> object:
    return after_webhook(outcome, attempt=attempt, now=NOW, chance=MIDDLE)


def test_the_schedule_is_that_of_standard_webhooks() -> None:
    assert len(SCHEDULE) == 10
    assert sum(SCHEDULE, timedelta()).total_seconds() / 3600 == pytest.approx(75.585, abs=0.01)


def test_jitter_stays_within_a_fifth() -> None:
    assert wait_before(3, chance=0) == timedelta(minutes=4)
    assert wait_before(3, chance=1) == timedelta(minutes=6)


@pytest.mark.parametrize("status", [200, 202, 204, 299])
def test_2xx_is_done(status: int) -> None:
    assert _webhook(_answered(status)) == Done()


@pytest.mark.parametrize("status", [301, 302, 308, 400, 401, 403, 404, 422, 500, 502])
def test_everything_else_is_tried_again_redirects_included(status: int) -> None:
    verdict = _webhook(_answered(status))
    assert isinstance(verdict, RetryAt)
    assert verdict.due == NOW + timedelta(seconds=5)
    assert verdict.pause_until is None


@pytest.mark.parametrize("kind", [Kind.UNREACHABLE, Kind.TIMEOUT, Kind.BLOCKED, Kind.BROKEN])
def test_no_answer_is_tried_again(kind: Kind) -> None:
    assert isinstance(_webhook(Outcome(kind)), RetryAt)


def test_410_disables_the_endpoint() -> None:
    assert isinstance(_webhook(_answered(410)), DisableEndpoint)


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_rests_the_whole_endpoint(status: int) -> None:
    verdict = _webhook(_answered(status, "120"))
    assert isinstance(verdict, RetryAt)
    assert verdict.pause_until == NOW + timedelta(seconds=120) == verdict.due


def test_retry_after_shorter_than_the_schedule_does_not_hurry() -> None:
    verdict = _webhook(_answered(429, "60"), attempt=2)
    assert isinstance(verdict, RetryAt)
    assert verdict.due == NOW + timedelta(minutes=5)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("10", 10),
        ("99999999999999", 86_400),
        ("Mon, 23 Nov 2026 12:01:00 GMT", 60),
        ("Mon, 30 Nov 2026 12:01:00 GMT", 86_400),
        ("Mon, 23 Nov 2026 11:59:00 GMT", None),
        ("soon", None),
        ("", None),
        ("-5", None),
        ("0", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_date_and_capped(header: str, seconds: int | None) -> None:
    expected = None if seconds is None else NOW + timedelta(seconds=seconds)
    assert wanted_rest(header, NOW) == expected


def test_after_the_tenth_attempt_it_is_over() -> None:
    assert isinstance(_webhook(_answered(500), attempt=9), RetryAt)
    verdict = _webhook(_answered(500), attempt=10)
    assert isinstance(verdict, Dead)
    assert "10 attempts" in verdict.reason


def test_mail_splits_4yz_from_5yz() -> None:
    def judge(status: int) -> object:
        return after_mail(_answered(status), attempt=1, now=NOW, chance=MIDDLE)

    assert judge(250) == Done()
    assert isinstance(judge(451), RetryAt)
    assert isinstance(judge(550), Dead)
    assert isinstance(judge(410), RetryAt)


def test_a_mail_server_that_is_down_delays() -> None:
    verdict = after_mail(Outcome(Kind.UNREACHABLE), attempt=1, now=NOW, chance=MIDDLE)
    assert isinstance(verdict, RetryAt)
