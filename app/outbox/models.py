"""Tables of the outbox room: endpoints, messages, attempts, and proof of the mails sent."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, Integer, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base

_OPEN = "state < 2"


class Endpoint(Base):
    """A webhook receiver: its address, secrets, limits, and the state of its breaker."""

    __tablename__ = "endpoint"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    url: Mapped[str] = mapped_column(String(2000))
    description: Mapped[str] = mapped_column(String(200))
    events: Mapped[list[Any]]
    secret: Mapped[str] = mapped_column(Text)
    old_secret: Mapped[str | None] = mapped_column(Text)
    old_secret_until: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(String(10))
    state_reason: Mapped[str | None] = mapped_column(String(300))
    is_ordered: Mapped[bool] = mapped_column(Boolean)
    max_in_flight: Mapped[int] = mapped_column(Integer)
    next_free_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(Integer)
    recent: Mapped[str] = mapped_column(String(20))
    failing_since: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    probe_at: Mapped[datetime | None]
    probes: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime]


class Message(Base):
    """What must leave the house, written with the fact behind it.

    States: 0 due, 1 leased, 2 done, 3 dead, 4 cancelled.
    """

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_endpoint_id_due", "endpoint_id", "due", sqlite_where=text(_OPEN),
              postgresql_where=text(_OPEN)),
        Index("ix_message_order_key_id", "order_key", "id", sqlite_where=text(f"{_OPEN} AND order_key IS NOT NULL"),
              postgresql_where=text(f"{_OPEN} AND order_key IS NOT NULL")),
        Index("ix_message_done_at", "done_at", sqlite_where=text("state > 1"), postgresql_where=text("state > 1")),
        Index("ix_message_lead_id", "lead_id", sqlite_where=text("lead_id IS NOT NULL"),
              postgresql_where=text("lead_id IS NOT NULL")),
        Index("ix_message_submission_id", "submission_id", sqlite_where=text("submission_id IS NOT NULL"),
              postgresql_where=text("submission_id IS NOT NULL")),
    )  # fmt: skip

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    topic: Mapped[str] = mapped_column(String(40))
    endpoint_id: Mapped[str | None] = mapped_column(ForeignKey("endpoint.id"))
    lead_id: Mapped[str | None] = mapped_column(String(26))
    submission_id: Mapped[str | None] = mapped_column(String(26))
    order_key: Mapped[str | None] = mapped_column(String(60))
    payload: Mapped[str] = mapped_column(Text)
    state: Mapped[int] = mapped_column(Integer)
    due: Mapped[datetime]
    attempt: Mapped[int] = mapped_column(Integer)
    lease: Mapped[str | None] = mapped_column(String(26))
    reason: Mapped[str | None] = mapped_column(String(300))
    unique_key: Mapped[str | None] = mapped_column(String(120), unique=True)
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class Attempt(Base):
    """One try to deliver a message; append only."""

    __tablename__ = "attempt"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    message_id: Mapped[str] = mapped_column(String(26), index=True)
    number: Mapped[int] = mapped_column(Integer)
    started_at: Mapped[datetime]
    ms: Mapped[int] = mapped_column(Integer)
    outcome: Mapped[str] = mapped_column(String(12))
    status: Mapped[int | None] = mapped_column(Integer)
    error: Mapped[str | None] = mapped_column(String(300))
    excerpt: Mapped[str | None] = mapped_column(Text)
    worker: Mapped[str] = mapped_column(String(60))


class SentMail(Base):
    """The mail exactly as the mail server took it, as proof of what was asked."""

    __tablename__ = "sent_mail"

    message_id: Mapped[str] = mapped_column(String(26), primary_key=True)
    submission_id: Mapped[str | None] = mapped_column(String(26), index=True)
    mail_id: Mapped[str] = mapped_column(String(255))
    digest: Mapped[str] = mapped_column(String(64))
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    reply: Mapped[str] = mapped_column(String(500))
    sent_at: Mapped[datetime]
