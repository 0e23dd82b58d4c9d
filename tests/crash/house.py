"""A prepared server with a real mail server and a real webhook receiver that outlive it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.adapters import clock
from app.adapters.secret_box import SecretBox, new_secret
from app.db import Database, prepare_reader, reader_options
from app.outbox import actions
from config import Settings
from tests.factories.receivers import MailServer, Receiver
from tests.factories.server_process import ServerProcess

PLENTY = "100000000"
LEASE_SECONDS = 3

ENVIRON = {
    "GATEPOST_DEV": "off",
    "GATEPOST_WORKER": "on",
    "GATEPOST_THREADS": "16",
    "GATEPOST_LEASE_SECONDS": str(LEASE_SECONDS),
    "GATEPOST_TRUSTED_PROXIES": "127.0.0.0/8",
    "GATEPOST_ALLOWED_PRIVATE_NETWORKS": "127.0.0.0/8",
    "GATEPOST_POSTS_PER_NETWORK": PLENTY,
    "GATEPOST_POSTS_PER_ADDRESS": PLENTY,
    "GATEPOST_POSTS_PER_FORM": PLENTY,
    "GATEPOST_MAILS_PER_ADDRESS": PLENTY,
    "GATEPOST_MAILS_PER_NETWORK": PLENTY,
    "GATEPOST_MAILS_TOTAL": PLENTY,
}
"""Limits out of the way of a load from one network, and leases short enough to wait for."""


@dataclass(slots=True)
class House:
    """Everything of one run. `environ` is what further processes on the same database need."""

    data_dir: Path
    database_url: str
    environ: dict[str, str]
    server: ServerProcess
    mail: MailServer
    receiver: Receiver
    endpoint_id: str
    secret: str

    def read(self, wanted: sa.Select[Any]) -> list[Any]:
        """The first column of a query, from outside the server."""
        with opened(self.database_url) as database:
            return database.read(lambda session: list(session.scalars(wanted)))

    def move_database(self, url: str) -> None:
        """Have the server use a copy elsewhere from its next start on."""
        self.database_url = self.environ["GATEPOST_DATABASE_URL"] = url


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """The database at `url`, from outside the server."""
    reader = sa.create_engine(url, **reader_options(url))
    prepare_reader(reader)
    database = Database(url, reader=reader)
    try:
        yield database
    finally:
        database.close()


@contextmanager
def house_on(data_dir: Path, database_url: str, more: Mapping[str, str] | None = None) -> Iterator[House]:
    """A house in a prepared folder, its server not started yet; it is killed in the end if it still runs."""
    with MailServer() as mail, Receiver() as receiver:
        environ = {
            **ENVIRON,
            "GATEPOST_DATABASE_URL": database_url,
            "GATEPOST_SMTP_URL": f"smtp://127.0.0.1:{mail.port}?starttls=off",
            **(more or {}),
        }
        server = ServerProcess(data_dir, environ)
        environ |= {"GATEPOST_BASE_URL": server.url}
        server.environ = environ
        secret = new_secret()
        endpoint_id = _add_endpoint(data_dir, environ, url=receiver.url, secret=secret)
        house = House(data_dir, database_url, environ, server, mail, receiver, endpoint_id, secret)
        try:
            yield house
        finally:
            if server.is_running:
                server.kill()


def _add_endpoint(data_dir: Path, environ: Mapping[str, str], *, url: str, secret: str) -> str:
    settings = Settings.from_env({**environ, "GATEPOST_DATA_DIR": str(data_dir)})
    sealed = SecretBox(settings.secret_keys).seal(secret)

    def work(session: Session) -> str:
        events = ["lead.confirmed", "lead.qualified"]
        return actions.add_endpoint(session, url=url, events=events, sealed_secret=sealed, now=clock.now())

    with opened(settings.database_url) as database:
        return database.write(work)
