"""A pool gets codes: whoever waits for one gets it now, with the mail that was owed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.offers import actions as offers
from app.offers import queries as offer_queries
from app.outbox import actions as outbox
from app.outbox.topics import MailOffer


def restock(
    session: Session, pool: str, codes: Sequence[str], *, expires_at: datetime | None, now: datetime
) -> tuple[int, int]:
    """Put codes into a pool and serve those who wait; (new codes, people served)."""
    added = offers.stock(session, pool, codes, expires_at=expires_at)
    served = 0
    for access in offer_queries.waiting_for_code(session, f"coupon:{pool}"):
        code = offers.take_code(session, pool, access.lead_id, now=now)
        if code is None:
            break
        offers.hand_over_code(session, access, code)
        outbox.put(
            session,
            MailOffer.name,
            {"access": access.id},
            lead_id=access.lead_id,
            submission_id=access.submission_id,
            unique_key=f"offer:{access.submission_id}:code",
            now=now,
        )
        served += 1
    return added, served
