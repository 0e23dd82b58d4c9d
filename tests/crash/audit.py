"""The reckoning after a run: what was promised against what is stored, and what is stored against what arrived."""

from __future__ import annotations

import email
import email.policy
import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from standardwebhooks import Webhook

from app.capture.models import Submission
from app.consent.models import Consent
from app.leads.models import Lead
from app.offers.models import Access
from app.outbox.delivery import State
from app.outbox.models import Message
from tests.crash.house import House, opened
from tests.crash.ledger import Ledger

HOUSE_TOPIC = "house.upkeep"


@dataclass(slots=True)
class Figures:
    """What a run came to. `faults` is empty when nothing was lost or doubled."""

    engine: str
    seconds: float = 0.0
    kills: int = 0
    recoveries: list[float] = field(default_factory=list)
    posted: int = 0
    acknowledged: int = 0
    confirmed: int = 0
    messages: int = 0
    hooks: int = 0
    hooks_again: int = 0
    mails: int = 0
    mails_again: int = 0
    answers: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        slow = max(self.recoveries, default=0.0)
        mean = sum(self.recoveries) / max(len(self.recoveries), 1)
        return (
            f"{self.engine}: {self.seconds:.0f} s, {self.kills} kills, back after {mean:.1f} s (at most {slow:.1f} s); "
            f"{self.posted} people, {self.acknowledged} submissions and {self.confirmed} confirmations acknowledged, "
            f"{len(self.faults)} missing or doubled; {self.messages} messages; webhooks {self.hooks}, "
            f"{self.hooks_again} of them again under the same id; mails {self.mails}, {self.mails_again} of them again "
            f"under the same Message-ID; answers {self.answers}"
        )


@dataclass(slots=True)
class _Stored:
    submissions: dict[str, list[Submission]]
    leads: dict[str, Lead]
    consents: dict[str, list[Consent]]
    accesses: dict[str, Access]
    messages: dict[str, Message]
    topics: dict[str, Counter[str]]


def audit(house: House, ledger: Ledger, figures: Figures) -> Figures:
    """Compare everything and note every fault in `figures`."""
    with opened(house.database_url) as database:
        stored = database.read(_read)
    visitors = ledger.visitors
    figures.posted = len(visitors)
    figures.acknowledged = sum(visitor.accepted_at is not None for visitor in visitors)
    figures.confirmed = sum(visitor.confirmed_at is not None for visitor in visitors)
    figures.messages = len(stored.messages)
    figures.answers = dict(ledger.statuses)
    figures.faults += _broken_promises(ledger, stored)
    figures.faults += _half_confirmed(stored)
    figures.faults += _undelivered(stored)
    figures.faults += _hooks(house, stored, figures)
    figures.faults += _mails(house, stored, figures)
    return figures


def _read(session: Session) -> _Stored:
    submissions, consents = defaultdict(list), defaultdict(list)
    for submission in session.scalars(select(Submission)):
        submissions[submission.email].append(submission)
    for consent in session.scalars(select(Consent)):
        consents[consent.submission_id].append(consent)
    messages = {one.id: one for one in session.scalars(select(Message).where(Message.topic != HOUSE_TOPIC))}
    topics: dict[str, Counter[str]] = defaultdict(Counter)
    for message in messages.values():
        about = message.submission_id or json.loads(message.payload)["data"]["submission_id"]
        topics[about][message.topic] += 1
    leads = {lead.id: lead for lead in session.scalars(select(Lead))}
    accesses = {access.lead_id: access for access in session.scalars(select(Access))}
    session.expunge_all()
    return _Stored(submissions, leads, consents, accesses, messages, topics)


def _broken_promises(ledger: Ledger, stored: _Stored) -> list[str]:
    """Every acknowledged submission is stored once, every acknowledged confirmation counts."""
    faults = []
    for visitor in ledger.visitors:
        found = stored.submissions.get(visitor.email, [])
        if visitor.accepted_at is not None and len(found) != 1:
            faults.append(f"{visitor.email}: acknowledged and stored {len(found)} times")
        if visitor.accepted_at is None and len(found) > 1:
            faults.append(f"{visitor.email}: stored {len(found)} times")
        if visitor.confirmed_at is not None and not any(each.state == "confirmed" for each in found):
            faults.append(f"{visitor.email}: confirmation acknowledged and not stored")
        if found and "mail.confirm" not in stored.topics[found[0].id]:
            faults.append(f"{visitor.email}: a submission without its confirmation mail")
    return faults


