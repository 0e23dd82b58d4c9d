"""Tables of the leads room: leads, score lines, stage history."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class Lead(Base):
    """A confirmed person. Score columns repeat the sums of the score lines, for lists.

    `standing` holds why the lead is qualified or not, its fit letter, and since when it is below its band.
    """

    __tablename__ = "lead"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    email: Mapped[str] = mapped_column(String(320))
    email_key: Mapped[str] = mapped_column(String(320), unique=True)
    first_name: Mapped[str | None] = mapped_column(String(200))
    last_name: Mapped[str | None] = mapped_column(String(200))
    company: Mapped[str | None] = mapped_column(String(200))
    phone: Mapped[str | None] = mapped_column(String(20))
    job_title: Mapped[str | None] = mapped_column(String(200))
    country: Mapped[str | None] = mapped_column(String(2))
    locale: Mapped[str] = mapped_column(String(12))
    profile: Mapped[dict[str, Any]]
    stage: Mapped[str] = mapped_column(String(14))
    band: Mapped[str] = mapped_column(String(6))
    fit: Mapped[int] = mapped_column(Integer)
    engagement: Mapped[int] = mapped_column(Integer)
    score: Mapped[int] = mapped_column(Integer)
    rules_version: Mapped[str] = mapped_column(String(64))
    standing: Mapped[dict[str, Any]]
    qualified_at: Mapped[datetime | None]
    sequence: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ScoreLine(Base):
    """Points with their reason; the score of a lead is always the sum of its lines."""

    __tablename__ = "score_line"
    __table_args__ = (UniqueConstraint("lead_id", "rule", "event"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    lead_id: Mapped[str] = mapped_column(ForeignKey("lead.id"))
    kind: Mapped[str] = mapped_column(String(10))
    rule: Mapped[str] = mapped_column(String(80))
    event: Mapped[str] = mapped_column(String(80))
    points: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(String(300))
    rules_version: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


class LeadEvent(Base):
    """What a lead did, once each: the facts that scoring reads (submitted, downloaded, attended, redeemed ...)."""

    __tablename__ = "lead_event"
    __table_args__ = (UniqueConstraint("lead_id", "key"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    lead_id: Mapped[str] = mapped_column(ForeignKey("lead.id"))
    key: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(30))
    facts: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class StageChange(Base):
    """One step of a lead's stage, with who or what caused it and why."""

    __tablename__ = "stage_change"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    lead_id: Mapped[str] = mapped_column(ForeignKey("lead.id"), index=True)
    from_stage: Mapped[str | None] = mapped_column(String(14))
    to_stage: Mapped[str] = mapped_column(String(14))
    cause: Mapped[str] = mapped_column(String(60))
    reasons: Mapped[list[Any]]
    score: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime]
