"""Tables of the consent room: wordings by content, consents with their evidence, fetches of links, suppressions."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class Wording(Base):
    """The exact texts somebody was shown, kept once by the SHA-256 of their canonical JSON."""

    __tablename__ = "wording"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(60))
    locale: Mapped[str] = mapped_column(String(12))
    version: Mapped[str] = mapped_column(String(20))
    texts: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class Consent(Base):
    """Agreement of one person to one purpose under one wording; a later agreement is a new row."""

    __tablename__ = "consent"
    __table_args__ = (
        UniqueConstraint("submission_id", "purpose"),
        Index("ix_consent_lead_id_purpose", "lead_id", "purpose"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    lead_id: Mapped[str] = mapped_column(ForeignKey("lead.id"))
    submission_id: Mapped[str] = mapped_column(ForeignKey("submission.id"))
    revision_id: Mapped[str] = mapped_column(ForeignKey("page_revision.id"))
    purpose: Mapped[str] = mapped_column(String(60))
    wording: Mapped[str] = mapped_column(ForeignKey("wording.digest"))
    locale: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(10))
    requested_at: Mapped[datetime]
    given_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None] = mapped_column(String(40))
    evidence: Mapped[dict[str, Any]]
    evidence_digest: Mapped[str] = mapped_column(String(64))


class LinkFetch(Base):
    """One fetch of a mailed link, machine or person; kept as evidence and to tell scanners from people."""

    __tablename__ = "link_fetch"
    __table_args__ = (Index("ix_link_fetch_submission_id_at", "submission_id", "at"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    submission_id: Mapped[str] = mapped_column(String(26))
    link: Mapped[str] = mapped_column(String(20))
    method: Mapped[str] = mapped_column(String(8))
    at: Mapped[datetime]
    network: Mapped[str | None] = mapped_column(String(45))
    agent: Mapped[str | None] = mapped_column(String(400))
    outcome: Mapped[str] = mapped_column(String(20))


class Suppression(Base):
    """An address that must not be mailed, known only by its keyed hash."""

    __tablename__ = "suppression"
    __table_args__ = (UniqueConstraint("mac", "scope"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    key_id: Mapped[str] = mapped_column(String(16))
    mac: Mapped[str] = mapped_column(String(64))
    scope: Mapped[str] = mapped_column(String(60))
    reason: Mapped[str] = mapped_column(String(30))
    at: Mapped[datetime]
