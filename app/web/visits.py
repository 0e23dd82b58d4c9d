"""Visits: a few values are noted per request, everything else happens off the request path.

Kept and counted, never dropped for being a machine: each flush stores its visits with class and reason. In a crash up
to one flush of visits may be lost, never a lead.
"""

from __future__ import annotations

import os
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

import structlog
from sqlalchemy.orm import Session

from app.attribution import actions, queries
from app.attribution.bots import classify
from app.attribution.channel import ChannelDecision, channel_of
from app.attribution.touch import TouchFacts, from_json, parse_touch, to_json
from app.attribution.visitor import visitor_hash
from app.db import Database
from app.errors import StorageUnavailable
from app.web.client_address import ClientAddress

log = structlog.get_logger()

INTERVAL = 0.5
MOST_WAITING = 1_000_000
MOST_REMEMBERED = 50_000
VISITS_PER_VISITOR = 8
MEMORY = timedelta(hours=24)
_SITE = "gatepost"
_MOST_STORED = 1_000

# page, query, referrer, agent, peer, forwarded, accept, purpose, method
_Key = tuple[str, str, str | None, str, str, str | None, str, str, str]


@dataclass(frozen=True, slots=True)
class Seen:
    """A visit as remembered: when, which page, and where from."""

    at: datetime
    page_id: str
    facts: TouchFacts


