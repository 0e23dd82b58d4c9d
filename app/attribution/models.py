"""Tables of the attribution room: visits, the salts behind their hashes, and the touches of confirmed leads."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Date, ForeignKey, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class Visit(Base):
    """Page views of one daily visitor with one source in one flush; `hits` counts them, so none is dropped."""

    __tablename__ = "visit"
    __table_args__ = (
        Index("ix_visit_visitor_at", "visitor", "at"),
        Index("ix_visit_page_id_at", "page_id", "at"),
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    page_id: Mapped[str] = mapped_column(String(26))
    at: Mapped[datetime]
    hits: Mapped[int] = mapped_column(Integer)
    visitor: Mapped[bytes] = mapped_column(LargeBinary(16))
    traffic: Mapped[str] = mapped_column(String(10))
    traffic_reason: Mapped[str] = mapped_column(String(60))
    channel: Mapped[str] = mapped_column(String(24))
    source: Mapped[str | None] = mapped_column(String(200))
    medium: Mapped[str | None] = mapped_column(String(200))
    campaign: Mapped[str | None] = mapped_column(String(200))
    referrer: Mapped[str | None] = mapped_column(String(255))
    touch: Mapped[dict[str, Any] | None]


class DailySalt(Base):
    """The random salt of one UTC day; deleted after 48 hours, which makes the day's visitor hashes anonymous."""

    __tablename__ = "daily_salt"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))


class Touch(Base):
    """An arrival with a source, frozen from the submission it led to."""

    __tablename__ = "touch"
    __table_args__ = (Index("ix_touch_campaign", "campaign"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    lead_id: Mapped[str] = mapped_column(ForeignKey("lead.id"), index=True)
    submission_id: Mapped[str] = mapped_column(ForeignKey("submission.id"))
    position: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime]
    channel: Mapped[str] = mapped_column(String(24))
    channel_rule: Mapped[str] = mapped_column(String(40))
    source: Mapped[str | None] = mapped_column(String(200))
    medium: Mapped[str | None] = mapped_column(String(200))
    utm_campaign: Mapped[str | None] = mapped_column(String(200))
    campaign: Mapped[str | None] = mapped_column(String(80))
    referrer: Mapped[str | None] = mapped_column(String(255))
    facts: Mapped[dict[str, Any]]
