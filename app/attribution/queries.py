"""What the attribution room tells: visits of a daily visitor, touches of a lead, values nobody mapped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.attribution.models import Touch, Visit


def visits_since(session: Session, visitors: Sequence[bytes], since: datetime, *, limit: int = 50) -> Sequence[Visit]:
    """The visits of these visitor hashes (of today, and of yesterday's salt), oldest first."""
    statement = select(Visit).where(Visit.visitor.in_(visitors), Visit.at >= since).order_by(Visit.at).limit(limit)
    return session.scalars(statement).all()


def newest_visits(session: Session, since: datetime, *, limit: int) -> Sequence[Visit]:
    """The newest visits after `since`, newest first; fills the memory of a process that starts."""
    return session.scalars(select(Visit).where(Visit.at >= since).order_by(Visit.id.desc()).limit(limit)).all()


def touches_of(session: Session, lead_id: str) -> Sequence[Touch]:
    """All touches of a lead in the order they happened: the first is the first touch, the last the last."""
    statement = select(Touch).where(Touch.lead_id == lead_id).order_by(Touch.at, Touch.submission_id, Touch.position)
    return session.scalars(statement).all()


def unmapped(session: Session, *, limit: int = 100) -> list[tuple[str, str | None, str | None, int]]:
    """utm values that no campaign maps: (campaign, source, medium, touches), the most frequent first."""
    rows = session.execute(
        select(Touch.utm_campaign, Touch.source, Touch.medium, func.count())
        .where(Touch.utm_campaign.is_not(None), Touch.campaign.is_(None))
        .group_by(Touch.utm_campaign, Touch.source, Touch.medium)
        .order_by(func.count().desc(), Touch.utm_campaign)
        .limit(limit)
    )
    return [(row[0] or "", row[1], row[2], row[3]) for row in rows]


def campaign_counts(session: Session) -> dict[str, tuple[int, int]]:
    """(touches, leads) by campaign."""
    rows = session.execute(
        select(Touch.campaign, func.count(), func.count(func.distinct(Touch.lead_id)))
        .where(Touch.campaign.is_not(None))
        .group_by(Touch.campaign)
        .order_by(Touch.campaign)
    )
    return {str(row[0]): (row[1], row[2]) for row in rows}
