"""The visitor's whole way on each demo page: with script and without, narrow and wide, light and dark."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from icalendar import Calendar, Component
from playwright.sync_api import Browser, Download, expect

from tests.browser.conftest import Visit
from tests.factories.browser import Person
from tests.factories.browser_checks import View
from tests.factories.browser_demos import COUPON, EBOOK, WEBINAR, Demo
from tests.factories.browser_site import BrowserSite

ALL = pytest.mark.parametrize("demo", [EBOOK, WEBINAR, COUPON], ids=["ebook", "webinar", "coupon"])


def test_same_browser_needs_no_second_press(site: BrowserSite, visit: Visit) -> None:
    person = visit(View(1280, "light"))
    EBOOK.ask_like_people(person, "same@example.com")
    waiting = person.page
    link = site.letter("same@example.com").path("/c/")
    person.another_tab()
    person.open(link)
    person.see(EBOOK.delivered)
    expect(waiting.locator("h1")).to_have_text(EBOOK.delivered)
    assert site.state_of("same@example.com") == "confirmed", "one submission, though the button was pressed twice"
    assert _downloaded(person) == (site.pages / "tea-list-guide" / "gated" / "tea-list-guide.en.pdf").read_bytes()


def test_another_device_presses_one_button_and_the_waiting_page_follows(site: BrowserSite, visit: Visit) -> None:
    desk, phone = visit(View(320, "dark"), zone="Asia/Ho_Chi_Minh"), visit(View(320, "light"))
    WEBINAR.ask_like_people(desk, "device@example.com")
    link = site.letter("device@example.com").path("/c/")
    _press_the_button(phone, link)
    phone.see(WEBINAR.delivered)
    desk.see(WEBINAR.delivered)
    expect(desk.page.locator("#local-time")).to_contain_text("16:00")
    event = _calendar(phone)
    assert event["summary"] == "Sixty minutes, six teas"
    assert event.decoded("dtstart") == datetime(2027, 3, 18, 9, tzinfo=UTC)


def test_code_may_be_typed_with_spaces(site: BrowserSite, visit: Visit) -> None:
    person = visit(View(1280, "dark"))
    COUPON.ask_like_people(person, "code@example.com")
    code = site.letter("code@example.com").code
    _type(person, "12 34 5")
    expect(person.page.locator("#code")).to_be_focused()
    expect(person.page.locator("#e-code")).to_be_visible()
    _type(person, f" {code[:3]} {code[3:]} ")
    person.see(COUPON.delivered)
    person.page.locator("#copy").click()
    expect(person.page.locator("#copy")).to_have_text("Copied")
    shown = person.page.locator("#coupon").inner_text()
    assert person.page.evaluate("navigator.clipboard.readText()") == shown
    assert shown in site.letter("code@example.com", "code").text


@ALL
def test_everything_works_without_script(site: BrowserSite, visit: Visit, demo: Demo) -> None:
    person = visit(View(320, "light") if demo is COUPON else View(1280, "dark"), has_script=False)
    address = f"plain.{demo.path[-5:]}@example.com"
    demo.ask_like_people(person, address)
    _press_the_button(person, site.letter(address).path("/c/"))
    person.see(demo.delivered)
    assert site.state_of(address) == "confirmed", "one submission, though the button was pressed twice"
    assert len(site.letters(address, "onfirm")) == 1
    if demo is EBOOK:
        assert _downloaded(person).startswith(b"%PDF")
    elif demo is WEBINAR:
        assert _calendar(person)["uid"]


def test_waiting_page_without_script_has_a_way_on(site: BrowserSite, visit: Visit) -> None:
    desk, phone = visit(has_script=False), visit(View(320, "dark"))
    EBOOK.ask(desk, "onward@example.com")
    _press_the_button(phone, site.letter("onward@example.com").path("/c/"))
    phone.see(EBOOK.delivered)
    desk.page.get_by_role("link", name="I have confirmed, go on").click()
    desk.see(EBOOK.delivered)


def test_mailed_page_link_works_on_any_device_later(site: BrowserSite, visit: Visit, browser: Browser) -> None:
    person = visit()
    EBOOK.ask(person, "later@example.com")
    person.open(site.letter("later@example.com").path("/c/"))
    person.see(EBOOK.delivered)
    other = visit(View(320, "light"), has_script=False)
    other.open(site.letter("later@example.com", "list that earns").path("/o/"))
    other.see(EBOOK.delivered)
    assert _downloaded(other).startswith(b"%PDF")


def _press_the_button(person: Person, link: str) -> None:
    """Open the mailed link and press, at the pace of a person: a press within a second looks like a machine's."""
    time.sleep(3)
    person.open(link)
    time.sleep(1.1)
    person.page.locator("#confirm-form button").click()


def _type(person: Person, code: str) -> None:
    person.page.locator("#code").fill(code)
    person.page.locator("#code-form button").click()


def _downloaded(person: Person) -> bytes:
    with person.page.expect_download() as waited:
        person.page.get_by_role("button", name="Download").click()
    return _bytes(waited.value)


def _calendar(person: Person) -> Component:
    with person.page.expect_download() as waited:
        person.page.get_by_role("link", name="calendar").click()
    assert waited.value.suggested_filename.endswith(".ics")
    (event,) = Calendar.from_ical(_bytes(waited.value)).walk("VEVENT")
    return event


def _bytes(download: Download) -> bytes:
    return Path(download.path()).read_bytes()
