"""Tables of the capture room: submissions, and the counters behind the limits."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class Submission(Base):
    """Answers sent once. All that only matters after the confirmation waits in this one row until then."""

    __tablename__ = "submission"
    __table_args__ = (
        Index("ix_submission_pending", "expires_at", sqlite_where=text("state = 'pending'"),
              postgresql_where=text("state = 'pending'")),
    )  # fmt: skip

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    page_id: Mapped[str] = mapped_column(ForeignKey("page.id"))
    revision_id: Mapped[str] = mapped_column(ForeignKey("page_revision.id"))
    locale: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(10))
    email: Mapped[str] = mapped_column(String(320))
    email_key: Mapped[str] = mapped_column(String(320), index=True)
    answers: Mapped[dict[str, Any]]
    touches: Mapped[list[Any]]
    consents: Mapped[list[Any]]
    evidence: Mapped[dict[str, Any]]
    flags: Mapped[list[Any] | None]
    replay_key: Mapped[str | None] = mapped_column(String(64), unique=True)
    code_tries: Mapped[int] = mapped_column(Integer, default=0)
    lead_id: Mapped[str | None] = mapped_column(ForeignKey("lead.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]


class RateCount(Base):
    """How often something happened in a window; shared between the processes that use one PostgreSQL."""

    __tablename__ = "rate_count"

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    window_start: Mapped[int] = mapped_column(Integer, primary_key=True)
    count: Mapped[int] = mapped_column(Integer)
