"""What the leads room tells: leads by id and address, their score lines, deeds and stages; lists by key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.leads.models import Lead, LeadEvent, ScoreLine, StageChange


@dataclass(frozen=True, slots=True)
class LeadFilter:
    """Which leads a list shows; empty text means any."""

    stage: str = ""
    band: str = ""
    is_qualified: bool | None = None


def lead(session: Session, lead_id: str) -> Lead | None:
    """One lead."""
    return session.get(Lead, lead_id)


def lead_by_address(session: Session, email_key: str) -> Lead | None:
    """The lead with this normalised address."""
    return session.scalars(select(Lead).where(Lead.email_key == email_key)).one_or_none()


def newest(session: Session, wanted: LeadFilter, *, before: str = "", limit: int = 50) -> Sequence[Lead]:
    """Leads newest first, by key: `before` is the id of the last lead of the page before."""
    statement = _filtered(wanted).order_by(Lead.id.desc()).limit(limit)
    if before:
        statement = statement.where(Lead.id < before)
    return session.scalars(statement).all()


def every(session: Session, wanted: LeadFilter, *, batch: int = 500) -> Iterator[Lead]:
    """All leads in the order they came, a batch in memory at a time."""
    last = ""
    while True:
        part = session.scalars(_filtered(wanted).where(Lead.id > last).order_by(Lead.id).limit(batch)).all()
        yield from part
        if len(part) < batch:
            return
        last = part[-1].id
        session.expunge_all()


def score_lines(session: Session, lead_id: str) -> Sequence[ScoreLine]:
    """The lines of a score, the strongest first."""
    statement = select(ScoreLine).where(ScoreLine.lead_id == lead_id)
    return session.scalars(statement.order_by(ScoreLine.points.desc(), ScoreLine.id)).all()


def deeds(session: Session, lead_id: str) -> Sequence[LeadEvent]:
    """What a lead did, oldest first."""
    return session.scalars(
        select(LeadEvent).where(LeadEvent.lead_id == lead_id).order_by(LeadEvent.at, LeadEvent.id)
    ).all()


def stages(session: Session, lead_id: str) -> Sequence[StageChange]:
    """The stage history, oldest first."""
    return session.scalars(select(StageChange).where(StageChange.lead_id == lead_id).order_by(StageChange.id)).all()


def _filtered(wanted: LeadFilter) -> Select[Lead]:
    statement = select(Lead)
    if wanted.stage:
        statement = statement.where(Lead.stage == wanted.stage)
    if wanted.band:
        statement = statement.where(Lead.band == wanted.band)
    if wanted.is_qualified is not None:
        held = Lead.qualified_at.is_not(None)
        statement = statement.where(held if wanted.is_qualified else Lead.qualified_at.is_(None))
    return statement
