"""What CRMs are told about a lead: events rendered once and owed to every endpoint that subscribed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy.orm import Session

from app.attribution.models import Touch
from app.capture.models import Submission
from app.consent.models import Consent
from app.journey.judge import Judged
from app.leads import actions as leads
from app.leads.models import Lead
from app.outbox import actions as outbox
from app.outbox import events
from app.pages.live import RevisionFacts


def tell_confirmed(
    session: Session,
    lead: Lead,
    submission: Submission,
    *,
    facts: RevisionFacts,
    touches: Sequence[Touch],
    consents: Sequence[Consent],
    offer: str,
    judged: Judged,
    now: datetime,
) -> None:
    """Owe lead.confirmed, and lead.qualified when the lead just became qualified."""
    person = _person(lead, submission, facts=facts, touches=touches, consents=consents, offer=offer, now=now)
    score = events.Score(
        total=judged.score.total, fit=judged.score.fit, engagement=judged.score.engagement, band=lead.band
    )
    confirmed = events.LeadConfirmedData(
        **person, sequence=leads.next_sequence(session, lead), score=score, stage=lead.stage
    )
    outbox.put_for_endpoints(session, events.LeadConfirmed(timestamp=now, data=confirmed), lead_id=lead.id, now=now)
    if judged.became_qualified:
        qualified = events.LeadQualifiedData(
            **person,
            sequence=leads.next_sequence(session, lead),
            score=score,
            stage=lead.stage,
            reasons=tuple(reason.text for reason in judged.qualification.reasons if reason.met),
            qualified_at=now,
        )
        event = events.LeadQualified(timestamp=now, data=qualified)
        outbox.put_for_endpoints(session, event, lead_id=lead.id, now=now)


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


def _person(
    lead: Lead,
    submission: Submission,
    *,
    facts: RevisionFacts,
    touches: Sequence[Touch],
    consents: Sequence[Consent],
    offer: str,
    now: datetime,
) -> dict[str, Any]:
    last = touches[-1] if touches else None
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
        "offer": events.Offer(id=offer, kind=facts.offer.kind, title=facts.offer.title),
        "form_id": submission.revision_id,
        "submission_id": submission.id,
        "answers": _answers(submission, facts),
        "utm": _utm(last),
        "channel": last.channel if last else None,
        "campaign": last.campaign if last else None,
        "referrer": f"https://{last.referrer}" if last and last.referrer else None,
        "click_ids": _click_ids(last),
        "consent": _consent(submission, facts, consents, now),
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


def _consent(
    submission: Submission, facts: RevisionFacts, consents: Sequence[Consent], now: datetime
) -> events.Consent:
    labels = {item.purpose: item for item in facts.consents}
    return events.Consent(
        marketing=bool(consents),
        given_at=submission.created_at,
        confirmed_at=now,
        ip=submission.evidence.get("network") or None,
        purposes=tuple(
            events.PurposeConsent(
                purpose=consent.purpose,
                text=labels[consent.purpose].label,
                version=labels[consent.purpose].version,
                given_at=submission.created_at,
            )
            for consent in consents
        ),
    )
