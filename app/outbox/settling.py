"""What a batch of settlements means for the messages, the attempt log, and the health of an endpoint."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.outbox import breaker as rules
from app.outbox.backoff import Cancelled, Dead, DisableEndpoint, Done, RetryAt
from app.outbox.breaker import Breaker
from app.outbox.delivery import Settlement, State

_REASON_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Health:
    """What is kept about an endpoint between attempts; `suspend` says why it is to be suspended, if it is."""

    breaker: Breaker
    next_free_at: datetime | None = None
    suspend: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """The health of an endpoint changed in a way its owner should hear of."""

    endpoint_id: str
    what: str
    reason: str


def change(endpoint_id: str, before: Health, after: Health) -> Change | None:
    """What there is to tell between two states of health."""
    if after.suspend is not None:
        return Change(endpoint_id, "endpoint_suspended", after.suspend)
    if after.breaker.is_open and not before.breaker.is_open:
        return Change(endpoint_id, "breaker_opened", f"{after.breaker.failures} failures in a row.")
    if before.breaker.is_open and not after.breaker.is_open:
        return Change(endpoint_id, "breaker_closed", "A delivery was accepted.")
    return None


def message_row(settlement: Settlement, now: datetime) -> dict[str, Any]:
    """The values of SETTLE for one settlement."""
    reason: str | None = None
    match settlement.verdict:
        case Done():
            state, due = State.DONE, now
        case RetryAt(due=due, reason=reason):
            state = State.DUE
        case Dead(reason=reason):
            state, due = State.DEAD, now
        case Cancelled(reason=reason):
            state, due = State.CANCELLED, now
        case DisableEndpoint(reason=reason):
            state, due = State.DUE, now
    return {
        "id": settlement.message.id,
        "lease": settlement.message.lease,
        "state": int(state),
        "due": due,
        "reason": _text(reason) if reason else None,
        "done_at": None if state is State.DUE else now,
    }


def attempt_row(settlement: Settlement) -> dict[str, Any]:
    """One line of the attempt log."""
    outcome = settlement.outcome
    return {
        "message_id": settlement.message.id,
        "number": settlement.message.attempt,
        "started_at": settlement.started_at,
        "ms": settlement.ms,
        "outcome": outcome.kind.value,
        "status": outcome.status,
        "error": _text(outcome.note) or None,
        "excerpt": settlement.excerpt,
        "worker": settlement.worker[:60],
    }


def health_after(health: Health, settlements: Iterable[Settlement], *, now: datetime) -> Health:
    """The health of one endpoint after these attempts, in the order they ended."""
    breaker, pause, suspend = health.breaker, health.next_free_at, health.suspend
    for one in settlements:
        match one.verdict:
            case Done():
                breaker, suspend = rules.succeeded(breaker), None
                continue
            case Cancelled():
                continue
            case RetryAt(pause_until=wished) if wished is not None:
                pause = max(pause, wished) if pause else wished
            case DisableEndpoint(reason=reason):
                suspend = reason
            case _:
                pass
        breaker = rules.failed(breaker, now=now)
    if suspend is None and breaker.failures and rules.is_hopeless(breaker, now=now):
        suspend = "Nothing was accepted for 5 days."
    return Health(breaker, pause, suspend)


def _text(text: str) -> str:
    """Without NUL, which PostgreSQL cannot store, and short enough for its column."""
    return text.replace("\x00", " ")[:_REASON_LENGTH]
