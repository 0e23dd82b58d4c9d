"""How often is too often: the windows that a post is counted in, and what follows when one is full."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

TEN_MINUTES = 600
HOUR = 3600
DAY = 86_400


class Count(NamedTuple):
    """One counter: a key in the window that starts and ends at these Unix seconds.

    A tuple, because it is hashed several times a post and tuples are hashed without Python.
    """

    key: str
    starts: int
    ends: int


@dataclass(frozen=True, slots=True)
class Window:
    """At most `limit` times in `seconds` for `key`."""

    key: str
    seconds: int
    limit: int

    def at(self, now: int) -> Count:
        """The counter of the fixed window that `now` falls into."""
        starts = now - now % self.seconds
        return Count(self.key, starts, starts + self.seconds)

    def wait(self, now: int) -> int:
        """Seconds until the next window opens."""
        return self.seconds - now % self.seconds


@dataclass(frozen=True, slots=True)
class PostLimits:
    """The limits of one post, as the settings give them."""

    per_network: int
    per_address: int
    per_form: int

    def crowd(self, *, network: str, form: str) -> tuple[Window, Window]:
        """The network over ten minutes, the form over one."""
        return Window(f"n:{network}", TEN_MINUTES, self.per_network), Window(f"f:{form}", 60, self.per_form)

    def person(self, *, address: str) -> Window:
        """One address over an hour; the key is hashed already."""
        return Window(f"a:{address}", HOUR, self.per_address)


@dataclass(frozen=True, slots=True)
class MailLimits:
    """The ceilings on confirmation mails, so that nobody floods a stranger's mailbox through our forms."""

    per_address: int
    per_network: int
    total: int

    def windows(self, *, network: str, address: str) -> tuple[Window, Window, Window]:
        """Address over a day, network and all together over an hour."""
        return (
            Window(f"ma:{address}", DAY, self.per_address),
            Window(f"mn:{network}", HOUR, self.per_network),
            Window("mt", HOUR, self.total),
        )
