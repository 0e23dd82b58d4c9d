"""Somebody sent a form: keep what was sent, and owe the confirmation mail, in one unit of work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.capture import actions as capture
from app.capture.submission import Draft
from app.outbox import actions as outbox
from app.outbox.topics import MailConfirm


@dataclass(frozen=True, slots=True)
class Post:
    """A draft, whether a mail follows it, and when it came."""

    draft: Draft
    is_mailed: bool
    now: datetime


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the visitor is answered with; a replay gets the first one."""

    submission_id: str
    is_replay: bool


def submit(session: Session, posts: Sequence[Post]) -> list[Receipt]:
    """Keep pending submissions and, unless a ceiling forbids it, owe their confirmation mails."""
    earlier = capture.record_all(session, [(post.draft, post.now) for post in posts])
    fresh = [post.draft.id for post, known in zip(posts, earlier, strict=True) if known is None and post.is_mailed]
    outbox.put_for_submissions(session, MailConfirm.name, fresh, now=max(post.now for post in posts))
    return [
        Receipt(post.draft.id, False) if known is None else Receipt(known, True)
        for post, known in zip(posts, earlier, strict=True)
    ]
