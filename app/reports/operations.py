"""Figures an operator watches: what is overdue, what was taken in, what went out."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session

from app.attribution.models import Touch
from app.capture.models import Submission
from app.consent.models import Suppression
from app.outbox.models import Attempt, Endpoint, Message


def oldest_due(session: Session, *, now: datetime) -> datetime | None:
    """Since when the longest waiting message could have been sent; None when nothing waits.

    What waits for a receiver that is paused, suspended or left in peace by its breaker is not overdue: one broken
    receiver must not take a healthy server out of service.
    """
    # `state < 2` stands literally, as the partial index on messages does.
    reachable = exists().where(
        Endpoint.id == Message.endpoint_id,
        Endpoint.state == "active",
        Endpoint.opened_at.is_(None),
        or_(Endpoint.next_free_at.is_(None), Endpoint.next_free_at <= now),
    )
    waits = and_(Message.state < 2, Message.due <= now)
    return session.scalar(select(func.min(Message.due)).where(waits, or_(Message.endpoint_id.is_(None), reachable)))


def submissions_between(session: Session, after: str, until: str) -> int:
    """How many submissions came in with ids in (after, until]; ids are in order of time."""
    return session.scalar(select(func.count()).where(Submission.id > after, Submission.id <= until)) or 0


def confirmations_between(session: Session, after: str, until: str) -> int:
    """How many submissions were confirmed, by the ids of the touches frozen at their confirmation."""
    counted = func.count(func.distinct(Touch.submission_id))
    return session.scalar(select(counted).where(Touch.id > after, Touch.id <= until)) or 0


def last_attempt(session: Session) -> int:
    """The highest attempt id so far."""
    return session.scalar(select(func.max(Attempt.id))) or 0


def attempts_after(session: Session, after: int) -> tuple[int, dict[tuple[str, str], int]]:
    """The highest attempt id, and how many attempts came after `after` by way (mail, webhook) and outcome."""
    last = last_attempt(session)
    way = func.substr(Message.topic, 1, 4)
    rows = session.execute(
        select(way, Attempt.outcome, func.count())
        .join(Message, Message.id == Attempt.message_id)
        .where(Attempt.id > after, Attempt.id <= last)
        .group_by(way, Attempt.outcome)
    )
    counts: dict[tuple[str, str], int] = {}
    for start, outcome, amount in rows:
        key = ("mail" if start == "mail" else "webhook", outcome)
        counts[key] = counts.get(key, 0) + amount
    return last, counts


def newest_moment(session: Session) -> datetime | None:
    """The latest moment anything was written under; in the future it means that a clock is or was wrong."""
    newest = [session.scalar(select(func.max(column))) for column in (Message.created_at, Attempt.started_at)]
    return max((moment for moment in newest if moment is not None), default=None)


def suppression_keys(session: Session) -> set[str]:
    """The ids of the keys that suppressed addresses are kept under."""
    return set(session.scalars(select(Suppression.key_id).distinct()))
