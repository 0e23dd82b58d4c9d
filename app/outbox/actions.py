"""Changes of the outbox: put, claim, settle, release, and what happens to messages later."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import Select, Table, TextClause, TextualSelect, bindparam, delete, insert, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from app import wake
from app.bulk_insert import insert_rows
from app.db import UtcDateTime, after_commit
from app.ids import new_id
from app.json_text import dumps
from app.outbox import breaker as rules
from app.outbox import claim_sql, envelope, rows, settling, topics
from app.outbox.breaker import Breaker
from app.outbox.delivery import Claim, Claimed, EndpointState, Free, Receiver, Settlement, State
from app.outbox.events import AnyEvent
from app.outbox.models import Attempt, Endpoint, Message, SentMail
from app.outbox.serial import later
from app.outbox.settling import Change, Health

_BATCH = 500
_MESSAGES = cast(Table, Message.__table__)
_ATTEMPTS = cast(Table, Attempt.__table__)
_TIMES = ("now", "until", "due", "done_at", "probe_at")
_OPEN_STATES = (int(State.DUE), int(State.LEASED))


def put(
    session: Session,
    topic: str,
    payload: Mapping[str, Any],
    *,
    now: datetime,
    due: datetime | None = None,
    lead_id: str | None = None,
    submission_id: str | None = None,
    unique_key: str | None = None,
) -> str | None:
    """Owe one message; it exists if and only if the unit of `session` commits.

    `payload`: facts for rendering, no secrets. Gives its id, or None when `unique_key` is owed already.
    """
    topics.topic(topic)
    row = _row(session, topic, dumps(payload), now=now)
    row |= {"due": due or now, "lead_id": lead_id, "submission_id": submission_id, "unique_key": unique_key}
    if unique_key is None:
        session.execute(insert(_MESSAGES), row)
    elif not _insert_once(session, row):
        return None
    after_commit(session, wake.ring)
    return str(row["id"])


def put_for_submissions(session: Session, topic: str, submission_ids: Sequence[str], *, now: datetime) -> None:
    """Owe one message without facts of its own about each of the submissions, all in one statement."""
    topics.topic(topic)
    messages = [_row(session, topic, "{}", now=now) | {"submission_id": about} for about in submission_ids]
    insert_rows(session, _MESSAGES, [{k: value for k, value in row.items() if value is not None} for row in messages])
    if messages:
        after_commit(session, wake.ring)


def put_for_endpoints(session: Session, event: AnyEvent, *, lead_id: str | None, now: datetime) -> tuple[str, ...]:
    """Owe `event` to every endpoint that subscribed to it, each with an id of its own; gives the ids.

    The body is rendered here, once. Paused and suspended endpoints are owed too; disabled ones are not.
    """
    wanted = select(Endpoint.id, Endpoint.events, Endpoint.is_ordered).where(
        Endpoint.state != EndpointState.DISABLED.value
    )
    receivers = [row for row in session.execute(wanted.order_by(Endpoint.id)) if event.name in row.events]
    if not receivers:
        return ()
    body = envelope.body_text(event)
    topic = topics.webhook_topic(event.name).name
    rows = [_row(session, topic, body, now=now) for _ in receivers]
    for row, receiver in zip(rows, receivers, strict=True):
        lane = f"{receiver.id}:{lead_id}" if receiver.is_ordered and lead_id else None
        row |= {"endpoint_id": receiver.id, "lead_id": lead_id, "order_key": lane}
    session.execute(insert(_MESSAGES), rows)
    after_commit(session, wake.ring)
    return tuple(str(row["id"]) for row in rows)


def put_for_endpoint(session: Session, endpoint_id: str, event: AnyEvent, *, now: datetime) -> str:
    """Owe `event` to one endpoint, subscribed or not: the test event goes the way of all others."""
    row = _row(session, topics.webhook_topic(event.name).name, envelope.body_text(event), now=now)
    session.execute(insert(_MESSAGES), row | {"endpoint_id": endpoint_id})
    after_commit(session, wake.ring)
    return str(row["id"])


def claim(session: Session, *, lease: str, now: datetime, until: datetime, free: Free) -> Claim:
    """Lease what is due, at most `free`, to the holder of `lease` until `until`.

    Endpoints take turns by `lease`, so that none is always served first; each gets no more than its cap and its
    breaker allow. The attempt is counted here, so a message that kills its worker cannot do so for ever.
    """
    times = {"now": now, "until": until, "lease": lease}
    taken = _take(session, claim_sql.MAIL_LANE, free=min(free.mail, free.total), values=times)
    left = free.total - len(taken)
    receivers: dict[str, Receiver] = {}
    for receiver in rows.in_turn(_with_due(session, now), lease):
        if left <= 0:
            break
        wanted = receiver.cap * free.depth.get(receiver.id, 1) - free.busy.get(receiver.id, 0)
        gate = rules.gate(receiver.breaker, free=min(left, wanted), next_free_at=receiver.next_free_at, now=now)
        if gate.slots < 1 or (gate.is_probe and not _take_probe(session, receiver, now)):
            continue
        values = times | {"endpoint_id": receiver.id}
        got = _take(
            session,
            claim_sql.ENDPOINT_LANE,
            free=gate.slots,
            values=values,
            is_ordered=receiver.is_ordered,
        )
        if got:
            receivers[receiver.id] = receiver
            taken += got
            left -= len(got)
    return Claim(tuple(taken), receivers)


def claim_house(session: Session, unique_key: str, *, lease: str, now: datetime, until: datetime) -> Claimed | None:
    """Owe the daily upkeep called `unique_key` unless somebody did, and lease it unless somebody has."""
    row = _row(session, topics.HouseUpkeep.name, "{}", now=now)
    _insert_once(session, row | {"unique_key": unique_key})
    values = {"now": now, "until": until, "lease": lease, "unique_key": unique_key}
    got = _take(session, claim_sql.HOUSE_LANE, free=1, values=values)
    return got[0] if got else None


def settle(session: Session, settlements: Sequence[Settlement], *, now: datetime) -> tuple[Change, ...]:
    """Write down how attempts ended; gives what changed about endpoints.

    A worker whose lease was taken over meanwhile changes no message, but its try is logged.
    """
    if not settlements:
        return ()
    session.execute(insert(_ATTEMPTS), [settling.attempt_row(one) for one in settlements])
    session.execute(_statement(claim_sql.SETTLE), [settling.message_row(one, now) for one in settlements])
    for one in settlements:
        if one.proof is not None:
            _keep_proof(session, one, now)
    by_endpoint: dict[str, list[Settlement]] = {}
    for one in settlements:
        if one.message.endpoint_id is not None:
            by_endpoint.setdefault(one.message.endpoint_id, []).append(one)
    changes = [_settle_endpoint(session, one, by_endpoint[one], now) for one in sorted(by_endpoint)]
    return tuple(one for one in changes if one is not None)


def release(session: Session, messages: Iterable[Claimed], *, now: datetime) -> None:
    """Give back what was leased and not tried; the attempt does not count."""
    rows = [{"id": one.id, "lease": one.lease, "due": now} for one in messages]
    if rows:
        session.execute(_statement(claim_sql.RELEASE), rows)


def redeliver(session: Session, message_id: str, *, now: datetime) -> bool:
    """Owe one finished message again, under the same id; False when it is not there or not finished."""
    return _again(session, Message.id == message_id, now=now) > 0


def replay(
    session: Session, endpoint_id: str, *, now: datetime, since: datetime | None = None, dead_only: bool = False
) -> int:
    """Owe again what an endpoint was to get: since `since`, or only what is dead. Same ids; gives how many."""
    wanted = [Message.endpoint_id == endpoint_id, Message.payload != ""]
    if since is not None:
        wanted.append(Message.created_at >= since)
    if dead_only:
        wanted.append(Message.state == int(State.DEAD))
    return _again(session, *wanted, now=now)


def forget(
    session: Session, *, lead_id: str, submission_ids: Sequence[str] = (), now: datetime, reason: str = "Erased."
) -> None:
    """Cancel what is owed about a person and empty what is kept: bodies, answers of receivers, mails sent."""
    about = or_(Message.lead_id == lead_id, Message.submission_id.in_(submission_ids))
    ids = select(Message.id).where(about).scalar_subquery()
    session.execute(
        update(Message)
        .where(about, Message.state.in_(_OPEN_STATES))
        .values(state=int(State.CANCELLED), reason=reason, done_at=now, lease=None)
    )
    # Answers of mail servers like to repeat the address, so reasons and errors go too.
    session.execute(update(Message).where(about).values(payload="", reason=reason))
    session.execute(update(Attempt).where(Attempt.message_id.in_(ids)).values(excerpt=None, error=None))
    # A mail outlives its message as proof, so it is also found by the submission it was sent for.
    session.execute(
        delete(SentMail).where(or_(SentMail.message_id.in_(ids), SentMail.submission_id.in_(submission_ids)))
    )


def cancel(session: Session, *, submission_id: str, topic: str, reason: str, now: datetime) -> int:
    """Cancel what is due of one topic about one submission; what is on its way is not stopped. Gives how many."""
    result = session.execute(
        update(Message)
        .where(Message.submission_id == submission_id, Message.topic == topic, Message.state == int(State.DUE))
        .values(state=int(State.CANCELLED), reason=reason, done_at=now)
    )
    return int(result.rowcount)  # type: ignore[attr-defined]


def purge(session: Session, *, before: datetime, limit: int = _BATCH) -> int:
    """Delete up to `limit` messages finished before `before`, with their attempts; gives how many. Proof stays."""
    old = select(Message.id).where(Message.state > int(State.LEASED), Message.done_at < before).limit(limit)
    ids = list(session.scalars(old))
    if ids:
        session.execute(delete(Attempt).where(Attempt.message_id.in_(ids)))
        session.execute(delete(Message).where(Message.id.in_(ids)))
    return len(ids)


def add_endpoint(
    session: Session,
    *,
    url: str,
    events: Sequence[str],
    sealed_secret: str,
    now: datetime,
    description: str = "",
    is_ordered: bool = False,
    max_in_flight: int = 8,
) -> str:
    """Add a receiver and give its id; `events` by the names receivers know. Raises TopicUnknown."""
    for event in events:
        topics.webhook_topic(event)
    endpoint = Endpoint(
        id=new_id(), url=url, description=description, events=list(events), secret=sealed_secret,
        state=EndpointState.ACTIVE.value, is_ordered=is_ordered, max_in_flight=max_in_flight,
        failures=0, recent="", probes=0, created_at=now,
    )  # fmt: skip
    session.add(endpoint)
    session.flush()
    return endpoint.id


def rotate_secret(session: Session, endpoint_id: str, *, sealed_secret: str, old_until: datetime | None) -> None:
    """Sign with a new secret, and until `old_until` with the one before as well (None: the old one ends now)."""
    endpoint = session.get_one(Endpoint, endpoint_id)
    endpoint.old_secret = endpoint.secret if old_until else None
    endpoint.old_secret_until = old_until
    endpoint.secret = sealed_secret
    session.flush()


def set_endpoint_state(session: Session, endpoint_id: str, state: EndpointState, *, reason: str | None = None) -> None:
    """Pause, suspend, disable or resume; resuming closes the breaker and sends what is owed."""
    endpoint = session.get_one(Endpoint, endpoint_id)
    endpoint.state = state.value
    endpoint.state_reason = reason
    if state is EndpointState.ACTIVE:
        for name, value in rows.health_values(Health(Breaker())).items():
            setattr(endpoint, name, value)
        after_commit(session, wake.ring)
    session.flush()


def _row(session: Session, topic: str, payload: str, *, now: datetime) -> dict[str, Any]:
    """All columns of a fresh message; ids grow within a unit of work, even within one millisecond."""
    message_id = later(new_id(), session.info.get("last_message_id", ""))
    session.info["last_message_id"] = message_id
    return rows.fresh(message_id, topic, payload, now)


def _insert_once(session: Session, row: dict[str, Any]) -> bool:
    make = sqlite_insert if _dialect(session) == "sqlite" else postgresql_insert
    statement = make(Message).values(row).on_conflict_do_nothing(index_elements=["unique_key"]).returning(Message.id)
    return session.execute(statement).first() is not None


def _take(session: Session, lane: str, *, free: int, values: dict[str, Any], is_ordered: bool = False) -> list[Claimed]:
    if free < 1:
        return []
    sql = claim_sql.take(lane, is_ordered=is_ordered, skips_locked=_dialect(session) == "postgresql")
    lease = str(values["lease"])
    rows = session.execute(_statement(sql), values | {"free": free}).all()
    return sorted((Claimed(**row._mapping, lease=lease) for row in rows), key=lambda one: one.id)


def _with_due(session: Session, now: datetime) -> list[Receiver]:
    return [rows.receiver(row) for row in session.execute(_with_due_statement(), {"now": now})]


def _take_probe(session: Session, receiver: Receiver, now: datetime) -> bool:
    """Of several workers one gets the probe: the count it saw must still stand."""
    next_probe = rules.probing(receiver.breaker, now=now)
    values = {
        "endpoint_id": receiver.id,
        "probe_at": next_probe.probe_at,
        "probes": next_probe.probes,
        "seen": receiver.breaker.probes,
    }
    result = session.execute(_statement(claim_sql.TAKE_PROBE), values)
    return bool(result.rowcount)  # type: ignore[attr-defined]


def _settle_endpoint(session: Session, endpoint_id: str, settlements: list[Settlement], now: datetime) -> Change | None:
    found = session.execute(_endpoint_health(), {"endpoint_id": endpoint_id}).one_or_none()
    if found is None:
        return None
    kept = rows.health(found)
    if settling.health_after(kept, settlements, now=now) == kept:
        return None
    # Only an endpoint whose health changes is locked, so that healthy ones cost several workers nothing.
    before = rows.health(session.execute(_endpoint_health().with_for_update(), {"endpoint_id": endpoint_id}).one())
    health = settling.health_after(before, settlements, now=now)
    session.execute(update(Endpoint).where(Endpoint.id == endpoint_id).values(**rows.health_values(health)))
    if health.suspend is not None and not _suspend(session, endpoint_id, health.suspend):
        health = replace(health, suspend=None)
    return settling.change(endpoint_id, before, health)


def _suspend(session: Session, endpoint_id: str, reason: str) -> bool:
    """False where it is not active any more: what its owner decided stands."""
    result = session.execute(
        update(Endpoint)
        .where(Endpoint.id == endpoint_id, Endpoint.state == EndpointState.ACTIVE.value)
        .values(state=EndpointState.SUSPENDED.value, state_reason=reason)
    )
    return bool(result.rowcount)  # type: ignore[attr-defined]


def _keep_proof(session: Session, settlement: Settlement, now: datetime) -> None:
    """The latest mail of a message is its proof; one sent again after a crash replaces the first."""
    proof, message = settlement.proof, settlement.message
    assert proof is not None
    values = {
        "submission_id": message.submission_id, "mail_id": proof.mail_id, "digest": proof.digest,
        "raw": proof.raw, "reply": proof.reply[:500], "sent_at": now,
    }  # fmt: skip
    make = sqlite_insert if _dialect(session) == "sqlite" else postgresql_insert
    statement = make(SentMail).values({"message_id": message.id, **values})
    session.execute(statement.on_conflict_do_update(index_elements=["message_id"], set_=values))


def _again(session: Session, *wanted: Any, now: datetime) -> int:
    result = session.execute(
        update(Message)
        .where(*wanted, Message.state > int(State.LEASED), Message.payload != "")
        .values(state=int(State.DUE), due=now, attempt=0, lease=None, reason="Replay.", done_at=None)
    )
    after_commit(session, wake.ring)
    return int(result.rowcount)  # type: ignore[attr-defined]


def _dialect(session: Session) -> str:
    return session.get_bind().dialect.name


@cache
def _statement(sql: str) -> TextClause:
    """A statement with its times bound as the columns store them."""
    names = [name for name in _TIMES if f":{name}" in sql]
    return text(sql).bindparams(*(bindparam(name, type_=UtcDateTime()) for name in names))


@cache
def _with_due_statement() -> TextualSelect:
    statement = _statement(claim_sql.WITH_DUE)
    return statement.columns(*(Endpoint.__table__.c[name] for name in claim_sql.RECEIVER_COLUMNS))


@cache
def _endpoint_health() -> Select[*tuple[Any, ...]]:
    health = (Endpoint.failures, Endpoint.recent, Endpoint.failing_since, Endpoint.opened_at)
    return select(*health, Endpoint.probe_at, Endpoint.probes, Endpoint.next_free_at).where(
        Endpoint.id == bindparam("endpoint_id")
    )
