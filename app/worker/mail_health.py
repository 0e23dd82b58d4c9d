"""Leaves a mail server that is down in peace, so that mails wait without using up their attempts.

The rules are those of an endpoint's breaker, kept in memory: each worker finds out for itself. Probes come at least
every two minutes, since somebody may be waiting for a confirmation.
"""

from datetime import datetime, timedelta

from app.outbox import breaker as rules
from app.outbox.backoff import Kind, Outcome
from app.outbox.breaker import Breaker

SLOWEST_PROBE = timedelta(minutes=2)
_ABOUT_THE_SERVER = frozenset({Kind.UNREACHABLE, Kind.TIMEOUT})


class MailHealth:
    """Whether the mail server takes letters; used from the worker's loop only."""

    def __init__(self) -> None:
        self._breaker = Breaker()

    @property
    def is_open(self) -> bool:
        """Whether mails wait for the server to come back."""
        return self._breaker.is_open

    def slots(self, free: int, now: datetime) -> int:
        """How many mails may be claimed now."""
        return rules.gate(self._breaker, free=free, next_free_at=None, now=now).slots

    def claimed(self, now: datetime) -> None:
        """A mail was claimed; if the breaker is open it is the probe."""
        if self._breaker.is_open:
            probing = rules.probing(self._breaker, now=now)
            soon = now + SLOWEST_PROBE
            at = min(probing.probe_at, soon) if probing.probe_at else soon
            self._breaker = Breaker(probing.failures, probing.recent, probing.failing_since, now, at, probing.probes)

    def ended(self, outcome: Outcome, now: datetime) -> None:
        """An attempt ended. Any answer of the server, a refusal too, shows that it is there."""
        if outcome.kind is Kind.ANSWERED:
            self._breaker = rules.succeeded(self._breaker)
        elif outcome.kind in _ABOUT_THE_SERVER:
            self._breaker = rules.failed(self._breaker, now=now)
