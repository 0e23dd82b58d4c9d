"""What changes in the leads room: leads admitted and merged, scored, moved between stages, erased."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.ids import new_id
from app.leads.identity import FieldValue, merge_fields
from app.leads.models import Lead, LeadEvent, ScoreLine, StageChange

_COLUMNS = ("first_name", "last_name", "company", "phone", "job_title", "country")
_LENGTHS = {"first_name": 200, "last_name": 200, "company": 200, "phone": 20, "job_title": 200, "country": 2}


def admit(
    session: Session,
    *,
    email: str,
    email_key: str,
    known: Mapping[str, str],
    answers: Mapping[str, Any],
    locale: str,
    told_at: datetime,
    now: datetime,
) -> tuple[Lead, bool]:
    """The lead with this address, made when it is new (True): the same address is the same person, nothing else is.

    `known` are the standard keys, `answers` everything; field by field the newest value that is not empty stays.
    Two confirmations of one address at once: one insert wins by unique (email_key), the other finds the row.
    """
    is_new = _insert(session, email=email, email_key=email_key, locale=locale, now=now)
    lead = session.scalars(select(Lead).where(Lead.email_key == email_key).with_for_update()).one()
    told = {name: FieldValue(value, told_at) for name, value in answers.items()}
    held = {
        name: FieldValue(entry["value"], datetime.fromisoformat(entry["at"])) for name, entry in lead.profile.items()
    }
    merged = merge_fields(held, told | {f"known.{name}": FieldValue(value, told_at) for name, value in known.items()})
    lead.profile = {name: {"value": kept.value, "at": kept.at.isoformat()} for name, kept in merged.items()}
    for column in _COLUMNS:
        kept_value = merged.get(f"known.{column}")
        if kept_value is not None:
            setattr(lead, column, str(kept_value.value)[: _LENGTHS[column]])
    lead.locale = locale
    lead.updated_at = now
    session.flush()
    return lead, is_new


def remember(session: Session, lead_id: str, *, key: str, kind: str, facts: dict[str, Any], at: datetime) -> bool:
    """Keep something a lead did, once by its key; False when it is known already."""
    make = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = {"id": new_id(), "lead_id": lead_id, "key": key, "kind": kind, "facts": facts, "at": at}
    statement = make(LeadEvent).values(**row).on_conflict_do_nothing(index_elements=["lead_id", "key"])
    return session.scalar(statement.returning(LeadEvent.id)) is not None


def replace_score(session: Session, lead: Lead, lines: Sequence[dict[str, Any]], *, rules_version: str) -> None:
    """Put down the lines of a scoring; the lead's score is their sum, never anything else."""
    session.execute(delete(ScoreLine).where(ScoreLine.lead_id == lead.id))
    if lines:
        session.execute(
            insert(ScoreLine),
            [{"id": new_id(), "lead_id": lead.id, "rules_version": rules_version, **line} for line in lines],
        )
    lead.fit = sum(line["points"] for line in lines if line["kind"] == "fit")
    lead.engagement = sum(line["points"] for line in lines if line["kind"] == "engagement")
    lead.score = sum(line["points"] for line in lines)
    lead.rules_version = rules_version
    session.flush()


def move(
    session: Session, lead: Lead, to_stage: str, *, cause: str, reasons: Sequence[str], now: datetime
) -> StageChange | None:
    """Put a lead into a stage and write down why; nothing when it is there already."""
    if lead.stage == to_stage:
        return None
    change = StageChange(
        id=new_id(),
        lead_id=lead.id,
        from_stage=lead.stage or None,
        to_stage=to_stage,
        cause=cause,
        reasons=list(reasons),
        score=lead.score,
        at=now,
    )
    lead.stage = to_stage
    session.add(change)
    session.flush()
    return change


def next_sequence(session: Session, lead: Lead) -> int:
    """The number of the next event about a lead; receivers drop what is older than what they have."""
    lead.sequence += 1
    session.flush()
    return lead.sequence


def forget(session: Session, lead_id: str) -> None:
    """Delete a lead with its score, stages and deeds; other rooms forget theirs first."""
    for table in (ScoreLine, StageChange, LeadEvent):
        session.execute(delete(table).where(table.lead_id == lead_id))
    session.execute(delete(Lead).where(Lead.id == lead_id))


def judge(
    session: Session, lead: Lead, *, band: str, standing: dict[str, Any], is_qualified: bool, now: datetime
) -> bool:
    """Put down what the rules decided; True when the lead became qualified by it."""
    lead.band = band
    lead.standing = standing
    lead.updated_at = now
    became = is_qualified and lead.qualified_at is None
    if became:
        lead.qualified_at = now
    session.flush()
    return became


def _insert(session: Session, *, email: str, email_key: str, locale: str, now: datetime) -> bool:
    make = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = {
        "id": new_id(),
        "email": email,
        "email_key": email_key,
        "locale": locale,
        "profile": {},
        "stage": "",
        "band": "cold",
        "fit": 0,
        "engagement": 0,
        "score": 0,
        "rules_version": "",
        "standing": {},
        "sequence": 0,
        "created_at": now,
        "updated_at": now,
    }
    statement = make(Lead).values(**row).on_conflict_do_nothing(index_elements=["email_key"])
    return session.scalar(statement.returning(Lead.id)) is not None
