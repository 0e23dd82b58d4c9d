"""What a mail says, gathered at the moment of sending: consent, suppression and expiry are looked at again here."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.capture import queries as capture
from app.capture.submission import State
from app.consent import queries as consent
from app.consent.suppression import may_mail
from app.journey.addresses import Addresses, address_macs
from app.leads import queries as leads
from app.leads.models import Lead
from app.offers import queries as offers
from app.offers.models import Access
from app.outbox.delivery import Claimed
from app.outbox.mail import Cancel, MailContext
from app.outbox.topics import MailAlready, MailConfirm, MailOffer, MailUnsubscribed
from app.pages import queries as pages
from app.pages.live import RevisionFacts
from app.pages.moment import zone
from app.pages.time_words import moment_words, zone_words
from app.texts import Texts
from config import Settings


@dataclass(frozen=True, slots=True)
class MailContexts:
    """Gathers the context of any mail topic; one per process."""

    settings: Settings
    addresses: Addresses
    texts: Texts

    def __call__(self, session: Session, message: Claimed, now: datetime) -> MailContext | Cancel:
        """The context of a leased message, or why it is not to be sent any more."""
        payload = json.loads(message.payload or "{}")
        match message.topic:
            case MailConfirm.name:
                return self._confirm(session, message.submission_id or "", now)
            case MailOffer.name | MailAlready.name:
                return self._offer(session, payload.get("access", ""), now)
            case MailUnsubscribed.name:
                return self._unsubscribed(session, message.lead_id or "", payload.get("submission", ""))
        return Cancel(f"No mail is known for the topic {message.topic}.")

    def _confirm(self, session: Session, submission_id: str, now: datetime) -> MailContext | Cancel:
        submission = capture.submission(session, submission_id)
        if submission is None:
            return Cancel("The submission is gone.")
        if submission.state != State.PENDING:
            return Cancel(f"The submission is {submission.state} already.")
        if submission.expires_at <= now:
            return Cancel("The time to confirm is over.")
        entries = consent.suppressions_of(session, address_macs(submission.email_key, self.settings.secret_keys))
        allowed = may_mail(entries, "confirmation", confirmation=True)
        if not allowed.allowed:
            return Cancel(allowed.reason)
        facts = pages.revision_facts(session, submission.revision_id)
        code = self.addresses.tokens.code(submission.id)
        return self._context(
            submission.email,
            submission.locale,
            facts,
            asked_at=_moment_text(submission.created_at, "UTC", submission.locale),
            confirm_url=self.addresses.confirm(submission.id),
            trap_url=self.addresses.trap(submission.id),
            code=f"{code[:3]} {code[3:]}",
            expires_days=self.settings.confirm_days,
        )

    def _offer(self, session: Session, access_id: str, now: datetime) -> MailContext | Cancel:
        access = offers.access(session, access_id)
        lead = leads.lead(session, access.lead_id) if access else None
        if access is None or lead is None:
            return Cancel("The access is gone.")
        stop = self._stopped(session, lead)
        if stop is not None:
            return stop
        facts = pages.revision_facts(session, access.revision_id)
        given = consent.given_purposes(session, lead.id)
        return self._context(
            lead.email,
            access.facts["locale"],
            facts,
            unsubscribe_url=self.addresses.unsubscribe(lead.id) if given else None,
            access_url=self.addresses.access(access.id),
            preferences_url=self.addresses.preferences(lead.id),
            expires_days=_days_left(access, now),
            event_time_text=_event_text(access),
            coupon_code=access.facts.get("code") or "",
            first_name=lead.first_name or "",
        )

    def _unsubscribed(self, session: Session, lead_id: str, submission_id: str) -> MailContext | Cancel:
        lead = leads.lead(session, lead_id)
        submission = capture.submission(session, submission_id)
        if lead is None or submission is None:
            return Cancel("The person was erased.")
        stop = self._stopped(session, lead)
        if stop is not None:
            return stop
        facts = pages.revision_facts(session, submission.revision_id)
        return self._context(lead.email, lead.locale, facts, preferences_url=self.addresses.preferences(lead.id))

    def _stopped(self, session: Session, lead: Lead) -> Cancel | None:
        """Mails that somebody asked for are stopped by a bounce, a complaint or an objection, not by a withdrawal."""
        entries = consent.suppressions_of(session, address_macs(lead.email_key, self.settings.secret_keys))
        allowed = may_mail(entries, "deliver_offer", confirmation=True)
        return None if allowed.allowed else Cancel(allowed.reason)

    def _context(
        self, to: str, locale: str, facts: RevisionFacts, *, unsubscribe_url: str | None = None, **more: Any
    ) -> MailContext:
        brand = facts.record.brand
        return MailContext(
            to=to,
            translate=self.texts.for_locale(locale),
            facts={
                "brand": brand,
                "page_title": facts.record.page.heading,
                "offer_title": facts.offer.title,
                "offer_kind": facts.offer.kind,
                **more,
            },
            sender_name=self.settings.mail_from.name or brand.name,
            sender_address=self.settings.mail_from.address,
            reply_to=brand.email or None,
            unsubscribe_url=unsubscribe_url,
            campaign=facts.campaign or facts.slug,
        )


def _moment_text(at: datetime, zone_name: str, locale: str) -> str:
    at_home = at.astimezone(zone(zone_name))
    return f"{moment_words(at_home, locale, 'long')} {zone_words(at_home, locale, is_short=True)}"


def _event_text(access: Access) -> str:
    if access.kind != "webinar":
        return ""
    locale = access.facts["locale"]
    starts = datetime.fromisoformat(access.facts["starts_at"]).astimezone(zone(access.facts["zone"]))
    return f"{moment_words(starts, locale)} {zone_words(starts, locale)}"


def _days_left(access: Access, now: datetime) -> int:
    """Whole days from the grant to the end of an ebook's access; 0 where nothing ends."""
    if access.kind != "ebook" or access.expires_at is None:
        return 0
    return max(1, round((access.expires_at - now).total_seconds() / 86_400))
