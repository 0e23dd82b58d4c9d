"""What a worker did, for health checks and metrics; read from any thread."""

import time
from collections import Counter
from collections.abc import Iterable

from app.outbox.delivery import Settlement


class Figures:
    """Counts since start. Each number is written by the loop only, so reading needs no lock."""

    def __init__(self) -> None:
        self.settled: Counter[tuple[str, str]] = Counter()
        self._beat_at = time.monotonic()

    def beat(self) -> None:
        """The loop is alive."""
        self._beat_at = time.monotonic()

    @property
    def seconds_since_beat(self) -> float:
        """Age of the last sign of life; a loop that runs gives one each second."""
        return time.monotonic() - self._beat_at

    def count(self, settlements: Iterable[Settlement]) -> None:
        """Attempts were written down: counted by topic and verdict (done, retryat, dead, ...)."""
        for one in settlements:
            self.settled[(one.message.topic, type(one.verdict).__name__.lower())] += 1
