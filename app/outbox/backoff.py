"""What follows an attempt: done, another try, the end, or rest for the whole endpoint."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

_SECOND, _MINUTE, _HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)

# The example of Standard Webhooks 1.0.0, "retry schedule": ten attempts over 75.6 hours. The first wait is zero.
SCHEDULE: tuple[timedelta, ...] = (
    timedelta(0),
    5 * _SECOND,
    5 * _MINUTE,
    30 * _MINUTE,
    2 * _HOUR,
    5 * _HOUR,
    10 * _HOUR,
    14 * _HOUR,
    20 * _HOUR,
    24 * _HOUR,
)
JITTER = 0.2
LONGEST_PAUSE = timedelta(hours=24)
_GONE = 410
_ASKS_FOR_REST = frozenset({429, 503})


class Kind(StrEnum):
    """How one attempt ended, as seen from here."""

    ANSWERED = "answered"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    BLOCKED = "blocked"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One attempt: `status` is the HTTP or SMTP code if there was an answer, `note` a sentence on what happened."""

    kind: Kind
    status: int | None = None
    note: str = ""
    retry_after: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """Accepted by the other side."""


@dataclass(frozen=True, slots=True)
class RetryAt:
    """Try again at `due`; `pause_until` asks the same for everything else owed to this endpoint."""

    due: datetime
    reason: str
    pause_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Dead:
    """No further try by itself; stays visible and can be replayed."""

    reason: str


@dataclass(frozen=True, slots=True)
class DisableEndpoint:
    """The receiver said it is gone for good: nothing more is sent to it. What is owed waits."""

    reason: str


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The reason to send it went away before it was sent."""

    reason: str


Verdict = Done | RetryAt | Dead | DisableEndpoint | Cancelled


def after_webhook(outcome: Outcome, *, attempt: int, now: datetime, chance: float) -> Verdict:
    """What follows webhook attempt number `attempt` (from 1); `chance` in [0, 1) picks the jitter.

    Only 2xx is success and a redirect is a failure (Standard Webhooks 1.0.0); 410 ends the endpoint; everything
    else, 4xx included, is tried again, since a receiver under repair answers 404 or 401 as often as 500.
    """
    status = outcome.status or 0
    if outcome.kind is Kind.ANSWERED and 200 <= status < 300:
        return Done()
    if outcome.kind is Kind.ANSWERED and status == _GONE:
        return DisableEndpoint("The receiver answered 410 Gone.")
    rest = wanted_rest(outcome.retry_after, now) if status in _ASKS_FOR_REST else None
    return _again(outcome, attempt=attempt, now=now, chance=chance, rest=rest)


def after_mail(outcome: Outcome, *, attempt: int, now: datetime, chance: float) -> Verdict:
    """What follows mail attempt number `attempt`: 2yz accepted, 5yz final, 4yz and no answer again (RFC 5321 4.2.1)."""
    status = outcome.status or 0
    if outcome.kind is Kind.ANSWERED and 200 <= status < 300:
        return Done()
    if outcome.kind is Kind.ANSWERED and 500 <= status < 600:
        return Dead(outcome.note or f"The mail server refused with {status}.")
    return _again(outcome, attempt=attempt, now=now, chance=chance, rest=None)


def wait_before(attempt: int, *, chance: float, schedule: Sequence[timedelta] = SCHEDULE) -> timedelta | None:
    """The pause before attempt number `attempt` (from 1) within plus or minus 20 %; None after the last one."""
    if attempt > len(schedule):
        return None
    return schedule[attempt - 1] * (1 - JITTER + 2 * JITTER * chance)


def wanted_rest(retry_after: str, now: datetime) -> datetime | None:
    """When a Retry-After header (seconds or a date, RFC 9110 10.2.3) allows the next try; at most 24 h from now."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        wished = now + min(timedelta(seconds=int(text[:9])), LONGEST_PAUSE)
    else:
        try:
            parsed = parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
        wished = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    return min(wished, now + LONGEST_PAUSE) if wished > now else None


def _again(outcome: Outcome, *, attempt: int, now: datetime, chance: float, rest: datetime | None) -> RetryAt | Dead:
    reason = outcome.note or (f"Answered {outcome.status}." if outcome.status else outcome.kind.value)
    wait = wait_before(attempt + 1, chance=chance)
    if wait is None:
        return Dead(f"Gave up after {attempt} attempts. Last: {reason}")
    due = now + wait
    return RetryAt(max(due, rest) if rest else due, reason, pause_until=rest)
