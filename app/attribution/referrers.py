"""Who a referring host or a tagged source name is: its name as shown, and the kind of place it is."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files

from app.attribution.overlay import OVERLAY


class Category(StrEnum):
    """The kind of place a source is, as the channel rules use it."""

    SEARCH = "search"
    SOCIAL = "social"
    VIDEO = "video"
    SHOPPING = "shopping"
    AI = "ai"
    EMAIL = "email"
    SMS = "sms"
    PUSH = "push"
    PAID = "paid"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Referrer:
    """A known source."""

    name: str
    category: Category


_VENDORED = {
    "search": Category.SEARCH,
    "social": Category.SOCIAL,
    "email": Category.EMAIL,
    "paid": Category.PAID,
    "referral": Category.OTHER,
    "unknown": Category.OTHER,
}


@lru_cache(maxsize=4096)
def referrer_of_host(host: str) -> Referrer | None:
    """The source a host (lower case, no `www.`) belongs to, by itself or by the domain it is part of."""
    hosts = _by_host()
    parts = host.split(".")
    for start in range(max(len(parts) - 1, 1)):
        found = hosts.get(".".join(parts[start:]))
        if found is not None:
            return found
    return None


@lru_cache(maxsize=4096)
def referrer_of_name(name: str) -> Referrer | None:
    """The source meant by a lower-case `utm_source`: a short name, a full name, or a host."""
    found = _by_name().get(name)
    if found is None and "." in name:
        return referrer_of_host(name.removeprefix("www."))
    return found


@lru_cache(maxsize=1)
def _by_host() -> dict[str, Referrer]:
    """Every known host; loaded on first need, the overlay over the vendored list."""
    hosts = {host: source for source, host in _vendored()}
    hosts.update({word: source for source, word in _overlay() if "." in word})
    return hosts


@lru_cache(maxsize=1)
def _by_name() -> dict[str, Referrer]:
    """Every known source name; advertising networks are left out, for people tag more than adverts with their names."""
    names = {source.name.lower(): source for source, _ in _vendored() if source.category is not Category.PAID}
    names.update({source.name.lower(): source for source, _ in _overlay() if source.category is not Category.OTHER})
    names.update({word: source for source, word in _overlay()})
    return names


def _vendored() -> Iterator[tuple[Referrer, str]]:
    text = files("app.attribution.data").joinpath("hosts.json").read_text("utf-8")
    for medium, sources in json.loads(text).items():
        for name, hosts in sources.items():
            source = Referrer(name, _VENDORED[medium])
            for host in hosts:
                yield source, host


def _overlay() -> Iterator[tuple[Referrer, str]]:
    for line in OVERLAY.strip().splitlines():
        category, rest = line[:9].strip(), line[9:]
        source = Referrer(rest[:17].strip(), Category(category))
        for word in rest[17:].split():
            yield source, word
