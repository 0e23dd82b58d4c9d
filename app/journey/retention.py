"""Data whose time is over goes: what nobody confirmed, networks and agents, finished messages, old salts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.capture import actions as capture
from app.consent import actions as consent
from app.outbox import actions as outbox

MESSAGE_DAYS = 30
"""How long a finished message stays; longer where unconfirmed submissions do, since it leads to their mails."""


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """What was made before these moments has had its time."""

    unconfirmed: datetime
    networks: datetime
    messages: datetime


def cutoffs(now: datetime, *, unconfirmed_days: int, network_days: int) -> Cutoffs:
    """The cutoffs that follow from the settings at `now`."""
    return Cutoffs(
        unconfirmed=now - timedelta(days=unconfirmed_days),
        networks=now - timedelta(days=network_days),
        messages=now - timedelta(days=max(MESSAGE_DAYS, unconfirmed_days + 1)),
    )


def forget_unconfirmed(session: Session, submission_ids: Sequence[str], *, now: datetime) -> int:
    """Delete submissions nobody confirmed, with their mails and the fetches of their links; gives how many."""
    outbox.forget(session, lead_id="", submission_ids=submission_ids, now=now, reason="Nobody confirmed in time.")
    consent.forget(session, "", submission_ids)
    return capture.delete_unconfirmed(session, submission_ids)
