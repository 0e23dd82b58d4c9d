"""A form arrives: what is kept, what is answered, and that one press counts once however often it comes."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from app.adapters import clock
from app.capture.models import Submission
from app.consent import actions as consent
from app.consent.suppression import ALL, SuppressionReason
from app.journey.addresses import address_macs
from app.leads.models import Lead
from app.outbox.models import Message
from config import Settings
from tests.factories.demo_site import GUIDE
from tests.factories.site import Site
from tests.factories.visitor import FIREFOX, Visitor, heading

FROM_GOOGLE = "/p/guide?utm_source=google&utm_medium=cpc&utm_campaign=spring-1&gclid=abc"


@pytest.fixture
def settings_overrides() -> dict[str, Any]:
    """One address may be sent often, so that a crowd of replays is told from a flood."""
    usual = Settings.for_tests(data_dir=Path("unused")).limits
    return {"limits": replace(usual, posts_per_address=100)}


def suppress(site: Site, address: str, reason: SuppressionReason) -> None:
    mac = address_macs(address, site.parts.settings.secret_keys)[0]
    site.parts.database.write(lambda session: consent.suppress(session, mac, scope=ALL, reason=reason, now=clock.now()))


def without_names(response: TestResponse) -> str:
    """A page or its headers without what is bound to one submission or one address."""
    text = f"{sorted(response.headers.items())}\n{response.text}"
    text = re.sub(r"[0-9A-Z]{26}\.[\w-]{40,}", "TOKEN", text)
    text = re.sub(r"[0-9A-Z]{26}", "ID", text)
    return re.sub(r"\w…\u2060\w?@example\.com|\('Content-Length', '\d+'\)", "ADDRESS", text)


def test_a_good_post_is_answered_by_a_redirect_to_the_waiting_page_and_a_cookie(guide: Site, visitor: Visitor) -> None:
    response = visitor.ask()
    assert response.status_code == 303
    assert response.location.startswith("/r/")
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("gp_asked=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert heading(visitor.get(response.location)) == "Please look into your mail"


def test_what_was_sent_is_kept_with_its_page_network_and_agent(guide: Site, visitor: Visitor) -> None:
    kept = visitor.asked(first_name=" Ann ", sites="2-5", consent_newsletter="yes")
    assert (kept.state, kept.locale, kept.email, kept.email_key) == (
        "pending",
        "en",
        "ann@example.com",
        "ann@example.com",
    )
    assert kept.answers == {"email": "ann@example.com", "first_name": "Ann", "sites": "2-5"}
    assert {each["purpose"]: each["ticked"] for each in kept.consents} == {
        "newsletter": True, "product_offers": False, "behaviour_tracking": False,
    }  # fmt: skip
    assert (kept.evidence["network"], kept.evidence["agent"]) == ("203.0.113.7", FIREFOX)
    assert kept.expires_at - kept.created_at == timedelta(days=7)


def test_a_name_is_kept_composed(guide: Site, visitor: Visitor) -> None:
    assert visitor.asked(first_name="Trâ\u0300n").answers["first_name"] == "Tr\u1ea7n"


def test_a_post_without_a_name_or_consent_is_good_too(guide: Site, visitor: Visitor) -> None:
    assert visitor.asked().answers == {"email": "ann@example.com"}


def test_known_unknown_and_suppressed_addresses_get_the_same_answer_and_page(guide: Site) -> None:
    Visitor(guide).confirmed(email="known@example.com")
    suppress(guide, "angry@example.com", SuppressionReason.COMPLAINT)
    seen = []
    for name in ("known", "angry", "never"):
        visitor = Visitor(guide, address="192.0.2.9")
        answer = visitor.ask(email=f"{name}@example.com")
        seen.append((without_names(answer), without_names(visitor.get(answer.location))))
    assert seen[0] == seen[1] == seen[2]


def test_a_complaint_stops_even_the_confirmation_mail(guide: Site, visitor: Visitor) -> None:
    suppress(guide, "ann@example.com", SuppressionReason.COMPLAINT)
    visitor.asked()
    assert guide.letters() == []
    assert guide.one(Message).reason == "suppressed: complaint"


def test_a_double_click_gives_the_first_receipt_and_owes_one_mail(guide: Site, visitor: Visitor) -> None:
    first, second = visitor.ask(), visitor.ask()
    assert first.location == second.location
    assert len(guide.rows(Submission)) == len(guide.rows(Message)) == 1


def test_a_replay_after_the_confirmation_leads_to_what_was_delivered(guide: Site, visitor: Visitor) -> None:
    visitor.confirmed()
    again = visitor.ask()
    assert heading(visitor.get(again.location)) == "Your address is confirmed. Here is your copy."
    assert len(guide.rows(Submission)) == 1


def test_twenty_posts_of_the_same_body_at_once_are_one_submission_with_one_mail(guide: Site) -> None:
    visitors = [Visitor(guide) for _ in range(20)]
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda visitor: visitor.ask(), visitors))
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.location for answer in answers}) == 1
    assert len(guide.rows(Submission)) == 1
    assert [letter.message["To"] for letter in guide.letters()] == ["ann@example.com"]


def test_the_same_answers_after_ten_minutes_are_asked_anew(guide: Site, visitor: Visitor) -> None:
    first = visitor.asked()
    guide.change(Submission, first.id, created_at=clock.now() - timedelta(minutes=11))
    second = visitor.asked()
    assert second.id != first.id
    assert len(guide.rows(Submission)) == 2


@pytest.mark.parametrize(
    "changed", [{"email": "bea@example.com"}, {"first_name": "Bea"}, {"consent_newsletter": "yes"}]
)
def test_other_answers_are_another_submission(guide: Site, visitor: Visitor, changed: dict[str, str]) -> None:
    assert visitor.asked().id != visitor.asked(**changed).id


def test_the_same_answers_from_another_browser_are_another_submission(
    guide: Site, visitor: Visitor, phone: Visitor
) -> None:
    assert visitor.asked().id != phone.asked().id


def test_addresses_that_differ_in_case_and_domain_script_are_one_person(guide: Site, visitor: Visitor) -> None:
    visitor.confirmed(email="Ann@bücher.example")
    visitor.confirmed(email="ann@XN--BCHER-KVA.example", first_name="Ann")
    assert guide.one(Lead).email_key == "ann@xn--bcher-kva.example"


def test_the_form_posts_to_its_own_address_with_the_query_string(guide: Site, visitor: Visitor) -> None:
    page = visitor.get(FROM_GOOGLE).text
    form = re.search(r"<form [^>]*id=\"the-form\"[^>]*>", page)
    assert form
    assert 'action="#errors"' in form[0], "a fragment alone keeps address and query"
    [touch] = visitor.asked(FROM_GOOGLE).touches
    assert touch["facts"]["source"] == "google"


def test_an_earlier_revision_that_a_visitor_still_has_open_counts_for_what_it_asked(
    guide: Site, visitor: Visitor
) -> None:
    stamp = re.search(r'name="gp_rev" value="([^"]+)"', visitor.get("/p/guide").text)
    assert stamp
    before = guide.parts.cache.live("guide")
    assert before
    without = GUIDE.replace("    - {key: company, type: text, label: Company}\n", "")
    guide.publish_files({"guide": {"page.en.yaml": without}})
    kept = visitor.asked(company="Linden", gp_rev=stamp[1])
    assert (kept.revision_id, kept.answers["company"]) == (before.revision_id, "Linden")
    assert visitor.ask(company="Linden").status_code == 400
