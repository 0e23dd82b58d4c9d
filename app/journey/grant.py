"""What a confirmed person gets: the access to the page's offer, and the code if it is a coupon."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.offers import actions as offers
from app.offers.kinds import KINDS
from app.offers.models import Access
from app.pages.live import RevisionFacts


def offer_id(facts: RevisionFacts) -> str:
    """The name of a page's offer; asking for the same one again renews the access."""
    offer = facts.offer.model_dump(mode="json")
    return KINDS[facts.offer.kind].identity(facts.slug, offer)


def grant(session: Session, *, lead_id: str, submission_id: str, facts: RevisionFacts, now: datetime) -> Access:
    """Give the lead the offer of the revision it asked on; a coupon takes its code here, atomically."""
    offer = facts.offer.model_dump(mode="json")
    right = KINDS[facts.offer.kind].grant(offer, now=now)
    return offers.grant(
        session,
        lead_id=lead_id,
        submission_id=submission_id,
        revision_id=facts.revision_id,
        offer=offer_id(facts),
        kind=facts.offer.kind,
        facts=_kept_facts(session, offer, facts, lead_id, now),
        max_downloads=right.max_uses,
        expires_at=right.expires_at,
        now=now,
    )


def _kept_facts(
    session: Session, offer: dict[str, Any], facts: RevisionFacts, lead_id: str, now: datetime
) -> dict[str, Any]:
    kept = {**offer, "slug": facts.slug, "locale": facts.locale}
    if facts.offer.kind == "ebook":
        kept |= facts.record.gated[offer["file"]].model_dump(mode="json")
    if facts.offer.kind == "coupon":
        kept["code"] = offers.take_code(session, offer["pool"], lead_id, now=now)
    return kept
