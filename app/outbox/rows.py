"""Between rows of the tables and the values that rules work with."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.outbox.breaker import Breaker
from app.outbox.delivery import Receiver, State
from app.outbox.settling import Health


def fresh(message_id: str, topic: str, payload: str, now: datetime) -> dict[str, Any]:
    """All columns of a message that is due at once and about nobody yet."""
    return {
        "id": message_id, "topic": topic, "endpoint_id": None, "lead_id": None, "submission_id": None,
        "order_key": None, "payload": payload, "state": int(State.DUE), "due": now, "attempt": 0, "lease": None,
        "reason": None, "unique_key": None, "created_at": now, "done_at": None,
    }  # fmt: skip


def receiver(row: Any) -> Receiver:
    """An endpoint's row as the sender sees it."""
    return Receiver(
        id=row.id, url=row.url, secret=row.secret, old_secret=row.old_secret,
        old_secret_until=row.old_secret_until, cap=row.max_in_flight, is_ordered=row.is_ordered,
        next_free_at=row.next_free_at, breaker=breaker(row),
    )  # fmt: skip


def breaker(row: Any) -> Breaker:
    """The breaker in an endpoint's row."""
    return Breaker(
        failures=row.failures, recent=row.recent, failing_since=row.failing_since,
        opened_at=row.opened_at, probe_at=row.probe_at, probes=row.probes,
    )  # fmt: skip


def health(row: Any) -> Health:
    """What an endpoint's row says about its health."""
    return Health(breaker(row), row.next_free_at)


def health_values(kept: Health) -> Mapping[str, Any]:
    """The columns of `health`."""
    one = kept.breaker
    return {
        "failures": one.failures, "recent": one.recent, "failing_since": one.failing_since,
        "opened_at": one.opened_at, "probe_at": one.probe_at, "probes": one.probes,
        "next_free_at": kept.next_free_at,
    }  # fmt: skip


def in_turn(receivers: Sequence[Receiver], lease: str) -> list[Receiver]:
    """The receivers from a place that changes with `lease`, so that none is always served first."""
    start = sum(lease.encode()) % len(receivers) if receivers else 0
    return [*receivers[start:], *receivers[:start]]
