"""The daily upkeep: one row a day decides which of N workers runs it."""

import asyncio
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from app.db import Database
from app.ids import new_id
from app.outbox import actions
from app.outbox.backoff import Done, Kind, Outcome, RetryAt, Verdict
from app.outbox.delivery import Claimed, Settlement

# The day turns at 03:00 UTC, when little else happens.
_NIGHT = timedelta(hours=3)
_LEASE = timedelta(hours=1)
_AGAIN = timedelta(minutes=30)
_LOOK_SECONDS = 600.0
_log = structlog.get_logger("worker")


class Daily:
    """Runs `upkeep(now)` once a day among all workers; it opens its own units of work and may take its time."""

    def __init__(self, database: Database, upkeep: Callable[[datetime], None], *, worker: str) -> None:
        self._database = database
        self._upkeep = upkeep
        self._worker = worker
        self._looked_at: float | None = None
        self._thread: threading.Thread | None = None

    async def look(self, now: datetime) -> None:
        """Every ten minutes: if nobody did today's, do it beside the loop."""
        is_early = self._looked_at is not None and time.monotonic() - self._looked_at < _LOOK_SECONDS
        if is_early or (self._thread is not None and self._thread.is_alive()):
            return
        self._looked_at = time.monotonic()
        key = slot(now)

        def claim(session: Session) -> Claimed | None:
            return actions.claim_house(session, key, lease=new_id(), now=now, until=now + _LEASE)

        claimed = await asyncio.wrap_future(self._database.submit(claim))
        if claimed is not None:
            # A daemon, so that a long purge never holds up a stop: its batches are whole, the rest is due again.
            self._thread = threading.Thread(target=self._run, args=(claimed, now), name="upkeep", daemon=True)
            self._thread.start()

    def _run(self, claimed: Claimed, now: datetime) -> None:
        started = time.perf_counter()
        verdict: Verdict = Done()
        outcome = Outcome(Kind.ANSWERED)
        try:
            self._upkeep(now)
        except Exception as error:
            _log.exception("upkeep_failed", worker=self._worker)
            outcome = Outcome(Kind.BROKEN, note=f"{type(error).__name__} during the daily upkeep.")
            verdict = RetryAt(now + _AGAIN, outcome.note)
        ms = int((time.perf_counter() - started) * 1000)
        done = Settlement(claimed, outcome, verdict, now, ms, self._worker)
        self._database.write(lambda session: actions.settle(session, [done], now=now))


def slot(now: datetime) -> str:
    """The unique key of the upkeep that `now` belongs to."""
    return f"cron:upkeep:{(now - _NIGHT).date().isoformat()}"
