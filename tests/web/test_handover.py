"""What receivers are told: everything that was said and agreed to, in the order in which it happened."""

import json
from itertools import pairwise
from typing import Any

import pytest

from app.adapters import clock
from app.outbox import actions, topics
from app.outbox.models import Endpoint, Message
from tests.factories.site import Site
from tests.factories.visitor import Visitor

AT_ONCE = (
    "bands: {warm: 30, hot: 60, drop_by: 10, hold_days: 14}\nfit: {a: 70, b: 40}\nqualified: {fit: B, engagement: 20}\n"
)


@pytest.fixture
def told(site: Site) -> Site:
    """A site with a receiver of everything, where a company with houses qualifies at once."""
    site.publish("guide", qualification=AT_ONCE)
    site.parts.database.write(
        lambda session: actions.add_endpoint(
            session,
            url="https://crm.example/hook",
            events=topics.event_names(),
            sealed_secret="x",
            now=clock.now(),
            is_ordered=True,
        )
    )
    return site


def events(site: Site) -> list[dict[str, Any]]:
    """The bodies of all events, in the order in which an ordered receiver gets them."""
    return [json.loads(each.payload) for each in site.rows(Message, Message.endpoint_id.is_not(None))]


def test_events_of_one_moment_leave_in_the_order_of_their_sequence(told: Site) -> None:
    for number in range(12):
        Visitor(told, address=f"10.0.{number}.1").confirmed(email=f"p{number}@example.com", sites="2-5")
    by_lead: dict[str, list[int]] = {}
    for event in events(told):
        by_lead.setdefault(event["data"]["id"], []).append(event["data"]["sequence"])
    assert len(by_lead) == 12
    assert all(len(found) == 2 for found in by_lead.values())
    assert all(before < after for found in by_lead.values() for before, after in pairwise(found))


def test_a_withdrawal_of_two_purposes_is_two_events_in_order(told: Site, visitor: Visitor) -> None:
    visitor.confirmed(consent_newsletter="yes", consent_product_offers="yes")
    visitor.post(told.parts.links.unsubscribe(told.lead().id), {"List-Unsubscribe": "One-Click"})
    found = [event for event in events(told) if event["type"] == "consent.withdrawn"]
    assert {event["data"]["purpose"] for event in found} == {"newsletter", "product_offers"}
    sequences = [event["data"]["sequence"] for event in events(told)]
    assert sequences == sorted(sequences)


def test_nobody_is_told_of_somebody_who_has_not_confirmed(told: Site, visitor: Visitor) -> None:
    visitor.asked(sites="2-5")
    assert events(told) == []


def test_an_event_is_owed_once_to_each_receiver_that_wants_it(told: Site, visitor: Visitor) -> None:
    told.parts.database.write(
        lambda session: actions.add_endpoint(
            session, url="https://other.example", events=["lead.erased"], sealed_secret="x", now=clock.now()
        )
    )
    submission = visitor.confirmed()
    visitor.confirm(submission)
    first = told.rows(Endpoint)[0]
    assert [(each.topic, each.endpoint_id) for each in told.rows(Message, Message.endpoint_id.is_not(None))] == [
        ("webhook.lead_confirmed", first.id)
    ]


def test_the_event_says_what_was_answered_agreed_and_where_it_came_from(told: Site, visitor: Visitor) -> None:
    submission = visitor.confirmed(
        "/p/guide?utm_source=google&utm_medium=cpc&utm_campaign=spring-1",
        first_name="Trần",
        company="Quý & <Co>",
        consent_newsletter="yes",
    )
    data = events(told)[0]["data"]
    assert (data["email"], data["first_name"], data["company"]) == ("ann@example.com", "Trần", "Quý & <Co>")
    assert (data["submission_id"], data["form_id"]) == (submission.id, submission.revision_id)
    assert data["answers"] == {"email": "ann@example.com", "first_name": "Trần", "company": "Quý & <Co>"}
    assert (data["utm"]["campaign"], data["campaign"], data["channel"]) == ("spring-1", "spring", "Paid Search")
    [purpose] = data["consent"]["purposes"]
    assert (purpose["purpose"], purpose["text"], purpose["version"]) == ("newsletter", "Yes, the tea letter", "1")
    assert data["page"]["url"] == "http://localhost/p/guide"
