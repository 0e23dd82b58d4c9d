"""A site under test: published like from the command line, asked by visitors, looked into by the test."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from flask import Flask

from app.adapters import clock
from app.adapters.mail_catcher import Caught, MailCatcher
from app.capture.models import Submission
from app.cli import publishing
from app.db import Base
from app.leads.models import Lead
from app.outbox.delivery import State
from app.outbox.models import Message
from app.services import Services
from app.tokens import Purpose
from app.worker import worker_of
from app.worker.setup import mail_folder
from config import Settings
from tests.factories import demo_site

Row = TypeVar("Row", bound=Base)
NOTES = frozenset({"link_fetch", "visit", "daily_salt", "rate_count"})
"""Tables that log what came by; opening a link may write there and nowhere else."""

_plans: dict[str, publishing.Plan] = {}


@dataclass
class Site:
    """The app with its published pages. `folder` is where their files may lie."""

    app: Flask
    folder: Path
    base: str = field(init=False)

    def __post_init__(self) -> None:
        self.base = self.parts.settings.base_url

    @property
    def parts(self) -> Services:
        """The parts of the running app."""
        parts: Services = self.app.extensions["gatepost"]
        return parts

    def publish(self, *names: str, **documents: str) -> None:
        """Publish pages of `demo_site.PAGES`; `documents` replace texts of the site (scoring=...)."""
        self.publish_files({name.partition("-")[0]: demo_site.PAGES[name] for name in names}, **documents)

    def publish_files(self, pages: Mapping[str, Mapping[str, str]], **documents: str) -> None:
        """Publish these page files. Building takes a while, so that the same files are built once a run."""
        texts = demo_site.DOCUMENTS | {f"{name}.yaml": text for name, text in documents.items()}
        key = repr((self.base, sorted((name, sorted(files.items())) for name, files in pages.items()), texts))
        planned = _plans.get(key)
        if planned is None or not all(path.exists() for path in planned.folder.files.values()):
            planned = _plans[key] = self._plan(pages, texts)
        assert planned.may_be_published, [*planned.faults, *planned.build.findings]
        publishing.publish(self.parts, planned, who="test")
        self.parts.cache.refresh()

    def rows(self, table: type[Row], *where: sa.ColumnElement[bool]) -> list[Row]:
        """All rows of a table, oldest first."""
        key = sa.inspect(table).primary_key[0]
        return self.parts.database.read(lambda s: list(s.scalars(sa.select(table).where(*where).order_by(key))))

    def one(self, table: type[Row], *where: sa.ColumnElement[bool]) -> Row:
        """The only row there is."""
        found = self.rows(table, *where)
        assert len(found) == 1, f"{len(found)} rows in {table.__tablename__}"
        return found[0]

    def change(self, table: type[Base], row_id: object, **values: Any) -> None:
        """Change a row behind the app's back, for example to let time pass."""
        key = sa.inspect(table).primary_key[0]
        self.parts.database.write(lambda s: s.execute(sa.update(table).where(key == row_id).values(**values)))

    def facts(self) -> dict[str, list[str]]:
        """Every row of every table but the logs of what came by."""
        self.parts.fetches.flush()
        tables = [table for table in Base.metadata.sorted_tables if table.name not in NOTES]
        return self.parts.database.read(
            lambda session: {table.name: sorted(map(repr, session.execute(sa.select(table)))) for table in tables}
        )

    def submission_of(self, location: str) -> Submission:
        """The submission behind the address of a receipt."""
        submission_id = self.parts.tokens.read(Purpose.RECEIPT, location.rpartition("/r/")[2].partition("?")[0])
        return self.one(Submission, Submission.id == submission_id)

    def lead(self, email: str = "ann@example.com") -> Lead:
        """The lead with this address."""
        return self.one(Lead, Lead.email_key == email)

    def confirm_path(self, submission_id: str) -> str:
        """The path of the mailed link."""
        return self.parts.links.confirm(submission_id).removeprefix(self.base)

    def code(self, submission_id: str) -> str:
        """The mailed code."""
        return self.parts.tokens.code(submission_id)

    def nonce(self, submission_id: str, *, seconds_ago: float = 20) -> str:
        """What a page with the button carries that was opened so long ago."""
        opened = clock.now() - timedelta(seconds=seconds_ago)
        return self.parts.tokens.sign(Purpose.PAGE, f"{submission_id}~{int(opened.timestamp() * 1000)}")

    def letters(self) -> list[Caught]:
        """All letters so far, oldest first, after the worker has sent what is due."""
        with self.working():
            self.wait(lambda: not self.rows(Message, _is_to_be_sent()))
        return MailCatcher(mail_folder(self.parts.settings)).all()[::-1]

    @property
    def _catching(self) -> Settings:
        """The settings of the app, but for letters, which go into the catcher."""
        return replace(self.parts.settings, dev=True)

    @contextmanager
    def working(self) -> Iterator[None]:
        """A worker sends what is due."""
        worker = worker_of(replace(self.parts, settings=self._catching))
        worker.start()
        try:
            yield
        finally:
            worker.stop()

    def wait(self, is_so: Any, seconds: float = 10) -> Any:
        """Come back as soon as something is so."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if found := is_so():
                return found
            time.sleep(0.01)
        raise AssertionError("it did not come to that in time")

    def _plan(self, pages: Mapping[str, Mapping[str, str]], documents: Mapping[str, str]) -> publishing.Plan:
        root = self.folder / f"pages{len(_plans)}"
        for name, text in documents.items():
            _write(root / "_site" / name, text.encode())
        for page, files in pages.items():
            for name, text in files.items():
                _write(root / page / name, text.encode())
            _write(root / page / "gated" / "Průvodce čajem.pdf", demo_site.GUIDE_FILE)
        parts = replace(self.parts, settings=replace(self.parts.settings, pages_dir=root))
        return publishing.plan(parts)


def _is_to_be_sent() -> sa.ColumnElement[bool]:
    return (Message.state == State.LEASED) | ((Message.state == State.DUE) & (Message.due <= clock.now()))


def _write(path: Path, body: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
