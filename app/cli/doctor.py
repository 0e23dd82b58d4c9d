"""What `flask doctor` looks at: each check says what it found and, where something is wrong, what to do."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app import schema
from app.adapters.mailer import SmtpMailer
from app.cli import publishing
from app.errors import AppError
from app.journey.addresses import peppers_of
from app.reports import operations
from app.services import Services
from app.web.health import LATEST

_LEAST_FREE = 1_000_000_000
_DATABASE_SUBJECTS = ("schema", "database")
_CLOCKS_APART = timedelta(seconds=30)


class Level(StrEnum):
    """ok; warn is worth a look; fail makes the doctor's exit code 1."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, and what to do about it."""

    level: Level
    subject: str
    found: str
    advice: str = ""


def findings(app: Services, *, now: datetime) -> Iterator[Finding]:
    """Everything, in the order in which one thing rests on the other."""
    yield from _settings(app)
    yield from _folders(app)
    yield from _secret_key(app)
    reached = list(_guarded("database", lambda: _database(app)))
    yield from reached
    if len(reached) < len(_DATABASE_SUBJECTS):
        return
    yield from _guarded("clock", lambda: _clock(app, now))
    yield from _guarded("suppressions", lambda: _suppressions(app))
    yield from _guarded("outbox", lambda: _outbox(app, now))
    yield from _guarded("pages", lambda: _pages(app))
    yield from _mail(app)


