"""Whether an access may be used now, and whether doing so takes one use from it."""

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


def may_use(access: AccessFacts, *, now: datetime, continues: bool = False) -> AccessDecision:
    """Whether the access may be used.

    `continues` tells that a counted download is still going on, so that the last allowed one can be finished.
    """
    if access.is_revoked:
        return AccessDecision(allowed=False, reason="revoked")
    if access.expires_at is not None and now >= access.expires_at and not continues:
        return AccessDecision(allowed=False, reason="expired")
    if access.max_uses is not None and access.uses >= access.max_uses and not continues:
        return AccessDecision(allowed=False, reason="used up")
    return AccessDecision(allowed=True, reason="")


def continues(last_counted_at: datetime | None, *, now: datetime) -> bool:
    """Whether this is still the download counted last: within ten minutes, whole or in parts, it takes no further use.

    Viewers and download managers ask for a part at a time, and people press twice.
    """
    return last_counted_at is not None and now - last_counted_at <= CONTINUES_FOR
