"""Mail scanners open, follow and press what they find: they confirm nobody, stop nothing, and hurt no person."""

import re
from datetime import timedelta

import pytest
from flask import Flask

from app.adapters import clock
from app.adapters.mail_catcher import Caught
from app.capture.models import Submission
from app.consent.models import Consent, LinkFetch
from app.outbox.models import SentMail
from app.tokens import Purpose
from tests.factories.site import Site
from tests.factories.visitor import Visitor, heading

SAFE_LINKS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 HeadlessChrome/140.0 Safari/537.36"


def links(letter: Caught) -> list[str]:
    """Every address in a letter: both parts and the headers."""
    text = letter.text + letter.html + str(letter.message["List-Unsubscribe"] or "")
    found = re.findall(r"http://localhost(/[^\s\"'<>)]+)", text)
    return list(dict.fromkeys(link.rstrip(".,") for link in found))


def long_ago(site: Site) -> None:
    """Everything so far happened ten minutes ago."""
    site.parts.fetches.flush()
    for row in site.rows(LinkFetch):
        site.change(LinkFetch, row.id, at=row.at - timedelta(minutes=10))
    for sent in site.rows(SentMail):
        site.change(SentMail, sent.message_id, sent_at=sent.sent_at - timedelta(minutes=10))


@pytest.fixture
def asked(guide: Site, visitor: Visitor) -> Submission:
    """A person has asked and the mail was sent."""
    return visitor.asked(consent_newsletter="yes")


@pytest.fixture
def letter(guide: Site, asked: Submission) -> Caught:
    """The letter with the link."""
    return guide.letters()[0]


@pytest.fixture
def scanner(guide: Site) -> Visitor:
    """A mail scanner far away."""
    return Visitor(guide, address="40.94.0.7", agent=SAFE_LINKS)


def test_the_hidden_link_stands_in_the_html_alone_and_out_of_sight(
    guide: Site, asked: Submission, letter: Caught
) -> None:
    trap = guide.parts.links.trap(asked.id)
    assert trap not in letter.text
    hidden = re.search(rf'<div style="[^"]*display:none[^"]*" aria-hidden="true"><a href="{trap}"[^>]*>', letter.html)
    assert hidden
    assert 'tabindex="-1"' in hidden[0]


def test_a_crowd_of_scanners_confirms_nobody(guide: Site, asked: Submission, letter: Caught, scanner: Visitor) -> None:
    path = guide.confirm_path(asked.id)
    assert len(links(letter)) >= 2
    for link in links(letter):
        scanner.send("HEAD", link)
        scanner.get(link)
        scanner.get(link, Sec_Purpose="prefetch;prerender", Purpose="prefetch")
        scanner.send("OPTIONS", link)
    page = scanner.get(path)
    nonce = re.search(r'name="nonce" value="([^"]+)"', page.text)
    assert nonce
    for data in ({"nonce": nonce[1]}, {}, {"nonce": "made up"}, {"nonce": guide.nonce("0" * 26)}):
        answer = scanner.post(path, data)
        assert (answer.status_code, heading(answer)) == (200, "One more step: the code")
    assert guide.one(Submission).state == "pending"
    assert guide.rows(Consent) == []


def test_a_press_within_three_seconds_of_sending_is_a_machines(
    guide: Site, asked: Submission, letter: Caught, scanner: Visitor
) -> None:
    assert heading(scanner.confirm(asked)) == "One more step: the code"
    long_ago(guide)
    assert scanner.confirm(asked).status_code == 303


def test_a_press_within_a_minute_of_the_hidden_link_is_a_machines(
    guide: Site, asked: Submission, letter: Caught, scanner: Visitor
) -> None:
    long_ago(guide)
    assert scanner.get(guide.parts.links.trap(asked.id)).status_code == 204
    assert heading(scanner.confirm(asked)) == "One more step: the code"
    assert guide.one(Submission).state == "pending"


def test_a_press_without_opening_the_page_is_a_machines(guide: Site, asked: Submission, scanner: Visitor) -> None:
    assert heading(scanner.post(guide.confirm_path(asked.id), {})) == "One more step: the code"


def test_after_a_sweep_a_person_on_any_device_confirms_once_and_clean(
    guide: Site, asked: Submission, letter: Caught, scanner: Visitor, phone: Visitor
) -> None:
    for link in links(letter):
        scanner.get(link)
        scanner.post(link, {})
    long_ago(guide)
    phone.get(guide.confirm_path(asked.id))
    long_ago(guide)
    assert phone.confirm(asked).status_code == 303
    assert guide.one(Consent).evidence["grade"] == "clean"