def _half_confirmed(stored: _Stored) -> list[str]:
    """A confirmed submission has lead, consents as ticked, access and each of its messages exactly once."""
    faults = []
    for address, submissions in stored.submissions.items():
        for submission in submissions:
            if submission.state != "confirmed":
                continue
            lead = stored.leads.get(submission.lead_id or "")
            if lead is None or lead.id not in stored.accesses:
                faults.append(f"{address}: confirmed without lead or access")
                continue
            ticked = {each["purpose"] for each in submission.consents if each["ticked"]}
            given = [each.purpose for each in stored.consents[submission.id] if each.state == "given"]
            if sorted(ticked) != sorted(given):
                faults.append(f"{address}: ticked {sorted(ticked)}, given {sorted(given)}")
            wanted = {"mail.confirm": 1, "mail.offer": 1, "webhook.lead_confirmed": 1}
            if lead.qualified_at is not None:
                wanted["webhook.lead_qualified"] = 1
            if dict(stored.topics[submission.id]) != wanted:
                faults.append(f"{address}: messages {dict(stored.topics[submission.id])}, wanted {wanted}")
    return faults


def _undelivered(stored: _Stored) -> list[str]:
    """Everything is done; only a confirmation mail may be cancelled, by the confirmation it asked for."""
    confirmed = {each.id for found in stored.submissions.values() for each in found if each.state == "confirmed"}
    return [
        f"message {message.id} {message.topic}: {State(message.state).name} {message.reason or ''}"
        for message in stored.messages.values()
        if message.state != State.DONE and not _is_answered(message, confirmed)
    ]


def _is_answered(message: Message, confirmed: set[str]) -> bool:
    is_cancelled = message.state == State.CANCELLED and message.topic == "mail.confirm"
    return is_cancelled and message.submission_id in confirmed


def _hooks(house: House, stored: _Stored, figures: Figures) -> list[str]:
    """Each event arrived, signed, under the one id of its message, the same bytes every time."""
    faults: list[str] = []
    bodies: dict[str, bytes] = {}
    verifier = Webhook(house.secret)
    for arrived in house.receiver.arrived:
        headers = {name.lower(): value for name, value in arrived.headers.items()}
        message_id = headers["webhook-id"]
        # Signed anew instead of verified: a long run is older than the five minutes that verifying allows.
        sent_at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
        if verifier.sign(message_id, sent_at, arrived.body.decode()) not in headers["webhook-signature"].split():
            faults.append(f"webhook {message_id}: a wrong signature")
        figures.hooks += 1
        figures.hooks_again += message_id in bodies
        if bodies.setdefault(message_id, arrived.body) != arrived.body or message_id not in stored.messages:
            faults.append(f"webhook {message_id}: other bytes, or of no message")
    sent = {one.id for one in stored.messages.values() if one.endpoint_id and one.state == State.DONE}
    return faults + [f"webhook {message_id} never arrived" for message_id in sent - bodies.keys()]


def _mails(house: House, stored: _Stored, figures: Figures) -> list[str]:
    """Each mail arrived, and repeats bear the same Message-ID."""
    arrived: set[str] = set()
    faults = []
    for letter in list(house.mail.box.letters):
        message = email.message_from_bytes(letter.original_content or b"", policy=email.policy.default)
        message_id = str(message["Message-ID"]).strip("<>").partition("@")[0].upper()
        figures.mails += 1
        figures.mails_again += message_id in arrived
        arrived.add(message_id)
        if message_id not in stored.messages:
            faults.append(f"mail {message_id} is of no message")
    sent = {one.id for one in stored.messages.values() if not one.endpoint_id and one.state == State.DONE}
    return faults + [f"mail {message_id} never arrived" for message_id in sent - arrived]
