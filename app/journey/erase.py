"""Somebody is forgotten: everything that names them goes, receivers are told, and only a keyed hash stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.attribution import actions as attribution
from app.capture import actions as capture
from app.capture import queries as capture_queries
from app.consent import actions as consent
from app.consent.suppression import ALL, SuppressionMac, SuppressionReason
from app.errors import NotFound
from app.journey import handover
from app.leads import actions as leads
from app.leads import queries as lead_queries
from app.offers import actions as offers
from app.outbox import actions as outbox


@dataclass(frozen=True, slots=True)
class Erased:
    """What went: the id that receivers know, and how many submissions."""

    lead_id: str
    submissions: int


def erase(session: Session, lead_id: str, *, mac: SuppressionMac, now: datetime) -> Erased:
    """Erase a person from every room (GDPR art. 17) and owe lead.erased to every receiver (art. 19).

    Counters and visits stay: they name nobody. A coupon code that was taken stays taken.
    """
    lead = lead_queries.lead(session, lead_id)
    if lead is None:
        raise NotFound("There is no such lead; it may have been erased already.")
    submissions = capture_queries.submissions_of(session, lead_id=lead.id, email_key=lead.email_key)
    ids: Sequence[str] = [submission.id for submission in submissions]
    outbox.forget(session, lead_id=lead.id, submission_ids=ids, now=now)
    handover.tell_erased(session, lead, now=now)
    consent.forget(session, lead.id, ids)
    attribution.forget(session, lead.id)
    offers.forget(session, lead.id)
    capture.forget(session, lead_id=lead.id, email_key=lead.email_key)
    consent.suppress(session, mac, scope=ALL, reason=SuppressionReason.ERASED, now=now)
    leads.forget(session, lead.id)
    return Erased(lead.id, len(ids))
