"""Tables of the offers room: accesses, downloads, coupon codes."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class Access(Base):
    """A lead's right to an offer, granted once; asking again renews it."""

    __tablename__ = "access"
    __table_args__ = (UniqueConstraint("lead_id", "offer"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    lead_id: Mapped[str] = mapped_column(ForeignKey("lead.id"))
    submission_id: Mapped[str] = mapped_column(ForeignKey("submission.id"))
    revision_id: Mapped[str] = mapped_column(ForeignKey("page_revision.id"))
    offer: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(10))
    facts: Mapped[dict[str, Any]]
    downloads: Mapped[int] = mapped_column(Integer)
    max_downloads: Mapped[int | None] = mapped_column(Integer)
    granted_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]


class Download(Base):
    """One serving of a gated file; only those that count take from the allowance."""

    __tablename__ = "download"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    access_id: Mapped[str] = mapped_column(ForeignKey("access.id"), index=True)
    at: Mapped[datetime]
    is_counted: Mapped[bool] = mapped_column(Boolean)
    network: Mapped[str | None] = mapped_column(String(45))


class CouponCode(Base):
    """One code of a pool: free, claimed by one lead, redeemed, or void."""

    __tablename__ = "coupon_code"
    __table_args__ = (
        UniqueConstraint("pool", "code"),
        UniqueConstraint("pool", "lead_id"),
        Index("ix_coupon_code_pool_state", "pool", "state"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    pool: Mapped[str] = mapped_column(String(80))
    code: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(10))
    lead_id: Mapped[str | None] = mapped_column(ForeignKey("lead.id"))
    claimed_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
