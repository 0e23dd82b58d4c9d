"""What CRMs are told about a lead: events rendered once and owed to every endpoint that subscribed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy.orm import Session

from app.attribution.models import Touch
from app.capture.models import Submission
from app.consent import queries as consent_queries
from app.consent.models import Consent
from app.consent.status import ConsentStatus
from app.journey.judge import Judged
from app.leads import actions as leads
from app.leads.models import Lead
from app.outbox import actions as outbox
from app.outbox import events
from app.pages.live import RevisionFacts


@dataclass(frozen=True, slots=True)
class Story:
    """What happened around a lead: the page it asked on, where it came from, what it got, what the rules made of it."""

    facts: RevisionFacts
    touches: Sequence[Touch]
    offer: str
    judged: Judged


def tell_confirmed(session: Session, lead: Lead, submission: Submission, story: Story, *, now: datetime) -> None:
    """Owe lead.confirmed."""
    data = events.LeadConfirmedData(
        **_person(session, lead, submission, story),
        sequence=leads.next_sequence(session, lead),
        score=_score(lead, story.judged),
        stage=lead.stage,
    )
    outbox.put_for_endpoints(session, events.LeadConfirmed(timestamp=now, data=data), lead_id=lead.id, now=now)


def tell_qualified(session: Session, lead: Lead, submission: Submission, story: Story, *, now: datetime) -> None:
    """Owe lead.qualified, with what spoke for it."""
    data = events.LeadQualifiedData(
        **_person(session, lead, submission, story),
        sequence=leads.next_sequence(session, lead),
        score=_score(lead, story.judged),
        stage=lead.stage,
        reasons=tuple(reason.text for reason in story.judged.qualification.reasons if reason.met),
        qualified_at=now,
    )
    outbox.put_for_endpoints(session, events.LeadQualified(timestamp=now, data=data), lead_id=lead.id, now=now)


def tell_withdrawn(session: Session, lead: Lead, consents: Sequence[Consent], *, source: str, now: datetime) -> None:
    """Owe consent.withdrawn, one event a purpose."""
    for consent in consents:
        data = events.ConsentWithdrawnData(
            id=lead.id,
            email=lead.email,
            purpose=consent.purpose,
            withdrawn_at=now,
            source=source,
            sequence=leads.next_sequence(session, lead),
        )
        outbox.put_for_endpoints(session, events.ConsentWithdrawn(timestamp=now, data=data), lead_id=lead.id, now=now)


def tell_erased(session: Session, lead: Lead, *, now: datetime) -> None:
    """Owe lead.erased, which names nobody."""
    data = events.LeadErasedData(
        id=lead.id,
        email_sha256=sha256(lead.email_key.encode()).hexdigest(),
        erased_at=now,
        sequence=leads.next_sequence(session, lead),
    )
    outbox.put_for_endpoints(session, events.LeadErased(timestamp=now, data=data), lead_id=lead.id, now=now)


def _person(session: Session, lead: Lead, submission: Submission, story: Story) -> dict[str, Any]:
    facts, last = story.facts, story.touches[-1] if story.touches else None
    return {
        "id": lead.id,
        "email": lead.email,
        "first_name": lead.first_name,
        "last_name": lead.last_name,
        "company": lead.company,
        "phone": lead.phone,
        "job_title": lead.job_title,
        "country": lead.country,
        "language": submission.locale,
        "page": events.Page(
            id=submission.page_id,
            url=facts.record.base_url + facts.record.path,
            title=facts.record.page.seo.title,
        ),
        "offer": events.Offer(id=story.offer, kind=facts.offer.kind, title=facts.offer.title),
        "form_id": submission.revision_id,
        "submission_id": submission.id,
        "answers": _answers(submission, facts),
        "utm": _utm(last),
        "channel": last.channel if last else None,
        "campaign": last.campaign if last else None,
        "referrer": f"https://{last.referrer}" if last and last.referrer else None,
        "click_ids": _click_ids(last),
        "consent": _consent(session, lead, submission),
    }


def _answers(submission: Submission, facts: RevisionFacts) -> dict[str, Any]:
    found = {}
    for field in facts.form_spec.fields:
        if field.key in submission.answers:
            found[field.key] = field.webhook(submission.answers[field.key])
    return found


def _utm(touch: Touch | None) -> events.Utm:
    if touch is None:
        return events.Utm()
    told = touch.facts
    return events.Utm(
        source=told.get("source"),
        medium=told.get("medium"),
        campaign=told.get("campaign"),
        term=told.get("term"),
        content=told.get("content"),
    )


def _click_ids(touch: Touch | None) -> dict[str, str | None]:
    if touch is None:
        return {}
    values = touch.facts.get("click_values", {})
    return {name: values.get(name) for name in touch.facts.get("click_ids", ())}


def _consent(session: Session, lead: Lead, submission: Submission) -> events.Consent:
    """Everything the person agrees to now, each with the words that were shown."""
    given = [each for each in consent_queries.consents_of(session, lead.id) if each.state == ConsentStatus.GIVEN]
    words = consent_queries.wordings(session, [each.wording for each in given])
    return events.Consent(
        marketing=bool(given),
        given_at=submission.created_at,
        confirmed_at=submission.confirmed_at or submission.created_at,
        ip=submission.evidence.get("network") or None,
        purposes=tuple(
            events.PurposeConsent(
                purpose=each.purpose,
                text=words[each.wording].texts["label"],
                version=words[each.wording].version,
                given_at=each.requested_at,
            )
            for each in given
        ),
    )


def _score(lead: Lead, judged: Judged) -> events.Score:
    return events.Score(
        total=judged.score.total, fit=judged.score.fit, engagement=judged.score.engagement, band=lead.band
    )
