"""Runs the retention rules in small units, so that visitors never wait for them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from app.attribution import actions as attribution
from app.capture import actions as capture
from app.capture import queries as captured
from app.consent import actions as consent
from app.db import Database
from app.ids import first_id_at
from app.journey import retention
from app.journey.retention import Cutoffs
from app.offers import actions as offers
from app.outbox import actions as outbox
from app.reports.retention import Overdue, overdue
from config import Settings

BATCH = 500


def daily(settings: Settings, database: Database) -> Callable[[datetime], None]:
    """The upkeep that a worker calls once a day."""

    def upkeep(now: datetime) -> None:
        purge(settings, database, now=now)

    return upkeep


def due(settings: Settings, database: Database, *, now: datetime) -> Overdue:
    """What a purge would do now; changes nothing."""
    ends = _cutoffs(settings, now)
    return database.read(
        lambda session: overdue(
            session,
            unconfirmed=ends.unconfirmed,
            networks=ends.networks,
            messages=ends.messages,
            salts=now.date() - attribution.SALT_LIFE,
        )
    )


def purge(settings: Settings, database: Database, *, now: datetime) -> Overdue:
    """Do it, in units of at most 500 rows; gives what was done."""
    ends = _cutoffs(settings, now)
    return Overdue(
        unconfirmed=_unconfirmed(database, ends, now=now),
        networks=_networks(database, ends),
        messages=_messages(database, ends),
        salts=database.write(partial(attribution.forget_salts, today=now.date())),
    )


def _cutoffs(settings: Settings, now: datetime) -> Cutoffs:
    return retention.cutoffs(now, unconfirmed_days=settings.unconfirmed_days, network_days=settings.network_days)


def _unconfirmed(database: Database, ends: Cutoffs, *, now: datetime) -> int:
    until, total = first_id_at(ends.unconfirmed), 0
    while ids := database.read(partial(captured.never_confirmed, until=until, limit=BATCH)):
        total += database.write(partial(retention.forget_unconfirmed, submission_ids=ids, now=now))
    return total


def _networks(database: Database, ends: Cutoffs) -> int:
    before = ends.networks
    total = database.write(partial(consent.blank_networks, before=before))
    total += database.write(partial(offers.blank_networks, before=before))
    return total + _submission_networks(database, first_id_at(before))


def _submission_networks(database: Database, until: str) -> int:
    after, total = "", 0
    while ids := database.read(partial(captured.with_network, after=after, until=until, limit=BATCH)):
        total += database.write(partial(capture.blank_networks, submission_ids=ids))
        after = ids[-1]
    return total


def _messages(database: Database, ends: Cutoffs) -> int:
    total = 0
    while done := database.write(partial(outbox.purge, before=ends.messages, limit=BATCH)):
        total += done
    return total
