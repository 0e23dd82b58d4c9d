"""One believable example of each event: printed in the contract and sent by `flask webhooks test`."""

from datetime import datetime
from typing import Any

from app.outbox import events

_LEAD = "01KATESTLEAD00000000000000"

_PERSON: dict[str, Any] = {
    "id": _LEAD,
    "email": "linh.nguyen@example.com",
    "first_name": "Linh",
    "last_name": "Nguyễn",
    "company": "Example Coffee",
    "phone": "+84912345678",
    "job_title": "Marketing lead",
    "country": "VN",
    "language": "vi",
    "page": {
        "id": "field-guide",
        "url": "https://offers.example.com/vi/p/field-guide",
        "title": "The field guide",
    },
    "offer": {"id": "field-guide", "kind": "ebook", "title": "The field guide"},
    "form_id": "01KATESTREVISION0000000000",
    "submission_id": "01KATESTSUBMISSION00000000",
    "answers": {"team_size": "11-50", "topics": ["pages", "mail"], "budget": 2500},
    "utm": {"source": "newsletter", "medium": "email", "campaign": "spring"},
    "channel": "Email",
    "campaign": "spring-2026",
    "referrer": "https://news.example.org",
    "click_ids": {"gclid": None},
    "tags": ["spring"],
    "score": {"total": 55, "fit": 35, "engagement": 20, "band": "warm"},
    "test": True,
}


def example(event: type[events.AnyEvent], now: datetime) -> events.AnyEvent:
    """The example of `event` as if it happened at `now`, marked as a test."""
    return event.model_validate({"timestamp": now, "data": _data(event, now)})


def _data(event: type[events.AnyEvent], now: datetime) -> dict[str, Any]:
    if event is events.LeadConfirmed:
        return {**_PERSON, "consent": _consent(now), "stage": "IQL", "sequence": 1}
    if event is events.LeadQualified:
        reasons = ["Score 55 reaches 50.", "Company and job title are known."]
        return {
            **_PERSON,
            "consent": _consent(now),
            "stage": "MQL",
            "reasons": reasons,
            "qualified_at": now,
            "sequence": 2,
        }
    if event is events.ConsentWithdrawn:
        known = {"id": _LEAD, "email": _PERSON["email"], "purpose": "newsletter"}
        return {**known, "withdrawn_at": now, "source": "one_click", "sequence": 3, "test": True}
    # SHA-256 of linh.nguyen@example.com
    digest = "f41e4052840cd386bd2ef3c25c20ecf9bcd8417a468910fa4a36bca8c7c8f646"
    return {"id": _LEAD, "email_sha256": digest, "erased_at": now, "sequence": 4, "test": True}


def _consent(now: datetime) -> dict[str, Any]:
    text = "Yes, write to me about new guides, at most twice a month."
    purpose = {"purpose": "newsletter", "text": text, "version": "2026-03", "given_at": now}
    return {"marketing": True, "given_at": now, "confirmed_at": now, "ip": None, "purposes": [purpose]}
