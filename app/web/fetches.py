"""Fetches of mailed links, by people and machines: noted in the request, stored off it, read when a press is graded."""

from __future__ import annotations

import threading
from collections import deque
from typing import Any

import structlog

from app.adapters import clock
from app.consent import actions
from app.db import Database
from app.errors import StorageUnavailable

log = structlog.get_logger()

INTERVAL = 0.5
MOST_WAITING = 100_000


class FetchLog:
    """An append-only log with a short buffer in front; evidence, not state that anything else hangs on."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._noted: deque[dict[str, Any]] = deque(maxlen=MOST_WAITING)
        self._flushing = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def note(self, submission_id: str, link: str, *, method: str, network: str, agent: str, outcome: str) -> None:
        """Note one fetch of a link of a submission's mail."""
        self._noted.append(
            {
                "submission_id": submission_id,
                "link": link,
                "method": method[:8],
                "at": clock.now(),
                "network": network or None,
                "agent": agent[:400] or None,
                "outcome": outcome,
            }
        )
        if self._thread is None:
            with self._flushing:
                if self._thread is None and not self._stop.is_set():
                    self._thread = threading.Thread(target=self._run, name="fetches", daemon=True)
                    self._thread.start()

    def flush(self) -> None:
        """Store what is noted; while the database is away it waits."""
        with self._flushing:
            rows = [self._noted.popleft() for _ in range(len(self._noted))]
            if not rows:
                return
            try:
                self._database.write(lambda session: actions.keep_fetches(session, rows))
            except StorageUnavailable:
                self._noted.extendleft(reversed(rows))

    def close(self) -> None:
        """Store the rest and end the thread."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        self.flush()

    def _run(self) -> None:
        while not self._stop.wait(INTERVAL):
            try:
                self.flush()
            except Exception as error:  # the log must outlive any single failure
                log.error("fetches.flush_failed", error=type(error).__name__)
