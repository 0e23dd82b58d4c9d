"""A lead did something: score it anew, decide whether it is qualified, and move its stage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.journey.rules import SiteRules
from app.leads import actions as leads
from app.leads import queries as lead_queries
from app.leads.conditions import Fact, Facts
from app.leads.facts import profile_facts as facts_of
from app.leads.identity import address_of
from app.leads.lifecycle import Stage, stage_after
from app.leads.models import Lead
from app.leads.qualification import Band, BandState, Qualification, qualify
from app.leads.scoring import Score, ScoreEvent, ScoreLine, score

_LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class Judged:
    """What came out, and whether the lead became qualified just now."""

    score: Score
    qualification: Qualification
    became_qualified: bool


def judge(session: Session, lead: Lead, *, rules: SiteRules, cause: str, now: datetime) -> Judged:
    """Score, qualify and stage a lead by everything it told and did; every number keeps its reasons."""
    deeds = lead_queries.deeds(session, lead.id)
    events = [ScoreEvent(deed.key, deed.kind, deed.at, _facts(deed.facts)) for deed in deeds]
    profile = profile_facts(lead)
    scored = score(rules.scoring, profile, events, now=now)
    leads.replace_score(session, lead, [_row(line) for line in scored.lines], rules_version=scored.rules_version)
    decision = qualify(
        rules.qualification,
        scored,
        profile=profile,
        events=[{**event.facts, "event.kind": event.kind} for event in events],
        previous=_previous_band(lead),
        now=now,
    )
    became = leads.judge(
        session,
        lead,
        band=decision.band.band.value,
        standing=_standing(decision),
        is_qualified=decision.qualified,
        now=now,
    )
    stage = stage_after(
        Stage(lead.stage) if lead.stage else None,
        qualified=decision.qualified,
        disqualified=bool(scored.disqualified),
    )
    reasons = [reason.text for reason in decision.reasons]
    leads.move(session, lead, stage.value, cause=f"{cause}:{decision.rule}", reasons=reasons, now=now)
    return Judged(scored, decision, became)


def profile_facts(lead: Lead) -> Facts:
    """What rules can ask about a person, under the names of `docs/scoring.md`."""
    address = address_of(lead.email_key)
    if address is None:
        raise ValueError("the address key of a lead is always an address")
    return facts_of(
        address=address,
        answers={name: kept["value"] for name, kept in lead.profile.items() if not name.startswith("known.")},
        locale=lead.locale,
        country=lead.country or "",
        phone=lead.phone or "",
        company=lead.company or "",
        job_title=lead.job_title or "",
    )


def _facts(values: dict[str, Any]) -> dict[str, Fact]:
    return {
        name: tuple(str(item) for item in value) if isinstance(value, list) else value
        for name, value in values.items()
        if isinstance(value, str | int | float | bool | list)
    }


def _previous_band(lead: Lead) -> BandState | None:
    if not lead.standing:
        return None
    since = lead.standing.get("below_since")
    return BandState(Band(lead.band), datetime.fromisoformat(since) if since else None)


def _standing(decision: Qualification) -> dict[str, Any]:
    since = decision.band.below_since
    return {
        "rule": decision.rule,
        "fit": decision.fit.value,
        "reasons": [{"text": reason.text, "met": reason.met} for reason in decision.reasons],
        "below_since": since.isoformat() if since else None,
    }


def _row(line: ScoreLine) -> dict[str, Any]:
    return {
        "kind": line.kind.value,
        "rule": line.rule,
        "event": line.event,
        "points": line.points,
        "reason": line.reason[:_LONGEST_REASON],
        "at": line.at,
    }
