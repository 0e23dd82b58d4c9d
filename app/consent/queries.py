"""What the consent room tells: where somebody stands with each purpose, suppressions, fetches of links."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.consent.confirmation import Fetch
from app.consent.models import Consent, LinkFetch, Suppression, Wording
from app.consent.status import ConsentStatus
from app.consent.suppression import SuppressionEntry, SuppressionMac, SuppressionReason


def consents_of(session: Session, lead_id: str) -> Sequence[Consent]:
    """All consent records of a lead, oldest first."""
    return session.scalars(select(Consent).where(Consent.lead_id == lead_id).order_by(Consent.id)).all()


def given_purposes(session: Session, lead_id: str) -> frozenset[str]:
    """The purposes somebody agrees to now."""
    statement = select(Consent.purpose).where(Consent.lead_id == lead_id, Consent.state == ConsentStatus.GIVEN.value)
    return frozenset(session.scalars(statement))


def wordings(session: Session, digests: Sequence[str]) -> dict[str, Wording]:
    """Kept wordings by digest."""
    found = session.scalars(select(Wording).where(Wording.digest.in_(set(digests))))
    return {wording.digest: wording for wording in found}


def suppressions_of(session: Session, macs: Sequence[SuppressionMac]) -> list[SuppressionEntry]:
    """Every entry about an address, under any kept pepper."""
    rows = session.execute(
        select(Suppression.reason, Suppression.scope).where(Suppression.mac.in_([mac.mac for mac in macs]))
    )
    return [SuppressionEntry(SuppressionReason(row.reason), row.scope) for row in rows]


def fetches_of(session: Session, submission_id: str, *, since: datetime) -> list[Fetch]:
    """Who fetched the links of a submission's mails since `since`, oldest first."""
    rows = session.execute(
        select(LinkFetch.at, LinkFetch.link)
        .where(LinkFetch.submission_id == submission_id, LinkFetch.at >= since)
        .order_by(LinkFetch.at)
        .limit(500)
    )
    return [Fetch(row.at, row.link) for row in rows]


def openings_of(session: Session, submission_id: str, *, limit: int = 20) -> Sequence[LinkFetch]:
    """The first fetches of the confirmation link, as evidence."""
    statement = (
        select(LinkFetch)
        .where(LinkFetch.submission_id == submission_id, LinkFetch.link == "confirm")
        .order_by(LinkFetch.id)
        .limit(limit)
    )
    return session.scalars(statement).all()
