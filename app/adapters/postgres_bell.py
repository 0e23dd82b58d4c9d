"""Carries the in-process bell over PostgreSQL to workers in other processes, and hears it there.

NOTIFY inside the unit of work would serialise all commits (PostgreSQL holds one lock for the queue until the commit is
flushed), so the notice goes out afterwards, on a connection of its own, many rings in one.
"""

import threading
from collections.abc import Callable

import psycopg
import structlog
from sqlalchemy.engine import make_url

CHANNEL = "gatepost_outbox"
_QUIET_SECONDS = 0.02
_PATIENCE_SECONDS = 1.0
_log = structlog.get_logger("bell")


class PostgresBell:
    """Sends notices from a thread of its own; `ring` only sets a flag."""

    def __init__(self, url: str) -> None:
        self._url = plain_url(url)
        self._rung = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to send."""
        self._thread = threading.Thread(target=self._run, name="bell", daemon=True)
        self._thread.start()

    def ring(self) -> None:
        """Something may be due."""
        self._rung.set()

    def stop(self) -> None:
        """Send no more."""
        self._stopping = True
        self._rung.set()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def _run(self) -> None:
        while not self._stopping:
            try:
                with psycopg.connect(self._url, autocommit=True) as connection:
                    self._send(connection)
            except psycopg.Error as error:
                _log.warning("bell_silent", error=type(error).__name__)
                threading.Event().wait(_PATIENCE_SECONDS)

    def _send(self, connection: psycopg.Connection) -> None:
        while True:
            self._rung.wait()
            if self._stopping:
                return
            self._rung.clear()
            connection.execute(f"NOTIFY {CHANNEL}")
            threading.Event().wait(_QUIET_SECONDS)


async def hear(url: str, ring: Callable[[], None]) -> None:
    """Call `ring` at every notice; returns or raises when the connection is lost."""
    connection = await psycopg.AsyncConnection.connect(plain_url(url), autocommit=True)
    async with connection:
        await connection.execute(f"LISTEN {CHANNEL}")
        async for _ in connection.notifies():
            ring()


def plain_url(url: str) -> str:
    """An SQLAlchemy address as libpq takes it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
