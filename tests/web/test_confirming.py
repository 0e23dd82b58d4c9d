"""The second step: the button, the code, the browser that asked, and everything that can go wrong for a person."""

from datetime import timedelta
from hashlib import sha256

import pytest

from app.adapters import clock
from app.capture.models import Submission
from app.consent.models import Consent, LinkFetch, Wording
from app.leads.models import Lead
from app.offers.models import Access
from app.outbox.models import Message
from app.tokens import Purpose
from tests.factories.site import Site
from tests.factories.visitor import FIREFOX, IPHONE, Visitor, heading, words

DELIVERED = "Your address is confirmed. Here is your copy."
BUTTON = "One press and it is yours"
CODE = "One more step: the code"


def state(site: Site) -> str:
    """The state of the only submission."""
    return site.one(Submission).state


def test_the_browser_that_asked_gets_a_page_that_presses_its_own_button(guide: Site, visitor: Visitor) -> None:
    submission = visitor.asked()
    page = visitor.get(guide.confirm_path(submission.id))
    assert heading(page) == BUTTON
    assert "data-auto" in page.text
    assert "/static/confirm" in page.text
    pressed = visitor.post(guide.confirm_path(submission.id), {"nonce": guide.nonce(submission.id, seconds_ago=0)})
    assert pressed.status_code == 303
    assert heading(visitor.get(pressed.location)) == DELIVERED


def test_another_device_gets_one_button_and_no_script(guide: Site, visitor: Visitor, phone: Visitor) -> None:
    submission = visitor.asked()
    page = phone.get(guide.confirm_path(submission.id))
    assert heading(page) == BUTTON
    assert page.text.count("<button") == 1
    assert "<script" not in page.text
    assert "data-auto" not in page.text
    assert heading(phone.get(phone.confirm(submission).location)) == DELIVERED


def test_the_shortcut_can_be_turned_off(guide: Site, visitor: Visitor) -> None:
    from dataclasses import replace

    parts = replace(guide.parts, settings=replace(guide.parts.settings, same_browser_shortcut=False))
    guide.app.extensions["gatepost"] = parts
    submission = visitor.asked()
    assert "data-auto" not in visitor.get(guide.confirm_path(submission.id)).text


def test_a_browser_without_cookies_succeeds_with_the_button(guide: Site) -> None:
    visitor = Visitor(guide, has_cookies=False)
    submission = visitor.asked()
    assert "data-auto" not in visitor.get(guide.confirm_path(submission.id)).text
    assert heading(visitor.get(visitor.confirm(submission).location)) == DELIVERED


def test_a_cookie_made_by_somebody_else_is_worth_nothing(guide: Site, visitor: Visitor, phone: Visitor) -> None:
    submission = visitor.asked()
    for forged in (submission.id, f"{submission.id}.aaaa", guide.parts.tokens.sign(Purpose.CONFIRM, submission.id)):
        page = phone.get(guide.confirm_path(submission.id), Cookie=f"gp_asked={forged}")
        assert "data-auto" not in page.text


@pytest.mark.parametrize(
    "write", [str, lambda code: f" {code[:3]} {code[3:]} ", lambda code: f"{code[:3]}-{code[3:]}",
              lambda code: "".join(chr(ord(digit) + 0xFEE0) for digit in code)],
    ids=["plain", "spaces", "hyphen", "full width"],
)  # fmt: skip
def test_the_code_is_taken_on_the_waiting_page_however_it_is_typed(
    guide: Site, visitor: Visitor, write: object
) -> None:
    receipt = visitor.ask().location
    code = guide.code(guide.one(Submission).id)
    assert callable(write)
    answer = visitor.post(f"{receipt}/code", {"code": write(code)})
    assert answer.status_code == 303
    assert heading(visitor.get(answer.location)) == DELIVERED
    assert guide.one(Submission).state == "confirmed"


@pytest.mark.parametrize("typed", ["", "12345", "abcdef", "1234567", "９" * 40])
def test_a_code_of_the_wrong_shape_costs_no_try(guide: Site, visitor: Visitor, typed: str) -> None:
    receipt = visitor.ask().location
    answer = visitor.post(f"{receipt}/code", {"code": typed})
    assert answer.status_code == 422
    assert "six digits" in words(answer)
    assert guide.one(Submission).code_tries == 0


def test_after_ten_wrong_codes_only_the_button_helps(guide: Site, visitor: Visitor, phone: Visitor) -> None:
    receipt = visitor.ask().location
    submission = guide.one(Submission)
    right = guide.code(submission.id)
    wrong = "000000" if right != "000000" else "000001"
    for _ in range(10):
        answer = visitor.post(f"{receipt}/code", {"code": wrong})
        assert answer.status_code == 422
        assert "not the code" in words(answer)
    late = visitor.post(f"{receipt}/code", {"code": right})
    assert late.status_code == 422
    assert "button" in words(late)
    assert state(guide) == "pending"
    assert phone.confirm(submission).status_code == 303
    assert state(guide) == "confirmed"


def test_a_code_of_another_submission_is_wrong(guide: Site, visitor: Visitor) -> None:
    other = visitor.asked(email="bea@example.com")
    receipt = visitor.ask().location
    assert visitor.post(f"{receipt}/code", {"code": guide.code(other.id)}).status_code == 422


