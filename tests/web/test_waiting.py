"""The page that waits: it notices a confirmation made elsewhere, and sends the mail again, but not too often."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.adapters import clock
from app.capture.models import Submission
from app.outbox.models import Message
from config import Settings
from tests.factories.site import Site
from tests.factories.visitor import Visitor, heading, words


@pytest.fixture
def settings_overrides() -> dict[str, Any]:
    """So that a second mail from the waiting page is the last one."""
    usual = Settings.for_tests(data_dir=Path("unused")).limits
    return {"limits": replace(usual, mails_per_address=2)}


def later(site: Site, *, minutes: float = 11) -> None:
    """The submission was made so long ago."""
    submission = site.rows(Submission)[-1]
    site.change(Submission, submission.id, created_at=clock.now() - timedelta(minutes=minutes))


def test_the_state_goes_from_pending_to_confirmed(guide: Site, visitor: Visitor, phone: Visitor) -> None:
    receipt = visitor.ask().location
    before = visitor.get(f"{receipt}/state", Accept="application/json")
    assert (before.json, before.mimetype) == ({"state": "pending"}, "application/json")
    assert before.headers["Cache-Control"] == "no-store"
    phone.confirm(guide.one(Submission))
    assert visitor.get(f"{receipt}/state").json == {"state": "confirmed"}


def test_the_waiting_page_becomes_the_delivered_page(guide: Site, visitor: Visitor, phone: Visitor) -> None:
    receipt = visitor.ask().location
    phone.confirm(guide.one(Submission))
    assert heading(visitor.get(receipt)) == "Your address is confirmed. Here is your copy."


def test_the_waiting_page_shows_only_a_mask_of_the_address(guide: Site, visitor: Visitor) -> None:
    page = visitor.get(visitor.ask(email="josephine@example.com").location)
    assert "j…\u2060e@example.com" in words(page)
    assert "josephine" not in page.text


def test_the_waiting_page_is_never_cached_or_indexed(guide: Site, visitor: Visitor) -> None:
    headers = visitor.get(visitor.ask().location).headers
    assert (headers["Cache-Control"], headers["X-Robots-Tag"]) == ("no-store", "noindex")
    assert headers["Referrer-Policy"] == "no-referrer"


def test_another_mail_right_after_the_first_is_put_off(guide: Site, visitor: Visitor) -> None:
    receipt = visitor.ask().location
    answer = visitor.post(f"{receipt}/resend")
    assert answer.location == f"{receipt}?mail=later"
    assert "just now" in words(visitor.get(answer.location))
    assert len(guide.rows(Message)) == 1


def test_another_mail_after_the_cooldown_has_the_same_link_and_code(guide: Site, visitor: Visitor) -> None:
    receipt = visitor.ask().location
    guide.letters()
    later(guide)
    answer = visitor.post(f"{receipt}/resend")
    assert answer.location == f"{receipt}?mail=sent"
    first, second = guide.letters()
    submission = guide.one(Submission)
    for letter in (first, second):
        assert guide.confirm_path(submission.id) in letter.text
        code = guide.code(submission.id)
        assert f"{code[:3]} {code[3:]}" in letter.text


def test_pressing_twice_sends_one_mail(guide: Site, visitor: Visitor) -> None:
    receipt = visitor.ask().location
    later(guide)
    visitor.post(f"{receipt}/resend")
    assert visitor.post(f"{receipt}/resend").location == f"{receipt}?mail=later"
    assert len(guide.rows(Message)) == 2


def test_the_ceiling_of_an_address_holds_over_all_its_submissions(guide: Site, visitor: Visitor) -> None:
    visitor.ask()
    receipt = visitor.ask(first_name="Ann").location
    later(guide)
    assert visitor.post(f"{receipt}/resend").location == f"{receipt}?mail=later"
    assert len(guide.rows(Message)) == 2


def test_after_the_end_nothing_is_sent_again(guide: Site, visitor: Visitor) -> None:
    receipt = visitor.ask().location
    later(guide)
    guide.change(Submission, guide.one(Submission).id, expires_at=clock.now() - timedelta(seconds=1))
    assert visitor.post(f"{receipt}/resend").location == receipt
    assert len(guide.rows(Message)) == 1


def test_a_receipt_of_nobody_is_404(guide: Site, visitor: Visitor) -> None:
    assert visitor.get(guide.parts.links.receipt("0" * 26)).status_code == 404
    assert visitor.get("/r/nothing").status_code == 404
    assert visitor.get("/r/nothing/state", Accept="application/json").mimetype == "application/problem+json"
