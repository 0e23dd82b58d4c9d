"""The breaker of an endpoint: a receiver that is down is left in peace, probed, and told apart from a dead one.

closed  everything is sent.
open    nothing is sent and no attempt is burnt; what is owed waits. After `probe_at` one message is sent as a probe.
Each probe doubles the wait for the next (30 s to 30 min); one success closes the breaker.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

OPENS_AFTER = 5
WINDOW = 20
FIRST_PROBE = timedelta(seconds=30)
SLOWEST_PROBE = timedelta(minutes=30)
DISABLED_AFTER = timedelta(days=5)
_OK, _BAD = "1", "0"


@dataclass(frozen=True, slots=True)
class Breaker:
    """Open while `opened_at` is set.

    `failures` counts in a row; `recent` holds the last 20 results, oldest first, 1 for success; `probes` were
    sent since it opened; `failing_since` is the first failure after the last success.
    """

    failures: int = 0
    recent: str = ""
    failing_since: datetime | None = None
    opened_at: datetime | None = None
    probe_at: datetime | None = None
    probes: int = 0

    @property
    def is_open(self) -> bool:
        """Whether the endpoint is left in peace."""
        return self.opened_at is not None


@dataclass(frozen=True, slots=True)
class Gate:
    """How many messages may be claimed for an endpoint now, and why not more."""

    slots: int
    reason: str
    is_probe: bool = False


def gate(breaker: Breaker, *, free: int, next_free_at: datetime | None, now: datetime) -> Gate:
    """How many of `free` slots an endpoint may use at `now`; `next_free_at` is the pause it asked for."""
    if next_free_at is not None and next_free_at > now:
        return Gate(0, "The receiver asked for a pause.")
    if not breaker.is_open:
        return Gate(max(free, 0), "")
    if breaker.probe_at is not None and breaker.probe_at > now:
        return Gate(0, "The breaker is open.")
    return Gate(min(max(free, 0), 1), "One probe.", is_probe=True)


def probing(breaker: Breaker, *, now: datetime) -> Breaker:
    """The breaker once a probe is claimed: the next one waits twice as long, even if this one's worker dies."""
    return replace(breaker, probe_at=now + probe_wait(breaker.probes + 1), probes=breaker.probes + 1)


def succeeded(breaker: Breaker) -> Breaker:
    """After a delivery was accepted: closed, whatever was before."""
    return Breaker(recent=(breaker.recent + _OK)[-WINDOW:])


def failed(breaker: Breaker, *, now: datetime) -> Breaker:
    """After a delivery failed: opens after 5 failures in a row that are also half of the last 20 results."""
    recent = (breaker.recent + _BAD)[-WINDOW:]
    worse = replace(breaker, failures=breaker.failures + 1, recent=recent, failing_since=breaker.failing_since or now)
    # Those still in flight when it opened must not push the first probe away, hence "not open".
    if not worse.is_open and worse.failures >= OPENS_AFTER and recent.count(_BAD) * 2 >= len(recent):
        return replace(worse, opened_at=now, probe_at=now + probe_wait(0), probes=0)
    return worse


def is_hopeless(breaker: Breaker, *, now: datetime) -> bool:
    """Nothing was accepted for 5 days of trying: the endpoint is to be disabled; what is owed stays."""
    return breaker.failing_since is not None and now - breaker.failing_since >= DISABLED_AFTER


def probe_wait(probes: int) -> timedelta:
    """How long to wait for the next probe after `probes` of them: 30 s, 1 min, 2 min … 30 min."""
    return min(FIRST_PROBE * (1 << min(probes, 10)), SLOWEST_PROBE)
