"""Somebody confirmed the address: the pending submission becomes a lead with consents, source, access and score.

All of it, and everything that must now leave the house, in one unit of work.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.attribution import actions as attribution
from app.attribution.models import Touch
from app.capture import actions as capture
from app.capture.models import Submission
from app.consent import actions as consent
from app.consent import evidence as proof
from app.consent import queries as consent_queries
from app.consent.models import Consent
from app.consent.suppression import SuppressionMac
from app.ids import new_id
from app.journey import handover
from app.journey.grant import grant
from app.journey.judge import judge
from app.journey.rules import SiteRules
from app.leads import actions as leads
from app.outbox import actions as outbox
from app.outbox import queries as outbox_queries
from app.outbox.topics import MailConfirm, MailOffer
from app.pages.live import RevisionFacts

SOFTWARE = "gatepost 0.1"


@dataclass(frozen=True, slots=True)
class Press:
    """The second step as it happened: from where, and how it was graded (clean, code, same browser)."""

    network: str
    agent: str
    grade: str


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What came of it; a repeat changes nothing and gives the same."""

    submission_id: str
    lead_id: str
    is_first: bool


def confirm(
    session: Session,
    submission_id: str,
    *,
    facts: RevisionFacts,
    rules: SiteRules,
    press: Press,
    macs: tuple[SuppressionMac, ...],
    now: datetime,
) -> Confirmed:
    """Confirm once; `facts` are those of the submission's revision. Raises ConfirmationExpired."""
    submission, is_first = capture.confirm(session, submission_id, now=now)
    if not is_first:
        return Confirmed(submission_id, submission.lead_id or "", False)
    lead, _ = leads.admit(
        session,
        email=submission.email,
        email_key=submission.email_key,
        known=_known(submission, facts),
        answers=submission.answers,
        locale=submission.locale,
        told_at=submission.created_at,
        now=now,
    )
    submission.lead_id = lead.id
    consents = _give_consents(session, submission, lead.id, facts=facts, press=press, now=now)
    consent.clear_by_asking(session, macs, [each.purpose for each in consents])
    touches = attribution.keep_touches(
        session,
        submission.touches,
        lead_id=lead.id,
        submission_id=submission.id,
        campaigns=rules.campaigns,
        page_campaign=facts.campaign or "",
    )
    access = grant(session, lead_id=lead.id, submission_id=submission.id, facts=facts, now=now)
    leads.remember(
        session,
        lead.id,
        key=f"confirmed:{submission.id}",
        kind="confirmed",
        facts=_deed(facts, touches, consents),
        at=now,
    )
    judged = judge(session, lead, rules=rules, cause="confirmed", now=now)
    outbox.cancel(session, submission_id=submission.id, topic=MailConfirm.name, reason="Confirmed.", now=now)
    outbox.put(
        session,
        MailOffer.name,
        {"access": access.id},
        lead_id=lead.id,
        submission_id=submission.id,
        unique_key=f"offer:{submission.id}",
        now=now,
    )
    story = handover.Story(facts, touches, access.offer, judged)
    handover.tell_confirmed(session, lead, submission, story, now=now)
    if judged.became_qualified:
        handover.tell_qualified(session, lead, submission, story, now=now)
    return Confirmed(submission.id, lead.id, True)


def _known(submission: Submission, facts: RevisionFacts) -> dict[str, str]:
    return {name: str(submission.answers[key]) for name, key in facts.form_spec.known if key in submission.answers}


def _deed(facts: RevisionFacts, touches: list[Touch], consents: list[Consent]) -> dict[str, Any]:
    last = touches[-1] if touches else None
    found: dict[str, Any] = {
        "page.slug": facts.slug,
        "page.locale": facts.locale,
        "offer.kind": facts.offer.kind,
        "consent.given": [each.purpose for each in consents],
    }
    if last is not None:
        found |= {"touch.channel": last.channel, "touch.source": last.source or "", "touch.medium": last.medium or ""}
        if last.campaign:
            found["touch.campaign"] = last.campaign
    return found


def _give_consents(
    session: Session, submission: Submission, lead_id: str, *, facts: RevisionFacts, press: Press, now: datetime
) -> list[Consent]:
    shown = {item.purpose: item for item in facts.consents}
    given = []
    for asked in submission.consents:
        words = shown.get(asked["purpose"])
        if not asked["ticked"] or words is None:
            continue
        record_id = new_id()
        texts = {"label": words.label, "notice": words.notice, "frequency": words.frequency, "withdraw": words.withdraw}
        texts["button"] = facts.form_spec.submit_label
        evidence = proof.Evidence(
            record_id=record_id,
            purpose=words.purpose,
            purpose_version=words.version,
            locale=submission.locale,
            page=facts.slug,
            revision=facts.revision_id,
            offer=facts.offer.title,
            variant="",
            texts=tuple(proof.shown_text(kind, text) for kind, text in texts.items() if text),
            unticked_by_default=True,
            ticked=True,
            submitted=_moment(submission),
            mailing=_mailing(session, submission.id),
            fetches=_openings(session, submission.id),
            confirmed=proof.Moment(now, press.network, press.agent),
            grade=press.grade,
            token_id=submission.id,
            software=SOFTWARE,
        )
        given.append(
            consent.give(
                session,
                record_id=record_id,
                lead_id=lead_id,
                submission_id=submission.id,
                revision_id=facts.revision_id,
                purpose=words.purpose,
                wording=words.wording,
                evidence=evidence,
                requested_at=submission.created_at,
                now=now,
            )
        )
    return given


def _moment(submission: Submission) -> proof.Moment:
    kept = submission.evidence
    return proof.Moment(submission.created_at, kept.get("network", ""), kept.get("agent", ""))


def _mailing(session: Session, submission_id: str) -> proof.Mailing | None:
    sent = outbox_queries.sent_mail_of(session, submission_id)
    if sent is None:
        return None
    return proof.Mailing(sent.sent_at, sent.mail_id, sent.digest, sent.reply)


def _openings(session: Session, submission_id: str) -> tuple[proof.Moment, ...]:
    openings = consent_queries.openings_of(session, submission_id)
    return tuple(proof.Moment(each.at, each.network or "", each.agent or "") for each in openings)
