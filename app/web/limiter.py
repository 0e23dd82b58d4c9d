"""Counts what visitors do, in memory on the hot path, and once a second together with the other processes."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence

import structlog

from app.capture import actions
from app.capture.limits import Count, Window
from app.db import Database
from app.errors import StorageUnavailable

log = structlog.get_logger()

_AT_ONCE = 1_000
"""Counters a unit of work: visitors wait in the same queue."""

_FORGET_SECONDS = 300


class Limiter:
    """Counters by (key, window). Local counts act at once; those of other processes are known a second later.

    What happened once in a process is told with the second time only: most visitors come once, and N processes may
    thus let N - 1 more pass than a limit says, never more.
    """

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time, interval: float = 1.0) -> None:
        self._database = database
        self._clock = clock
        self._interval = interval
        self._lock = threading.Lock()
        self._known: dict[Count, int] = {}
        self._unsent: dict[Count, int] = defaultdict(int)
        self._forget_at = 0
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, windows: Sequence[Window]) -> list[int]:
        """Count one more in each window; gives the new totals in the same order."""
        now = int(self._clock())
        totals = []
        with self._lock:
            for window in windows:
                count = window.at(now)
                total = self._known.get(count, 0) + 1
                self._known[count] = total
                if total > 1:
                    self._unsent[count] += 1 if total > 2 else 2
                totals.append(total)
        if self._thread is None:
            self._start()
        return totals

    def totals(self, windows: Sequence[Window]) -> list[int]:
        """The totals so far, without counting."""
        now = int(self._clock())
        with self._lock:
            return [self._known.get(window.at(now), 0) for window in windows]

    def is_any_full(self, windows: Sequence[Window]) -> bool:
        """Whether one more would be too many for any of these windows."""
        return any(total >= window.limit for window, total in zip(windows, self.totals(windows), strict=True))

    def exchange(self) -> None:
        """Give our new counts to the database and learn everybody's totals of the same; past windows are forgotten.

        What others count elsewhere is learned when it is counted here too: a total matters only to who adds to it.
        """
        with self._lock:
            sent = list(self._unsent.items())
            self._unsent.clear()
        try:
            while sent:
                self._exchange(dict(sent[:_AT_ONCE]))
                del sent[:_AT_ONCE]
            self._forget(int(self._clock()))
        except StorageUnavailable:
            with self._lock:
                for count, amount in sent:
                    self._unsent[count] += amount

    def _exchange(self, counts: dict[Count, int]) -> None:
        totals = self._database.write(lambda session: actions.exchange_counts(session, counts))
        with self._lock:
            for count, total in totals.items():
                self._known[count] = total + self._unsent.get(count, 0)

    def _forget(self, now: int) -> None:
        if now < self._forget_at:
            return
        self._forget_at = now + _FORGET_SECONDS
        with self._lock:
            self._known = {count: total for count, total in self._known.items() if count.ends > now}
        self._database.write(lambda session: actions.forget_counts(session, now=now))

    def close(self) -> None:
        """Exchange a last time and end the thread."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self.exchange()

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="limiter", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while not self._stop.wait(self._interval):
            try:
                self.exchange()
            except Exception as error:  # the counters must outlive any single failure
                log.error("limiter.exchange_failed", error=type(error).__name__)
