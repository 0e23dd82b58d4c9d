"""A person's own page: take back, take away, be forgotten, stop the mails; and what happens to links that ran out."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.factories import browser_visitors
from tests.factories.browser_checks import View
from tests.factories.browser_demos import EBOOK
from tests.factories.browser_site import BrowserSite, wait
from tests.factories.browser_visitors import People

_STATE = "SELECT state FROM consent WHERE lead_id = (SELECT id FROM lead WHERE email_key = ?)"


def test_consent_is_withdrawn_with_one_press(site: BrowserSite, visit: Visit) -> None:
    asked = browser_visitors.ask(site, EBOOK).confirm()
    person = visit(View(320, "light"))
    person.open(asked.mailed("/preferences/"))
    expect(person.page.get_by_text("Not allowed")).to_have_count(0)
    person.page.get_by_role("button", name="Withdraw").click()
    expect(person.page.get_by_role("status")).to_have_text("Your choice is saved.")
    expect(person.page.get_by_text("Not allowed")).to_have_count(1)
    assert site.rows(_STATE, asked.address) == [("withdrawn",)]


def test_all_data_can_be_downloaded(site: BrowserSite, visit: Visit) -> None:
    asked = browser_visitors.ask(site, EBOOK).confirm()
    person = visit(View(1280, "dark"), has_script=False)
    person.open(asked.mailed("/preferences/"))
    with person.page.expect_download() as waited:
        person.page.get_by_role("button", name="Download my data").click()
    with zipfile.ZipFile(Path(waited.value.path())) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert any(asked.address in json.loads(text).__repr__() for name, text in texts.items() if name.endswith(".json"))


def test_person_is_erased_after_a_second_step(site: BrowserSite, visit: Visit) -> None:
    asked = browser_visitors.ask(site, EBOOK).confirm()
    preferences = asked.mailed("/preferences/")
    person = visit(View(320, "dark"))
    person.open(preferences)
    person.page.get_by_role("link", name="Erase me").click()
    person.see("Erase everything about you?")
    person.page.get_by_role("link", name="Keep it").click()
    person.page.get_by_role("link", name="Erase me").click()
    person.page.get_by_role("button", name="Erase my data").click()
    person.see("Your data is erased")
    assert person.open(preferences) == 404
    assert site.rows("SELECT id FROM submission WHERE email = ?", asked.address) == []
    assert site.rows("SELECT id FROM lead WHERE email_key = ?", asked.address) == []


def test_mails_stop_with_one_press_and_one_mail_says_so(site: BrowserSite, visit: Visit) -> None:
    asked = browser_visitors.ask(site, EBOOK).confirm()
    person = visit(View(1280, "light"), has_script=False)
    person.open(asked.mailed("/u/"))
    assert site.rows(_STATE, asked.address) == [("given",)]
    person.page.get_by_role("button", name="Stop the mails").click()
    person.see("The mails have stopped")
    assert site.rows(_STATE, asked.address) == [("withdrawn",)]
    wait(lambda: site.letters(asked.address, "The mails have stopped"))


def test_link_that_ran_out_leads_back_to_the_page(site: BrowserSite, visit: Visit) -> None:
    late = People(site).late
    person = visit(View(320, "light"))
    assert person.open(late.mailed("/c/")) == 410
    person.page.get_by_role("link", name="Ask again").click()
    expect(person.page.locator("#the-form")).to_be_attached()


def test_waiting_page_becomes_the_expired_page(site: BrowserSite, visit: Visit) -> None:
    person = visit(View(1280, "light"))
    EBOOK.ask(person, "patient@example.com")
    site.change("UPDATE submission SET expires_at = '2026-01-01 00:00:00' WHERE email = 'patient@example.com'")
    person.see("This link has run out")