class VisitBuffer:
    """Takes visits from the page cache, stores them in batches, and remembers the last day's visitors."""

    def __init__(self, database: Database, addresses: ClientAddress, own_hosts: frozenset[str]) -> None:
        self._database = database
        self._addresses = addresses
        self.own_hosts = own_hosts
        self._noted: deque[tuple[float, _Key]] = deque()
        self._rows: list[dict[str, Any]] = []
        self._seen: OrderedDict[bytes, list[Seen]] = OrderedDict()
        self._salts: dict[date, bytes] = {}
        self._flushing = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.dropped = 0

    def note(self, environ: Mapping[str, Any], page_id: str) -> None:
        """Note one page view; the only part that a request waits for."""
        get = environ.get
        self._noted.append(
            (
                time.time(),
                (
                    page_id,
                    get("QUERY_STRING", ""),
                    get("HTTP_REFERER"),
                    get("HTTP_USER_AGENT", ""),
                    get("REMOTE_ADDR", ""),
                    get("HTTP_X_FORWARDED_FOR"),
                    get("HTTP_ACCEPT", ""),
                    get("HTTP_SEC_PURPOSE") or get("HTTP_PURPOSE") or get("HTTP_X_MOZ") or "",
                    get("REQUEST_METHOD", "GET"),
                ),
            )
        )
        if self._thread is None:
            self.start()

    @property
    def waiting(self) -> int:
        """How many visits are noted and not yet stored."""
        return len(self._noted) + len(self._rows)

    def visits_of(self, address: str, agent: str, *, now: datetime) -> list[Seen]:
        """What this browser on this network opened in the last day, oldest first; freshly noted visits included.

        Another process may have answered some of its pages, so on PostgreSQL what is stored counts as well.
        """
        if len(self._noted) < 2_000:
            self._read_noted()
        visitors = [self._hash(day, address, agent) for day in (now.date(), (now - MEMORY).date())]
        found = {(seen.at, seen.page_id): seen for visitor in visitors for seen in self._seen.get(visitor, ())}
        if not self._database.is_sqlite:
            found = {(seen.at, seen.page_id): seen for seen in self._stored_visits(visitors, now)} | found
        return sorted((seen for seen in found.values() if now - seen.at < MEMORY), key=lambda seen: seen.at)

    def visitor(self, address: str, agent: str, *, now: datetime) -> bytes:
        """Today's visitor hash."""
        return self._hash(now.date(), address, agent)

    def start(self) -> None:
        """Begin to store; called by the first visit."""
        with self._flushing:
            if self._thread is None and not self._stop.is_set():
                self._thread = threading.Thread(target=self._run, name="visits", daemon=True)
                self._thread.start()

    def flush(self) -> None:
        """Store everything noted so far; when the database is away the visits wait."""
        self._read_noted()
        with self._flushing:
            rows, self._rows = self._rows, []
        if not rows:
            return
        try:
            self._database.write(lambda session: actions.keep_visits(session, rows))
        except StorageUnavailable:
            with self._flushing:
                self._rows = (rows + self._rows)[:MOST_WAITING]

    def close(self) -> None:
        """Store the rest and end the thread."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        self.flush()

    def remember(self, now: datetime) -> None:
        """Fill the memory from the database after a restart, so that times on page are known again."""
        since = now - timedelta(hours=1)
        for visit in self._database.read(lambda s: list(queries.newest_visits(s, since, limit=5_000)))[::-1]:
            self._keep_in_mind(visit.visitor, Seen(visit.at, visit.page_id, from_json(visit.touch or {})))

    def _run(self) -> None:
        while not self._stop.wait(INTERVAL):
            try:
                self.flush()
            except Exception as error:  # a flush may fail, recording must go on
                log.error("visits.flush_failed", error=type(error).__name__)

    def _read_noted(self) -> None:
        self._salt(datetime.now(UTC).date())  # may fail while the database is away; nothing is taken out before
        with self._flushing:
            grouped: dict[_Key, list[float]] = {}
            for _ in range(len(self._noted)):
                at, key = self._noted.popleft()
                known = grouped.get(key)
                if known is None:
                    grouped[key] = [at, 1]
                else:
                    known[1] += 1
            for key, (at, hits) in grouped.items():
                self._rows.append(self._row(key, datetime.fromtimestamp(at, UTC), int(hits)))
            if len(self._rows) > MOST_WAITING:
                self.dropped += len(self._rows) - MOST_WAITING
                del self._rows[:-MOST_WAITING]

    def _row(self, key: _Key, at: datetime, hits: int) -> dict[str, Any]:
        page_id, query, referrer, agent, peer, forwarded, accept, purpose, method = key
        address = self._addresses.resolve(peer, forwarded)
        facts = parse_touch(query, referrer, self.own_hosts).without_values()
        decision = _channel(facts)
        verdict = classify(agent, method, purpose=purpose, accept=accept)
        visitor = self._hash(at.date(), address, agent)
        self._keep_in_mind(visitor, Seen(at, page_id, facts))
        return {
            "page_id": page_id,
            "at": at,
            "hits": hits,
            "visitor": visitor,
            "traffic": verdict.traffic.value,
            "traffic_reason": verdict.reason,
            "channel": decision.channel.value,
            "source": decision.source or None,
            "medium": facts.medium or None,
            "campaign": facts.campaign or None,
            "referrer": facts.referrer_host or None,
            "touch": None if facts.is_direct else to_json(facts, with_values=False),
        }

    def _keep_in_mind(self, visitor: bytes, seen: Seen) -> None:
        visits = self._seen.get(visitor)
        if visits is None:
            self._seen[visitor] = [seen]
            if len(self._seen) > MOST_REMEMBERED:
                self._seen.popitem(last=False)
        else:
            self._seen.move_to_end(visitor)
            visits.append(seen)
            if len(visits) > VISITS_PER_VISITOR:
                del visits[1]

    def _stored_visits(self, visitors: list[bytes], now: datetime) -> list[Seen]:
        """Visits that another process recorded; a crowd of posts asks for them together."""
        return self._database.gather(_stored_visits, (visitors, now - MEMORY))

    def _hash(self, day: date, address: str, agent: str) -> bytes:
        return visitor_hash(self._salt(day), _SITE, address=address, user_agent=agent)

    def _salt(self, day: date) -> bytes:
        salt = self._salts.get(day)
        if salt is None:
            salt = self._database.write(lambda session: actions.salt_of(session, day, fresh=os.urandom(16)))
            kept = {known: value for known, value in self._salts.items() if day - known < timedelta(days=2)}
            self._salts = {**kept, day: salt}
        return salt


def _stored_visits(session: Session, asked: Sequence[tuple[list[bytes], datetime]]) -> list[list[Seen]]:
    """For each visitor's hashes what was stored since a moment, oldest first; one query for all."""
    everybody = [visitor for visitors, _ in asked for visitor in visitors]
    rows = queries.visits_since(
        session, everybody, min(since for _, since in asked), limit=_MOST_STORED + len(everybody)
    )
    found: dict[bytes, list[Seen]] = {}
    for row in rows:
        found.setdefault(row.visitor, []).append(Seen(row.at, row.page_id, from_json(row.touch or {})))
    return [[seen for visitor in visitors for seen in found.get(visitor, ())] for visitors, _ in asked]


@lru_cache(maxsize=4096)
def _channel(facts: TouchFacts) -> ChannelDecision:
    return channel_of(facts)
