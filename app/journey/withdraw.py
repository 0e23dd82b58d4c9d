"""Somebody takes consent back: for one purpose or for all, as easily as it was given."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.consent import actions as consent
from app.consent.suppression import ALL, SuppressionMac, SuppressionReason
from app.errors import NotFound
from app.journey import handover
from app.leads import actions as leads
from app.leads import queries as lead_queries
from app.leads.models import Lead
from app.outbox import actions as outbox
from app.outbox.topics import MailUnsubscribed


def withdraw(
    session: Session,
    lead_id: str,
    *,
    purposes: Sequence[str] | None,
    by: str,
    mac: SuppressionMac,
    now: datetime,
) -> list[str]:
    """Withdraw these purposes (None: everything); gives those that changed. A repeat changes nothing.

    Taking everything back also suppresses the address for all marketing; what was asked for can still be fetched.
    """
    lead = _lead(session, lead_id)
    changed = consent.withdraw(session, lead_id, purposes=purposes, by=by, now=now)
    scopes = [ALL] if purposes is None else [each.purpose for each in changed]
    for scope in scopes:
        consent.suppress(session, mac, scope=scope, reason=SuppressionReason.WITHDRAWN, now=now)
    if changed:
        leads.remember(
            session,
            lead_id,
            key=f"withdrawn:{changed[-1].id}",
            kind="withdrawn",
            facts={"consent.withdrawn": [each.purpose for each in changed]},
            at=now,
        )
        handover.tell_withdrawn(session, lead, changed, source=by, now=now)
        outbox.put(
            session,
            MailUnsubscribed.name,
            {"purposes": [each.purpose for each in changed], "submission": changed[-1].submission_id},
            lead_id=lead_id,
            submission_id=changed[-1].submission_id,
            unique_key=f"unsubscribed:{changed[-1].id}",
            now=now,
        )
    return [each.purpose for each in changed]


def _lead(session: Session, lead_id: str) -> Lead:
    lead = lead_queries.lead(session, lead_id)
    if lead is None:
        raise NotFound("There is nothing here any more: this person's data was erased.")
    return lead