def test_in_the_middle_of_a_sweep_the_browser_that_asked_confirms(
    guide: Site, asked: Submission, letter: Caught, scanner: Visitor, visitor: Visitor
) -> None:
    for link in links(letter):
        scanner.get(link)
    assert visitor.confirm(asked).status_code == 303
    assert guide.one(Submission).state == "confirmed"


def test_in_the_middle_of_a_sweep_a_person_elsewhere_confirms_with_the_code(
    guide: Site, asked: Submission, letter: Caught, scanner: Visitor, phone: Visitor
) -> None:
    scanner.get(guide.parts.links.trap(asked.id))
    path = guide.confirm_path(asked.id)
    assert heading(phone.confirm(asked)) == "One more step: the code"
    assert phone.post(path, {"code": guide.code(asked.id)}).status_code == 303
    assert guide.one(Consent).evidence["grade"] == "code"


def test_what_scanners_did_is_kept(guide: Site, asked: Submission, scanner: Visitor) -> None:
    scanner.send("HEAD", guide.confirm_path(asked.id))
    scanner.get(guide.confirm_path(asked.id))
    scanner.get(guide.parts.links.trap(asked.id))
    guide.parts.fetches.flush()
    kept = [(row.method, row.link, row.network, row.agent) for row in guide.rows(LinkFetch)]
    assert kept == [
        (method, link, "40.94.0.7", SAFE_LINKS)
        for method, link in (("HEAD", "confirm"), ("GET", "confirm"), ("GET", "trap"))
    ]


def test_opening_every_link_of_every_mail_in_every_way_changes_nothing(
    guide: Site, visitor: Visitor, scanner: Visitor, app: Flask
) -> None:
    visitor.asked(email="waiting@example.com")
    visitor.confirmed(consent_newsletter="yes", consent_product_offers="yes")
    letters = guide.letters()
    lead = guide.lead()
    visitor.post(guide.parts.links.preferences(lead.id), {"purpose": "newsletter", "do": "withdraw"})
    letters = guide.letters()
    assert len(letters) == 3  # the confirmation of the second was given before its mail was sent
    found = [link for letter in letters for link in links(letter)]
    access = next(link for link in found if link.startswith("/o/"))
    pages = [
        access,
        *re.findall(r'(?:href|action|data-state)="(/[^"]+)"', "".join(scanner.get(link).text for link in found)),
    ]
    every = dict.fromkeys([*found, *pages, f"{access}/file", f"{access}/calendar.ics"])
    assert {link.split("/")[1] for link in every} >= {"c", "h", "o", "u", "preferences"}
    before = guide.facts()
    for link in every:
        for method in ("GET", "HEAD", "OPTIONS"):
            scanner.send(method, link)
            scanner.send(method, link, Sec_Purpose="prefetch")
    guide.parts.visits.flush()
    assert guide.facts() == before


def test_a_token_of_one_purpose_opens_no_other_door(guide: Site, visitor: Visitor) -> None:
    submission = visitor.confirmed(consent_newsletter="yes")
    lead = guide.lead()
    from app.offers.models import Access

    ids = [submission.id, lead.id, guide.one(Access).id]
    doors = {
        Purpose.CONFIRM: "/c/{}", Purpose.RECEIPT: "/r/{}", Purpose.ACCESS: "/o/{}", Purpose.UNSUBSCRIBE: "/u/{}",
        Purpose.PREFERENCES: "/preferences/{}", Purpose.TRAP: "/h/{}",
    }  # fmt: skip
    before = guide.facts()
    for purpose in Purpose:
        for value in ids:
            token = guide.parts.tokens.sign(purpose, value)
            for door, path in doors.items():
                if door is not purpose:
                    assert visitor.get(path.format(token)).status_code == 404
                    assert visitor.post(path.format(token), {"purpose": "all", "do": "withdraw"}).status_code in (
                        404,
                        405,
                    )
    assert guide.facts() == before


def test_a_link_of_another_key_is_404_and_one_of_an_older_kept_key_still_works(guide: Site, visitor: Visitor) -> None:
    from app.journey.addresses import Addresses
    from app.tokens import Tokens

    submission = visitor.asked()
    foreign = Addresses("", Tokens(["another-key-another-key-another-key"]))
    assert visitor.get(foreign.confirm(submission.id)).status_code == 404
    rotated = Tokens(["new-key-new-key-new-key-new-key-new", *guide.parts.settings.secret_keys])
    old_link = guide.confirm_path(submission.id).removeprefix("/c/")
    assert rotated.read(Purpose.CONFIRM, old_link) == submission.id
    assert clock.now() > submission.created_at
