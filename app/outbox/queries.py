"""What the outbox holds: lists for people, figures for alarms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, bindparam, func, select, text
from sqlalchemy.orm import Session

from app.db import UtcDateTime
from app.outbox import claim_sql
from app.outbox.delivery import State
from app.outbox.models import Attempt, Endpoint, Message, SentMail

_OPEN = text("message.state < 2")
_IS_DUE = text(claim_sql.IS_ANYTHING_DUE).bindparams(bindparam("now", type_=UtcDateTime()))


@dataclass(frozen=True, slots=True)
class Owed:
    """What one endpoint has still to get: how many, and since when the oldest was to be sent."""

    count: int
    oldest: datetime | None


def is_anything_due(session: Session, now: datetime) -> bool:
    """Whether a claim at `now` may find something; cheap enough to ask every second."""
    return bool(session.execute(_IS_DUE, {"now": now}).scalar())


def oldest_due(session: Session, now: datetime) -> datetime | None:
    """Since when the oldest message that could be sent waits; None when nothing is late.

    What endpoints owe to themselves does not count: paused, suspended, at rest or behind an open breaker.
    """
    is_held = (Endpoint.state != "active") | Endpoint.opened_at.is_not(None) | (Endpoint.next_free_at > now)
    held = select(Endpoint.id).where(is_held)
    waiting = select(func.min(Message.due)).where(_OPEN, Message.due <= now)
    free = (Message.endpoint_id.is_(None)) | (Message.endpoint_id.not_in(held))
    return session.scalar(waiting.where(free))


def messages(
    session: Session,
    *,
    state: State | None = None,
    topic: str | None = None,
    endpoint_id: str | None = None,
    before: str | None = None,
    limit: int = 50,
) -> Sequence[Message]:
    """Messages, newest first; the next page starts `before` the last id of this one."""
    wanted: Select[Message] = select(Message).order_by(Message.id.desc()).limit(limit)
    if state is not None:
        wanted = wanted.where(Message.state == int(state))
    if topic is not None:
        wanted = wanted.where(Message.topic == topic)
    if endpoint_id is not None:
        wanted = wanted.where(Message.endpoint_id == endpoint_id)
    if before is not None:
        wanted = wanted.where(Message.id < before)
    return session.scalars(wanted).all()


def message(session: Session, message_id: str) -> Message | None:
    """One message."""
    return session.get(Message, message_id)


def attempts(session: Session, message_id: str) -> Sequence[Attempt]:
    """All tries of one message, first to last."""
    return session.scalars(select(Attempt).where(Attempt.message_id == message_id).order_by(Attempt.id)).all()


def counts(session: Session) -> dict[tuple[str, State], int]:
    """How many messages there are of each topic in each state."""
    rows = session.execute(select(Message.topic, Message.state, func.count()).group_by(Message.topic, Message.state))
    return {(topic, State(state)): count for topic, state, count in rows}


def owed(session: Session) -> dict[str, Owed]:
    """What each endpoint has still to get; endpoints that got everything are absent."""
    rows = session.execute(
        select(Message.endpoint_id, func.count(), func.min(Message.due))
        .where(_OPEN, Message.endpoint_id.is_not(None))
        .group_by(Message.endpoint_id)
    )
    return {str(endpoint): Owed(count, oldest) for endpoint, count, oldest in rows}


def endpoints(session: Session) -> Sequence[Endpoint]:
    """All receivers, oldest first."""
    return session.scalars(select(Endpoint).order_by(Endpoint.id)).all()


def endpoint(session: Session, endpoint_id: str) -> Endpoint | None:
    """One receiver."""
    return session.get(Endpoint, endpoint_id)


def sent_mail(session: Session, message_id: str) -> SentMail | None:
    """The proof of one mail."""
    return session.get(SentMail, message_id)


def sent_mail_of(session: Session, submission_id: str) -> SentMail | None:
    """The mail last sent about a submission; before its confirmation that is the one that asked for it."""
    newest = select(SentMail).where(SentMail.submission_id == submission_id).order_by(SentMail.sent_at.desc())
    return session.scalars(newest.limit(1)).first()


def sent_mails_of(session: Session, submission_ids: Sequence[str]) -> Sequence[SentMail]:
    """All mails sent about some submissions, oldest first."""
    about = select(SentMail).where(SentMail.submission_id.in_(submission_ids))
    return session.scalars(about.order_by(SentMail.sent_at)).all()
