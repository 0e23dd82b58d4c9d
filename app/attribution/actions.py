"""What changes in the attribution room: visits, daily salts, and the touches of confirmed leads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.attribution.campaign import CampaignMap, resolve
from app.attribution.channel import RULES_VERSION, channel_of
from app.attribution.models import DailySalt, Touch, Visit
from app.attribution.touch import from_json
from app.ids import new_id

SALT_LIFE = timedelta(days=2)
_BATCH = 500


def keep_visits(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Append a flush of visits."""
    session.connection().execute(insert(cast(Table, Visit.__table__)), list(rows))


def salt_of(session: Session, day: date, *, fresh: bytes) -> bytes:
    """The salt of `day`; `fresh` becomes it when there is none yet. Of two processes the first one wins."""
    make = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.execute(make(DailySalt).values(day=day, salt=fresh).on_conflict_do_nothing(index_elements=["day"]))
    salt = session.scalar(select(DailySalt.salt).where(DailySalt.day == day))
    assert salt is not None
    return salt


def forget_salts(session: Session, *, today: date) -> int:
    """Delete salts older than 48 hours: the hashes made with them lead back to nobody from then on."""
    result = session.execute(delete(DailySalt).where(DailySalt.day <= today - SALT_LIFE))
    return int(result.rowcount)  # type: ignore[attr-defined]


def keep_touches(
    session: Session,
    touches: Sequence[dict[str, Any]],
    *,
    lead_id: str,
    submission_id: str,
    campaigns: CampaignMap,
    page_campaign: str,
) -> list[Touch]:
    """Copy the touches frozen on a submission to the lead, with channel and campaign; the raw facts stay with them."""
    kept = []
    for position, frozen in enumerate(touches):
        facts = from_json(frozen["facts"])
        decision = channel_of(facts)
        is_last = position == len(touches) - 1
        match = resolve(campaigns, facts, page_default=page_campaign if is_last else "")
        touch = Touch(
            id=new_id(),
            lead_id=lead_id,
            submission_id=submission_id,
            position=position,
            at=datetime.fromisoformat(frozen["at"]),
            channel=decision.channel.value,
            channel_rule=f"{RULES_VERSION}:{decision.rule}",
            source=decision.source or None,
            medium=facts.medium or None,
            utm_campaign=facts.campaign or facts.campaign_id or None,
            campaign=match.key,
            referrer=facts.referrer_host or None,
            facts=frozen["facts"],
        )
        session.add(touch)
        kept.append(touch)
    session.flush()
    return kept


def remap_campaigns(session: Session, campaigns: CampaignMap) -> int:
    """Resolve all tagged touches again under a new mapping, in batches; gives how many changed."""
    changed, last = 0, ""
    while True:
        rows = session.execute(
            select(Touch.id, Touch.campaign, Touch.facts)
            .where(Touch.id > last, Touch.utm_campaign.is_not(None))
            .order_by(Touch.id)
            .limit(_BATCH)
        ).all()
        for row in rows:
            key = resolve(campaigns, from_json(row.facts)).key
            if key != row.campaign:
                session.execute(update(Touch).where(Touch.id == row.id).values(campaign=key))
                changed += 1
        if len(rows) < _BATCH:
            return changed
        last = rows[-1].id


def forget(session: Session, lead_id: str) -> None:
    """Delete the touches of an erased lead."""
    session.execute(delete(Touch).where(Touch.lead_id == lead_id))