def _guarded(subject: str, check: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """A check that breaks is itself a finding."""
    try:
        yield from check()
    except AppError as fault:
        yield Finding(Level.FAIL, subject, fault.message, fault.hint)
    except (SQLAlchemyError, OSError) as fault:
        reason = str(getattr(fault, "orig", fault)).splitlines()[0]
        yield Finding(Level.FAIL, subject, f"It does not answer: {reason}", "Look at GATEPOST_DATABASE_URL.")


def _settings(app: Services) -> Iterator[Finding]:
    settings = app.settings
    host = urlsplit(settings.base_url).hostname
    if settings.dev:
        yield Finding(Level.OK, "settings", f"Development, at {settings.base_url}")
    elif host in {"localhost", "127.0.0.1", "::1"}:
        yield Finding(
            Level.WARN, "settings", f"Mails lead to {settings.base_url}", "Set GATEPOST_BASE_URL to the public address."
        )
    elif not settings.base_url.startswith("https:"):
        yield Finding(
            Level.WARN,
            "settings",
            f"{settings.base_url} is not encrypted",
            "Put a proxy with TLS in front (docs/deploy.md).",
        )
    else:
        yield Finding(Level.OK, "settings", f"Served at {settings.base_url}")


def _folders(app: Services) -> Iterator[Finding]:
    data, pages = app.settings.data_dir, app.settings.pages_dir
    if not os.access(data, os.R_OK | os.W_OK | os.X_OK):
        yield Finding(Level.FAIL, "data folder", f"{data} cannot be written", "Give it to the user the server runs as.")
    elif (free := shutil.disk_usage(data).free) < _LEAST_FREE:
        yield Finding(Level.WARN, "data folder", f"{data} has {free // 1_000_000} MB left", "Make room or move it.")
    else:
        yield Finding(Level.OK, "data folder", str(data))
    if pages.is_dir():
        yield Finding(Level.OK, "pages folder", str(pages))
    else:
        yield Finding(Level.WARN, "pages folder", f"There is no folder {pages}", "Set GATEPOST_PAGES_DIR.")


def _secret_key(app: Services) -> Iterator[Finding]:
    path: Path = app.settings.data_dir / "secret_key"
    count = len(app.settings.secret_keys)
    if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
        yield Finding(Level.FAIL, "secret key", f"Others may read {path}", f"Run: chmod 600 {path}")
    else:
        yield Finding(Level.OK, "secret key", "1 key" if count == 1 else f"{count} keys, the first one signs")


def _database(app: Services) -> Iterator[Finding]:
    schema.require_head(app.database.reader)
    yield Finding(Level.OK, "schema", f"At head, {schema.head_version()}")
    app.database.write(lambda session: session.execute(text("UPDATE alembic_version SET version_num = version_num")))
    unsafe = app.database.write(_unsafe_options)
    if unsafe:
        yield Finding(
            Level.FAIL,
            "database",
            f"A power cut may lose leads: {', '.join(unsafe)}",
            "Switch these on in the database.",
        )
    else:
        yield Finding(Level.OK, "database", "Writable, and durable at commit")


def _unsafe_options(session: Session) -> list[str]:
    """What the database does not promise though it should."""
    if session.get_bind().dialect.name == "sqlite":
        journal = session.scalar(text("PRAGMA journal_mode"))
        synchronous = session.scalar(text("PRAGMA synchronous"))
        return [] if journal == "wal" and synchronous == 2 else [f"journal {journal}, synchronous {synchronous}"]
    names = ("fsync", "full_page_writes", "synchronous_commit")
    return [f"{name} is off" for name in names if session.scalar(text(f"SHOW {name}")) == "off"]


def _clock(app: Services, now: datetime) -> Iterator[Finding]:
    ahead = app.database.read(operations.newest_moment)
    if ahead is not None and ahead > now + _CLOCKS_APART:
        yield Finding(
            Level.FAIL,
            "clock",
            f"Data from {ahead:%Y-%m-%d %H:%M} UTC lies in the future",
            "Set the clock; run a time service.",
        )
        return
    if not app.database.is_sqlite:
        there = app.database.read(lambda session: session.scalar(text("SELECT clock_timestamp()")))
        if there is not None and abs(there - now) > _CLOCKS_APART:
            yield Finding(
                Level.WARN,
                "clock",
                f"The database's clock says {there:%H:%M:%S}, ours {now:%H:%M:%S}",
                "Run a time service on both.",
            )
            return
    yield Finding(Level.OK, "clock", f"{now:%Y-%m-%d %H:%M:%S} UTC")


def _suppressions(app: Services) -> Iterator[Finding]:
    known = {pepper.key_id for pepper in peppers_of(app.settings.secret_keys)}
    lost = app.database.read(operations.suppression_keys) - known
    if lost:
        yield Finding(
            Level.FAIL,
            "suppressions",
            "Some suppressed addresses cannot be recognised: the secret key they were kept under is missing",
            "Add the old key below the new one in the file secret_key, or to GATEPOST_SECRET_KEY.",
        )
    else:
        yield Finding(Level.OK, "suppressions", "Every key is at hand")


def _outbox(app: Services, now: datetime) -> Iterator[Finding]:
    due = app.database.read(lambda session: operations.oldest_due(session, now=now))
    if due is not None and now - due > LATEST:
        minutes = int((now - due).total_seconds() // 60)
        advice = "Is the server running?" if app.settings.worker else "Is `flask worker` running?"
        yield Finding(Level.FAIL, "outbox", f"The oldest due message has waited {minutes} minutes", advice)
    else:
        yield Finding(Level.OK, "outbox", "Nothing is overdue")


def _pages(app: Services) -> Iterator[Finding]:
    planned = publishing.plan(app)
    warnings = len(planned.build.findings)
    if not planned.may_be_published:
        advice = "flask pages check names file, line and field."
        yield Finding(Level.FAIL, "pages", "The page files have errors; what is live stays live", advice)
    elif warnings:
        yield Finding(Level.WARN, "pages", f"{warnings} warnings in the page files", "flask pages check lists them.")
    else:
        yield Finding(Level.OK, "pages", f"{len(planned.build.prepared)} pages in files, nothing to say about them")


def _mail(app: Services) -> Iterator[Finding]:
    settings = app.settings
    if settings.smtp_url is None:
        where = "Mails go to the mail catcher" if settings.dev else "No mail server is set, so mails wait"
        yield Finding(Level.OK if settings.dev else Level.WARN, "mail", where, "Set GATEPOST_SMTP_URL.")
        return
    trouble = SmtpMailer(settings.smtp_url, hello=urlsplit(settings.base_url).hostname or "localhost").trouble()
    if trouble:
        yield Finding(Level.FAIL, "mail", trouble, "Look at GATEPOST_SMTP_URL.")
    elif settings.mail_from.address.endswith("@localhost"):
        yield Finding(
            Level.WARN,
            "mail",
            f"Mails come from {settings.mail_from.address}",
            "Set GATEPOST_MAIL_FROM to your address.",
        )
    else:
        yield Finding(Level.OK, "mail", f"{settings.smtp_url.host}:{settings.smtp_url.port} lets us in")
