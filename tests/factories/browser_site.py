"""A running server for real browsers: the demo pages and some more, with the mail catcher; looked into from outside."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from tests.factories import browser_pages
from tests.factories.server_process import ROOT, ServerProcess

T = TypeVar("T")
PATIENCE = 30.0
PLENTY = "100000"
ENVIRON = {
    "GATEPOST_POSTS_PER_NETWORK": PLENTY,
    "GATEPOST_POSTS_PER_FORM": PLENTY,
    "GATEPOST_MAILS_PER_NETWORK": PLENTY,
    "GATEPOST_THREADS": "8",
}
"""All visitors come from one network here."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A caught mail."""

    id: str
    subject: str
    text: str
    html: str
    links: tuple[str, ...]

    def path(self, prefix: str) -> str:
        """The path of its first link that begins with `prefix`, for example /c/."""
        return next(urlsplit(link).path for link in self.links if urlsplit(link).path.startswith(prefix))

    @property
    def code(self) -> str:
        """The six digits of a confirmation mail."""
        found = re.search(r"\b(\d{3})\s?(\d{3})\b", self.text.partition("/c/")[2].partition("\n")[2])
        assert found, self.text
        return found[1] + found[2]


@dataclass
class BrowserSite:
    """The server and its folders; `pages` may be written to."""

    server: ServerProcess
    pages: Path

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return self.server.url

    def letter(self, address: str, subject: str = "") -> Letter:
        """The newest mail to this address with these words in its subject, as soon as it is there."""
        return wait(lambda: next(iter(self.letters(address, subject)), None))

    def letters(self, address: str, subject: str = "") -> list[Letter]:
        """All mails to this address with these words in the subject, newest first."""
        with urllib.request.urlopen(f"{self.url}/dev/mail.json") as answer:
            mails = json.load(answer)["mails"]
        return [
            Letter(mail["id"], mail["subject"], mail["text"], mail["html"], tuple(mail["links"]))
            for mail in mails
            if address in mail["to"] and subject in mail["subject"]
        ]

    def letters_path(self, address: str, prefix: str) -> str:
        """The path that begins with `prefix` in whichever mail to this address brings one."""

        def found() -> str | None:
            links = [urlsplit(link).path for letter in self.letters(address) for link in letter.links]
            return next((path for path in links if path.startswith(prefix)), None)

        return wait(found)

    def rows(self, statement: str, *values: str) -> list[tuple[Any, ...]]:
        """What a query of the server's database gives."""
        with closing(self._connect()) as connection:
            return connection.execute(statement, values).fetchall()

    def change(self, statement: str, *values: str) -> None:
        """Change the server's database behind its back, for example to let time pass."""
        with closing(self._connect()) as connection, connection:
            connection.execute(statement, values)

    def state_of(self, address: str) -> str:
        """The state of the only submission of this address."""
        found = self.rows("SELECT state FROM submission WHERE email = ?", address)
        assert len(found) == 1, f"{len(found)} submissions of {address}"
        return str(found[0][0])

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Nobody else can write into the server's database meanwhile."""
        with closing(self._connect()) as lock:
            lock.execute("BEGIN IMMEDIATE")
            yield
            lock.rollback()

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self.server.data_dir / "gatepost.sqlite3", timeout=PATIENCE)


def open_site(folder: Path) -> BrowserSite:
    """A started server in `folder`; stop it with `site.server.stop()`."""
    pages = folder / "pages"
    shutil.copytree(ROOT / "landing_pages", pages)
    browser_pages.write(pages)
    server = ServerProcess(folder / "data", {**ENVIRON, "GATEPOST_PAGES_DIR": str(pages)})
    server.prepare()
    return BrowserSite(server.start(), pages)


def open_neighbour(site: BrowserSite, folder: Path, **environ: str) -> BrowserSite:
    """A second server with other settings on a copy of the database, pages and files of `site`."""
    folder.mkdir(parents=True)
    with closing(site._connect()) as source, closing(sqlite3.connect(folder / "gatepost.sqlite3")) as copy:
        source.backup(copy)
    shutil.copytree(site.server.data_dir / "assets", folder / "assets")
    server = ServerProcess(folder, {**ENVIRON, "GATEPOST_PAGES_DIR": str(site.pages), **environ})
    return BrowserSite(server.start(), site.pages)


def wait(ask: Callable[[], T | None], seconds: float = PATIENCE) -> T:
    """What `ask` gives, as soon as it gives anything."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := ask():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not come to that in time")
