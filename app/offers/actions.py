"""What changes in the offers room: accesses granted, downloads counted, coupon codes taken."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.errors import AppError
from app.ids import new_id
from app.offers.models import Access, CouponCode, Download

FREE, CLAIMED, VOID = "free", "claimed", "void"


class PoolEmpty(AppError):
    """A pool has no code left to give."""


def grant(
    session: Session,
    *,
    lead_id: str,
    submission_id: str,
    revision_id: str,
    offer: str,
    kind: str,
    facts: dict[str, Any],
    max_downloads: int | None,
    expires_at: datetime | None,
    now: datetime,
) -> Access:
    """Give a lead the right to an offer; asked for again, the same access is renewed with what it now holds."""
    access = session.scalars(
        select(Access).where(Access.lead_id == lead_id, Access.offer == offer).with_for_update()
    ).one_or_none()
    if access is None:
        access = Access(id=new_id(), lead_id=lead_id, offer=offer, granted_at=now, downloads=0)
        session.add(access)
    access.submission_id = submission_id
    access.revision_id = revision_id
    access.kind = kind
    access.facts = facts
    access.max_downloads = max_downloads
    access.expires_at = expires_at
    access.downloads = 0
    session.flush()
    return access


def take_code(session: Session, pool: str, lead_id: str, *, now: datetime) -> str | None:
    """The code of a lead in a pool: the one it has, else a free one taken atomically; None when the pool is empty.

    One conditional UPDATE chooses and takes (SKIP LOCKED on PostgreSQL, the single writer on SQLite), and
    unique (pool, lead_id) holds when two requests of one lead race.
    """
    held = _held_code(session, pool, lead_id)
    if held is not None:
        return held
    free = (
        select(CouponCode.id)
        .where(
            CouponCode.pool == pool,
            CouponCode.state == FREE,
            or_(CouponCode.expires_at.is_(None), CouponCode.expires_at > now),
        )
        .order_by(CouponCode.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    taken = session.scalar(
        update(CouponCode)
        .where(CouponCode.id == free, CouponCode.state == FREE)
        .values(state=CLAIMED, lead_id=lead_id, claimed_at=now)
        .returning(CouponCode.code)
        .execution_options(synchronize_session=False)
    )
    return None if taken is None else str(taken)


def hand_over_code(session: Session, access: Access, code: str) -> None:
    """Put the code into an access that was granted while the pool was empty."""
    access.facts = {**access.facts, "code": code}
    session.flush()


def stock(session: Session, pool: str, codes: Iterable[str], *, expires_at: datetime | None) -> int:
    """Put codes into a pool; those it has already are passed over. Gives how many are new."""
    make = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    before = _size(session, pool)
    rows = [
        {"id": new_id(), "pool": pool, "code": code, "state": FREE, "expires_at": expires_at}
        for code in dict.fromkeys(codes)
    ]
    for start in range(0, len(rows), 500):
        statement = make(CouponCode).on_conflict_do_nothing(index_elements=["pool", "code"])
        session.execute(statement, rows[start : start + 500])
    return _size(session, pool) - before


def count_download(session: Session, access_id: str, *, is_counted: bool, network: str | None, now: datetime) -> None:
    """Log one serving of the file; a counted one takes from the allowance."""
    session.add(Download(id=new_id(), access_id=access_id, at=now, is_counted=is_counted, network=network))
    if is_counted:
        session.execute(update(Access).where(Access.id == access_id).values(downloads=Access.downloads + 1))
    session.flush()


def forget(session: Session, lead_id: str) -> None:
    """Delete the accesses and downloads of an erased lead; its coupon codes stay taken, without a name."""
    ids = select(Access.id).where(Access.lead_id == lead_id).scalar_subquery()
    session.execute(delete(Download).where(Download.access_id.in_(ids)))
    session.execute(delete(Access).where(Access.lead_id == lead_id))
    session.execute(update(CouponCode).where(CouponCode.lead_id == lead_id).values(lead_id=None, state=VOID))


def blank_networks(session: Session, *, before: datetime) -> int:
    """Forget the networks of downloads older than `before`; gives how many."""
    result = session.execute(
        update(Download).where(Download.at < before, Download.network.is_not(None)).values(network=None)
    )
    return int(result.rowcount)  # type: ignore[attr-defined]


def _held_code(session: Session, pool: str, lead_id: str) -> str | None:
    return session.scalar(select(CouponCode.code).where(CouponCode.pool == pool, CouponCode.lead_id == lead_id))


def _size(session: Session, pool: str) -> int:
    return session.scalar(select(func.count()).select_from(CouponCode).where(CouponCode.pool == pool)) or 0