def test_a_press_that_looks_like_a_machines_asks_for_the_code_and_takes_it(
    guide: Site, visitor: Visitor, phone: Visitor
) -> None:
    submission = visitor.asked()
    path = guide.confirm_path(submission.id)
    page = phone.post(path, {"nonce": guide.nonce(submission.id, seconds_ago=0.2)})
    assert (page.status_code, heading(page)) == (200, CODE)
    assert state(guide) == "pending"
    assert phone.post(path, {"code": "12"}).status_code == 422
    answer = phone.post(path, {"code": guide.code(submission.id)})
    assert heading(phone.get(answer.location)) == DELIVERED
    assert guide.one(Submission).state == "confirmed"


def test_a_second_confirmation_changes_nothing_and_shows_success(guide: Site, visitor: Visitor, phone: Visitor) -> None:
    submission = visitor.confirmed(consent_newsletter="yes")
    before = guide.facts()
    for person in (visitor, phone):
        assert heading(person.get(person.confirm(submission).location)) == DELIVERED
        opened = person.get(guide.confirm_path(submission.id))
        assert heading(person.get(opened.location)) == DELIVERED
    assert guide.facts() == before
    assert len(guide.rows(Lead)) == len(guide.rows(Access)) == len(guide.rows(Consent)) == 1


def test_two_presses_at_the_same_moment_make_one_lead(guide: Site, visitor: Visitor) -> None:
    from concurrent.futures import ThreadPoolExecutor

    submission = visitor.asked(consent_newsletter="yes")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: Visitor(guide, has_cookies=False).confirm(submission), range(8)))
    assert {answer.status_code for answer in answers} == {303}
    assert len(guide.rows(Lead)) == len(guide.rows(Access)) == len(guide.rows(Consent)) == 1
    assert len(guide.rows(Message, Message.topic == "mail.offer")) == 1


def test_an_expired_link_says_so_by_every_way_and_leads_back_to_the_page(
    guide: Site, visitor: Visitor, phone: Visitor
) -> None:
    receipt = visitor.ask().location
    submission = guide.one(Submission)
    guide.change(Submission, submission.id, expires_at=clock.now() - timedelta(seconds=1))
    ways = [
        phone.get(guide.confirm_path(submission.id)),
        phone.confirm(submission),
        visitor.get(receipt),
        visitor.confirm(submission),
    ]
    assert [answer.status_code for answer in ways] == [410] * 4
    assert 'href="/p/guide"' in ways[0].text
    assert visitor.post(f"{receipt}/code", {"code": guide.code(submission.id)}).status_code == 410
    assert visitor.get(f"{receipt}/state").json == {"state": "expired"}
    assert state(guide) == "pending"


def test_a_link_whose_submission_is_gone_is_410(guide: Site, visitor: Visitor) -> None:
    path = guide.confirm_path("0" * 26)
    assert visitor.get(path).status_code == 410
    assert visitor.post(path, {}).status_code == 410


def test_an_altered_link_is_404(guide: Site, visitor: Visitor) -> None:
    path = guide.confirm_path(visitor.asked().id)
    for altered in (path[:-1], path + "A", path[:3] + "7" + path[4:], path.replace(".", ""), path.upper(), "/c/x"):
        assert visitor.get(altered).status_code == 404, altered
        assert visitor.post(altered, {}).status_code == 404, altered


def test_what_happened_is_kept_with_the_consent(guide: Site, visitor: Visitor, phone: Visitor) -> None:
    submission = visitor.asked(consent_newsletter="yes")
    guide.letters()
    phone.get(guide.confirm_path(submission.id))
    guide.parts.fetches.flush()
    for row in guide.rows(LinkFetch):
        guide.change(LinkFetch, row.id, at=row.at - timedelta(minutes=5))
    from app.outbox.models import SentMail

    sent = guide.one(SentMail)
    guide.change(SentMail, sent.message_id, sent_at=sent.sent_at - timedelta(minutes=5))
    assert phone.confirm(submission).status_code == 303
    consent = guide.one(Consent)
    told = repr(consent.evidence)
    shown = ("Yes, the tea letter", "About tea", "Monthly", "One press")
    assert set(shown) <= set(guide.one(Wording, Wording.digest == consent.wording).texts.values())
    assert (consent.purpose, consent.state, consent.revision_id) == ("newsletter", "given", submission.revision_id)
    for text in (*shown, "Send me the guide"):
        assert sha256(text.encode()).hexdigest() in told, text
    for fact in (FIREFOX, IPHONE, "203.0.113.7", "198.51.100.23", sent.mail_id, sent.digest, submission.id):
        assert fact in told, fact


def test_only_ticked_purposes_become_consents(guide: Site, visitor: Visitor) -> None:
    visitor.confirmed(consent_newsletter="yes")
    assert [each.purpose for each in guide.rows(Consent)] == ["newsletter"]


def test_what_was_asked_for_is_given_without_any_consent(guide: Site, visitor: Visitor) -> None:
    visitor.confirmed()
    assert guide.rows(Consent) == []
    assert guide.one(Access).kind == "ebook"
