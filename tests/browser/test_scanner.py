"""A mail scanner with a real browser opens every link, runs scripts and presses what it finds: it confirms nobody."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Error

from tests.browser.conftest import Visit
from tests.factories import browser_visitors
from tests.factories.browser_checks import View
from tests.factories.browser_demos import EBOOK, WAITING
from tests.factories.browser_site import BrowserSite

_PRESS_ALL = """
addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("a[href]:not([href^=mailto])").forEach((link) => fetch(link.href).catch(() => null));
  document.querySelectorAll("button, input[type=submit], [role=button]").forEach((button) => button.click());
});
"""


@pytest.mark.parametrize("is_greedy", [True, False], ids=["every link", "the button's link only"])
def test_scanner_confirms_nobody(site: BrowserSite, browser: Browser, is_greedy: bool) -> None:
    asked = browser_visitors.ask(site, EBOOK)
    confirm = asked.mailed("/c/")
    _scan(browser, site, _links(site, asked.address) if is_greedy else [site.url + confirm])
    assert site.state_of(asked.address) == "pending"


def test_person_on_another_device_succeeds_after_a_scan(site: BrowserSite, browser: Browser, visit: Visit) -> None:
    asked = browser_visitors.ask(site, EBOOK)
    confirm = asked.mailed("/c/")
    _scan(browser, site, _links(site, asked.address))
    person = visit(View(320, "dark"), has_script=False)
    person.open(confirm)
    person.page.locator("#confirm-form button").click()
    person.see("One more step: the code")
    person.page.locator("#code").fill(site.letter(asked.address).code)
    person.page.locator("#code-form button").click()
    person.see(EBOOK.delivered)


def test_person_in_the_same_browser_succeeds_during_a_scan(site: BrowserSite, browser: Browser, visit: Visit) -> None:
    person = visit()
    EBOOK.ask(person, "scanned@example.com")
    letter = site.letter("scanned@example.com")
    _scan(browser, site, _links(site, "scanned@example.com"))
    person.see(WAITING)
    person.open(letter.path("/c/"))
    person.see(EBOOK.delivered)


def _links(site: BrowserSite, address: str) -> list[str]:
    """All links of the mail, hidden ones too."""
    (html,) = (mail.html for mail in site.letters(address))
    links = list(dict.fromkeys(re.findall(r'href="(http[^"]+)"', html)))
    assert any("/h/" in link for link in links), links
    return [link for link in links if link.startswith(site.url)]


def _scan(browser: Browser, site: BrowserSite, links: list[str]) -> None:
    """Open all links at once as a headless browser does that nobody told to hide, press everything, then once more."""
    context = browser.new_context(base_url=site.url)
    context.set_default_timeout(5_000)
    context.add_init_script(_PRESS_ALL)
    for link in links:
        _open_and_press(context, link)
    context.close()


def _open_and_press(context: BrowserContext, link: str) -> None:
    page = context.new_page()
    try:
        page.goto(link, wait_until="load")
        page.wait_for_timeout(500)
        for button in page.locator("button:visible").all():
            button.click(timeout=1000, no_wait_after=True)
    except Error:
        pass  # Its own presses lead it away, or the link has nothing to show.
