"""What the capture room tells: submissions by id, and those of one person."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.capture.models import Submission


def submission(session: Session, submission_id: str) -> Submission | None:
    """One submission."""
    return session.get(Submission, submission_id)


def submissions_of(session: Session, *, lead_id: str, email_key: str) -> Sequence[Submission]:
    """Everything one person sent, confirmed or not, oldest first."""
    mine = or_(Submission.lead_id == lead_id, Submission.email_key == email_key)
    return session.scalars(select(Submission).where(mine).order_by(Submission.id)).all()
