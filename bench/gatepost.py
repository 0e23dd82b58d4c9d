"""Gatepost servers to measure: each starts from a copy of one prepared folder, so that rounds are alike."""

import shutil
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from bench.cores import SERVER_CORE, pinned, share_rank
from tests.factories.server_process import ROOT, ServerProcess

PATH = "/p/tea-list-guide"
FREE_OF_LIMITS = {
    "GATEPOST_POSTS_PER_NETWORK": "1000000",
    "GATEPOST_POSTS_PER_FORM": "10000000",
    "GATEPOST_MAILS_PER_NETWORK": "1000000",
    "GATEPOST_MAILS_TOTAL": "10000000",
}
"""Every limit is counted as always; no run reaches one of these."""

SETTINGS = {"GATEPOST_DEV": "off", "GATEPOST_TRUSTED_PROXIES": "127.0.0.1", **FREE_OF_LIMITS}


class NotRecorded(Exception):
    """Something was answered and not stored: a figure like that is worth nothing."""


@dataclass(frozen=True, slots=True)
class Page:
    """The demo page as it is served."""

    plain: bytes
    packed: bytes
    stamp: str


@dataclass(slots=True)
class Running:
    """A server under measurement and its database."""

    server: ServerProcess
    engine: sa.Engine

    @property
    def address(self) -> str:
        """Of the demo page."""
        return self.server.url + PATH

    def number(self, sql: str) -> int:
        """What a query counts."""
        with self.engine.connect() as connection:
            return int(connection.scalar(sa.text(sql)) or 0)

    def visits(self) -> int:
        """Page views stored so far."""
        return self.number("SELECT COALESCE(SUM(hits), 0) FROM visit")

    def submissions(self) -> int:
        """Submissions stored so far."""
        return self.number("SELECT COUNT(*) FROM submission")


def prepare(folder: Path, *, database_url: str | None = None) -> Path:
    """A data folder with the schema at head and the demo's ebook page published; gives its path."""
    data = folder / "template"
    settings = {**SETTINGS, "GATEPOST_PAGES_DIR": str(pages_folder(folder))}
    if database_url is not None:
        settings["GATEPOST_DATABASE_URL"] = database_url
    ServerProcess(data, settings).prepare()
    return data


def pages_folder(folder: Path) -> Path:
    """The source of the one demo page that is measured."""
    pages = folder / "pages"
    for name in ("_site", PATH.rpartition("/")[2]):
        shutil.copytree(ROOT / "landing_pages" / name, pages / name)
    return pages


@contextmanager
def running(
    template: Path, folder: Path, *, settings: Mapping[str, str] | None = None, database_url: str | None = None
) -> Iterator[Running]:
    """Start a server on the server core, with a copy of `template` as its data folder."""
    shutil.copytree(template, folder)
    url = database_url or f"sqlite:///{folder}/gatepost.sqlite3"
    server = ServerProcess(folder, {**SETTINGS, "GATEPOST_DATABASE_URL": url, **(settings or {})})
    engine = sa.create_engine(url)
    with pinned(SERVER_CORE):
        server.start()
    share_rank(server.pid)
    try:
        yield Running(server, engine)
    finally:
        server.stop()
        engine.dispose()


def fetch(url: str, headers: Mapping[str, str]) -> tuple[bytes, str]:
    """Body and ETag of one answer."""
    with urllib.request.urlopen(urllib.request.Request(url, headers=dict(headers))) as answer:
        return answer.read(), answer.headers["ETag"]


def wait_for(number: Callable[[], int], at_least: int, *, seconds: float) -> int:
    """Wait until `number` has come to `at_least`, or time is up; gives the last number."""
    deadline = time.monotonic() + seconds
    while (found := number()) < at_least and time.monotonic() < deadline:
        time.sleep(0.1)
    return found
