"""Somebody sent a form: keep what was sent, and owe the confirmation mail, in one unit of work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.capture import actions as capture
from app.capture.submission import Draft
from app.outbox import actions as outbox
from app.outbox.topics import MailConfirm


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the visitor is answered with; a replay gets the first one."""

    submission_id: str
    is_replay: bool


def submit(session: Session, draft: Draft, *, is_mailed: bool, now: datetime) -> Receipt:
    """Keep a pending submission and, unless a ceiling forbids it, owe its confirmation mail."""
    earlier = capture.record(session, draft, now=now)
    if earlier is not None:
        return Receipt(earlier, True)
    if is_mailed:
        outbox.put(session, MailConfirm.name, {}, submission_id=draft.id, now=now)
    return Receipt(draft.id, False)
