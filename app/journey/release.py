"""A person looked at a held post and found it good: the mail that was kept back is owed now."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.capture import queries as capture
from app.capture.submission import State
from app.outbox import actions as outbox
from app.outbox.topics import MailConfirm


def release(session: Session, submission_id: str, *, now: datetime) -> bool:
    """Owe the confirmation mail of a held submission, once; False when there is nothing to release."""
    submission = capture.submission(session, submission_id)
    if submission is None or submission.state != State.PENDING or submission.expires_at <= now:
        return False
    message = outbox.put(
        session, MailConfirm.name, {}, submission_id=submission.id, unique_key=f"release:{submission.id}", now=now
    )
    return message is not None
