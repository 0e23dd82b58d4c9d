"""Whether an access may be used now, and which request takes one use from it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

CONTINUES_FOR = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class AccessFacts:
    """A lead's right to an offer. None for `expires_at` or `max_uses` means without end or number."""

    expires_at: datetime | None
    max_uses: int | None
    uses: int
    is_revoked: bool = False


@dataclass(frozen=True, slots=True)
class AccessDecision:
    """Allowed, or refused with the reason: `revoked`, `expired` or `used up`."""

    allowed: bool
    reason: str


@dataclass(frozen=True, slots=True)
class ServedRequest:
    """What was served: method, status, and the first byte of the part (0 for a whole file)."""

    method: str
    status: int
    first_byte: int = 0


def may_use(access: AccessFacts, *, now: datetime, continues: bool = False) -> AccessDecision:
    """Whether the access may be used. `continues` tells that a counted download is still going on, so that the last
    allowed one can be finished in parts."""
    if access.is_revoked:
        return AccessDecision(allowed=False, reason="revoked")
    if access.expires_at is not None and now >= access.expires_at and not continues:
        return AccessDecision(allowed=False, reason="expired")
    if access.max_uses is not None and access.uses >= access.max_uses and not continues:
        return AccessDecision(allowed=False, reason="used up")
    return AccessDecision(allowed=True, reason="")


def continues_download(request: ServedRequest, *, last_counted_at: datetime | None, now: datetime) -> bool:
    """Whether this is a further part of a download counted within ten minutes.

    Viewers and download managers ask for a part at a time; a whole file asked for again is another download.
    """
    is_part = request.status == 206
    return is_part and last_counted_at is not None and now - last_counted_at <= CONTINUES_FOR


def counts_as_download(request: ServedRequest, *, last_counted_at: datetime | None, now: datetime) -> bool:
    """Whether a request takes one download: bytes of the file served, not HEAD, not 304, not a further part.

    A part from the middle with no download before it counts too, or skipping the first byte would be free.
    """
    if request.method != "GET" or request.status not in (200, 206):
        return False
    return not continues_download(request, last_counted_at=last_counted_at, now=now)
