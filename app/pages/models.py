"""Tables of the pages room: addressable pages, their immutable revisions, compiled bytes, and site documents."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class Page(Base):
    """One addressable page in one locale; `live_revision_id` is what visitors see now."""

    __tablename__ = "page"
    __table_args__ = (UniqueConstraint("slug", "locale"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    slug: Mapped[str] = mapped_column(String(80))
    locale: Mapped[str] = mapped_column(String(12))
    is_default: Mapped[bool] = mapped_column(Boolean)
    origin: Mapped[str] = mapped_column(String(8))
    live_revision_id: Mapped[str | None] = mapped_column(String(26))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class PageRevision(Base):
    """An immutable published state; submissions and consents point here for ever."""

    __tablename__ = "page_revision"
    __table_args__ = (UniqueConstraint("page_id", "number"), UniqueConstraint("page_id", "content_hash"))

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    page_id: Mapped[str] = mapped_column(ForeignKey("page.id"))
    number: Mapped[int] = mapped_column(Integer)
    content_hash: Mapped[str] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(Text)
    document: Mapped[dict[str, Any]]
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(120))


class CompiledPage(Base):
    """The bytes of a revision in one state (live, ended, upcoming), ready for every encoding."""

    __tablename__ = "compiled_page"

    revision_id: Mapped[str] = mapped_column(ForeignKey("page_revision.id"), primary_key=True)
    state: Mapped[str] = mapped_column(String(10), primary_key=True)
    etag: Mapped[str] = mapped_column(String(64))
    policy: Mapped[str] = mapped_column(Text)
    identity: Mapped[bytes] = mapped_column(LargeBinary)
    gzip: Mapped[bytes] = mapped_column(LargeBinary)
    br: Mapped[bytes] = mapped_column(LargeBinary)
    zstd: Mapped[bytes] = mapped_column(LargeBinary)


class PageChange(Base):
    """The history of the live pointer; its highest id tells every process that something changed."""

    __tablename__ = "page_change"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    page_id: Mapped[str] = mapped_column(ForeignKey("page.id"))
    revision_id: Mapped[str | None] = mapped_column(ForeignKey("page_revision.id"))
    action: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime]
    who: Mapped[str] = mapped_column(String(120))


class SiteRevision(Base):
    """A published version of a site document: brand, purposes, scoring, qualification, campaigns."""

    __tablename__ = "site_revision"
    __table_args__ = (UniqueConstraint("name", "content_hash"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(40))
    content_hash: Mapped[str] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(Text)
    is_live: Mapped[bool] = mapped_column(Boolean)
    at: Mapped[datetime]
    who: Mapped[str] = mapped_column(String(120))


class Asset(Base):
    """A stored file by its SHA-256; public ones are media, gated ones leave only through an access."""

    __tablename__ = "asset"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    visibility: Mapped[str] = mapped_column(String(8), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime]
