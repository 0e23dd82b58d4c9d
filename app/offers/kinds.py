"""The kinds of offer: one class each, saying what access a confirmed person gets and how it is told.

Adding a kind is one class here, one setup in `pages/offer_setup.py`, one part of the delivered page and of the mail.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from app.offers.access import AccessFacts


@dataclass(frozen=True, slots=True)
class Grant:
    """The access to create: how often and how long; None means without number or end."""

    max_uses: int | None
    expires_at: datetime | None

    def facts(self) -> AccessFacts:
        """The access as it stands unused."""
        return AccessFacts(self.expires_at, self.max_uses, 0)


class OfferKind:
    """What all kinds share. `facts` is the offer section of the page as JSON or as a model's dump."""

    key: ClassVar[str]
    needs: ClassVar[tuple[str, ...]]
    """The fields of the offer section without which nothing can be delivered."""
    counts_uses: ClassVar[bool] = False
    """Whether uses are counted and may run out."""

    @classmethod
    def identity(cls, page_slug: str, facts: Mapping[str, Any]) -> str:
        """The name of the offer: who asks for the same one again renews the access instead of getting another."""
        return f"{cls.key}:{page_slug}"

    @classmethod
    def grant(cls, facts: Mapping[str, Any], *, now: datetime) -> Grant:
        """The access a person gets who confirms at `now`."""
        raise NotImplementedError

    @classmethod
    def missing(cls, facts: Mapping[str, Any]) -> tuple[str, ...]:
        """The needed fields that say nothing."""
        return tuple(name for name in cls.needs if not facts.get(name))


class Ebook(OfferKind):
    """A gated file, for so many downloads and days."""

    key = "ebook"
    needs = ("title", "file")
    counts_uses = True

    @classmethod
    def grant(cls, facts: Mapping[str, Any], *, now: datetime) -> Grant:
        """So many downloads within so many days; 5 and 7 where the page says nothing."""
        return Grant(
            max_uses=int(facts.get("max_downloads") or 5),
            expires_at=now + timedelta(days=int(facts.get("expires_days") or 7)),
        )


class Webinar(OfferKind):
    """A seat in a session at one time."""

    key = "webinar"
    needs = ("title", "starts_at", "ends_at")
    STAYS = timedelta(days=7)

    @classmethod
    def grant(cls, facts: Mapping[str, Any], *, now: datetime) -> Grant:
        """Any number of looks until a week after the end, when the replay has been seen or is not wanted."""
        return Grant(max_uses=None, expires_at=_moment(facts["ends_at"]) + cls.STAYS)


class Coupon(OfferKind):
    """A code from a pool; the same one however often it is asked for."""

    key = "coupon"
    needs = ("title", "pool")

    @classmethod
    def identity(cls, page_slug: str, facts: Mapping[str, Any]) -> str:
        """One code of a pool for one person, whichever page it was asked for on."""
        return f"coupon:{facts['pool']}"

    @classmethod
    def grant(cls, facts: Mapping[str, Any], *, now: datetime) -> Grant:
        """Any number of looks, until the code is no longer valid."""
        until = facts.get("valid_until")
        return Grant(max_uses=None, expires_at=_moment(until) if until else None)


KINDS: dict[str, type[OfferKind]] = {kind.key: kind for kind in (Ebook, Webinar, Coupon)}


def _moment(value: datetime | str) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)
