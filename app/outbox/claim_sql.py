"""The statements of claiming and settling as text: `state < 2` must stand there literally, or partial indexes rest."""

_TAKEN = "state = 1, due = :until, lease = :lease, attempt = attempt + 1"
_COLUMNS = "id, topic, endpoint_id, lead_id, submission_id, payload, attempt"
_FREE_LANE = (
    " AND (m.order_key IS NULL OR NOT EXISTS (SELECT 1 FROM message e"
    " WHERE e.order_key = m.order_key AND e.id < m.id AND e.state < 2))"
)

MAIL_LANE = "m.endpoint_id IS NULL AND m.topic <> 'house.upkeep'"
HOUSE_LANE = "m.unique_key = :unique_key"
ENDPOINT_LANE = "m.endpoint_id = :endpoint_id"

RECEIVER_COLUMNS = (
    "id", "url", "secret", "old_secret", "old_secret_until", "max_in_flight", "is_ordered", "next_free_at",
    "failures", "recent", "failing_since", "opened_at", "probe_at", "probes",
)  # fmt: skip

WITH_DUE = """
SELECT e.id, e.url, e.secret, e.old_secret, e.old_secret_until, e.max_in_flight, e.is_ordered, e.next_free_at,
       e.failures, e.recent, e.failing_since, e.opened_at, e.probe_at, e.probes
FROM endpoint e
WHERE e.state = 'active' AND EXISTS (
  SELECT 1 FROM message m WHERE m.endpoint_id = e.id AND m.state < 2 AND m.due <= :now)
ORDER BY e.id
"""

TAKE_PROBE = """
UPDATE endpoint SET probe_at = :probe_at, probes = :probes
WHERE id = :endpoint_id AND probes = :seen AND opened_at IS NOT NULL
"""

IS_ANYTHING_DUE = """
SELECT EXISTS (SELECT 1 FROM message m WHERE m.endpoint_id IS NULL AND m.state < 2 AND m.due <= :now)
    OR EXISTS (SELECT 1 FROM endpoint e WHERE e.state = 'active' AND EXISTS (
         SELECT 1 FROM message m WHERE m.endpoint_id = e.id AND m.state < 2 AND m.due <= :now))
"""

SETTLE = """
UPDATE message SET state = :state, due = :due, reason = :reason, done_at = :done_at, lease = NULL
WHERE id = :id AND lease = :lease
"""

RELEASE = """
UPDATE message SET state = 0, due = :due, lease = NULL, attempt = attempt - 1
WHERE id = :id AND lease = :lease
"""


def take(lane: str, *, is_ordered: bool, skips_locked: bool) -> str:
    """The claim of one lane: up to `:free` rows, oldest due first.

    A row whose lease is over matches like any other, so the death of a worker needs no mechanism of its own.
    PostgreSQL picks in a MATERIALIZED CTE, since a bare IN (SELECT ... LIMIT) may be evaluated again by its planner.
    """
    gate = _FREE_LANE if is_ordered else ""
    pick = f"SELECT m.id FROM message m WHERE {lane} AND m.state < 2 AND m.due <= :now{gate} ORDER BY m.due LIMIT :free"  # noqa: S608
    if not skips_locked:
        return f"UPDATE message SET {_TAKEN} WHERE id IN ({pick}) RETURNING {_COLUMNS}"  # noqa: S608
    columns = ", ".join(f"message.{name}" for name in _COLUMNS.split(", "))
    return (
        f"WITH picked AS MATERIALIZED ({pick} FOR UPDATE OF m SKIP LOCKED) "  # noqa: S608
        f"UPDATE message SET {_TAKEN} FROM picked WHERE message.id = picked.id RETURNING {columns}"
    )
