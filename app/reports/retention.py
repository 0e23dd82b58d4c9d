"""How much is kept longer than it may be; read before a purge, and by who wants to know without one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from app.attribution.models import DailySalt
from app.capture.models import Submission
from app.consent.models import LinkFetch
from app.ids import first_id_at
from app.offers.models import Download
from app.outbox.models import Message


@dataclass(frozen=True, slots=True)
class Overdue:
    """Rows whose time is over, by what would happen to them."""

    unconfirmed: int
    networks: int
    messages: int
    salts: int


def overdue(session: Session, *, unconfirmed: datetime, networks: datetime, messages: datetime, salts: date) -> Overdue:
    """Count what was made before each of the moments (salts: on or before the day)."""
    return Overdue(
        unconfirmed=_count(
            session,
            select(Submission.id).where(Submission.id < first_id_at(unconfirmed), Submission.state != "confirmed"),
        ),
        networks=_networks(session, networks),
        messages=_count(session, select(Message.id).where(Message.state > 1, Message.done_at < messages)),
        salts=_count(session, select(DailySalt.day).where(DailySalt.day <= salts)),
    )


def _networks(session: Session, before: datetime) -> int:
    evidence = Submission.evidence
    submissions = select(Submission.id).where(
        Submission.id < first_id_at(before),
        or_(evidence["network"].as_string() != "", evidence["agent"].as_string() != ""),
    )
    fetches = select(LinkFetch.id).where(
        LinkFetch.at < before, or_(LinkFetch.network.is_not(None), LinkFetch.agent.is_not(None))
    )
    downloads = select(Download.id).where(Download.at < before, Download.network.is_not(None))
    return sum(_count(session, each) for each in (submissions, fetches, downloads))


def _count(session: Session, rows: Select[Any]) -> int:
    return session.scalar(select(func.count()).select_from(rows.subquery())) or 0
