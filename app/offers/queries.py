"""What the offers room tells: accesses, downloads, and how full each pool of codes is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from app.offers.models import Access, CouponCode, Download


@dataclass(frozen=True, slots=True)
class PoolLevel:
    """How many codes a pool has and how many are free; `waiting` leads hold an access without a code."""

    pool: str
    total: int
    free: int

    @property
    def is_low(self) -> bool:
        """Whether somebody should add codes before the pool runs dry: under a tenth, or under ten codes."""
        return self.free < max(10, self.total // 10)


def access(session: Session, access_id: str) -> Access | None:
    """One access."""
    return session.get(Access, access_id)


def locked_access(session: Session, access_id: str) -> Access | None:
    """One access, held until the unit ends: of two downloads at once the second sees what the first took."""
    return session.get(Access, access_id, with_for_update=True)


def access_of(session: Session, lead_id: str, offer: str) -> Access | None:
    """The access of a lead to an offer."""
    return session.scalars(select(Access).where(Access.lead_id == lead_id, Access.offer == offer)).one_or_none()


def accesses_of(session: Session, lead_id: str) -> Sequence[Access]:
    """All accesses of a lead, oldest first."""
    return session.scalars(select(Access).where(Access.lead_id == lead_id).order_by(Access.id)).all()


def access_of_submission(session: Session, submission_id: str) -> Access | None:
    """The access that the confirmation of a submission granted."""
    return session.scalars(select(Access).where(Access.submission_id == submission_id)).first()


def waiting_for_code(session: Session, offer: str) -> Sequence[Access]:
    """Accesses that were granted while the pool was empty, first come first."""
    granted = session.scalars(select(Access).where(Access.offer == offer).order_by(Access.granted_at, Access.id))
    return [access for access in granted if not access.facts.get("code")]


def last_counted_download(session: Session, access_id: str) -> datetime | None:
    """When a download last took from the allowance."""
    return session.scalar(
        select(func.max(Download.at)).where(Download.access_id == access_id, Download.is_counted.is_(True))
    )


def pool_levels(session: Session) -> list[PoolLevel]:
    """Every pool with its level."""
    rows = session.execute(
        select(
            CouponCode.pool, func.count(), func.sum(case((CouponCode.state == "free", 1), else_=0))
        ).group_by(CouponCode.pool).order_by(CouponCode.pool)
    )  # fmt: skip
    return [PoolLevel(row[0], row[1], row[2] or 0) for row in rows]
