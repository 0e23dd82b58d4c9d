"""What the capture room tells: submissions by id, and those of one person."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.capture.models import Submission
from app.capture.submission import State


def submission(session: Session, submission_id: str) -> Submission | None:
    """One submission."""
    return session.get(Submission, submission_id)


def submissions_of(session: Session, *, lead_id: str, email_key: str) -> Sequence[Submission]:
    """Everything one person sent, confirmed or not, oldest first."""
    mine = or_(Submission.lead_id == lead_id, Submission.email_key == email_key)
    return session.scalars(select(Submission).where(mine).order_by(Submission.id)).all()


def never_confirmed(session: Session, *, until: str, limit: int) -> Sequence[str]:
    """Up to `limit` ids, oldest first, of submissions made before the id `until` that nobody confirmed."""
    unconfirmed = Submission.state != State.CONFIRMED.value
    return session.scalars(
        select(Submission.id).where(Submission.id < until, unconfirmed).order_by(Submission.id).limit(limit)
    ).all()


def with_network(session: Session, *, after: str, until: str, limit: int) -> Sequence[str]:
    """Up to `limit` ids in (after, until) of submissions that still hold a network or an agent, oldest first."""
    kept = or_(Submission.evidence["network"].as_string() != "", Submission.evidence["agent"].as_string() != "")
    return session.scalars(
        select(Submission.id)
        .where(Submission.id > after, Submission.id < until, kept)
        .order_by(Submission.id)
        .limit(limit)
    ).all()


def newest(
    session: Session, *, state: str | None = None, is_flagged: bool = False, before: str = "", limit: int = 50
) -> Sequence[Submission]:
    """Submissions newest first, by key: `before` is the id of the last one of the page before."""
    statement = select(Submission).order_by(Submission.id.desc()).limit(limit)
    if state is not None:
        statement = statement.where(Submission.state == state)
    if is_flagged:
        statement = statement.where(Submission.flags.is_not(None))
    if before:
        statement = statement.where(Submission.id < before)
    return session.scalars(statement).all()
