"""When something is in the way: no such page, too late, too fast, the database cannot write. Answers stay kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Visit
from tests.factories.browser import Person
from tests.factories.browser_checks import View, axe_faults, sideways_scroll
from tests.factories.browser_demos import COUPON, EBOOK
from tests.factories.browser_site import BrowserSite, open_neighbour

NARROW = View(320, "dark")
_COPIED = "<form id=the-form method=post action='{action}'><input name=email><button type=submit>Go</button></form>"


@pytest.fixture(scope="session")
def tight(site: BrowserSite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserSite]:
    """A server that takes two posts of a network in ten minutes."""
    folder = tmp_path_factory.mktemp("tight") / "data"
    opened = open_neighbour(site, folder, GATEPOST_POSTS_PER_NETWORK="2")
    yield opened
    opened.server.stop()


def test_unknown_address_says_what_to_do(visit: Visit) -> None:
    person = visit(NARROW)
    assert person.open("/p/nowhere") == 404
    person.see("There is no such page")


def test_copied_form_of_an_ended_page_is_refused(site: BrowserSite, visit: Visit) -> None:
    person = visit(NARROW)
    person.open("/p/over")
    person.see("This offer has ended")
    person.page.set_content(_COPIED.format(action=f"{site.url}/p/over"))
    person.fill({"email": "late@example.com"})
    with person.page.expect_navigation() as waited:
        person.press_submit()
    assert waited.value.status == 410
    person.see("This offer has ended")
    assert site.rows("SELECT id FROM submission WHERE email = 'late@example.com'") == []


def test_server_checks_what_the_browser_would(visit: Visit) -> None:
    person = visit(View(1280, "light"), has_script=False)
    person.open(COUPON.path)
    person.fill({**COUPON.answers, "email": "person@example.com", "phone": "+420 1"})
    with person.page.expect_navigation() as waited:
        person.press_submit()
    assert waited.value.status == 422
    expect(person.field("phone")).to_have_attribute("aria-describedby", "h-phone e-phone")
    expect(person.page.locator("#e-phone")).to_be_visible()


def test_too_many_posts_are_told_to_wait_and_nothing_is_lost(tight: BrowserSite, browser: Browser) -> None:
    with Person(browser, tight.url, NARROW) as person:
        statuses = [_post(person, f"fast{number}@example.com") for number in range(3)]
        assert statuses == [303, 303, 429]
        person.see("A little too fast")
        assert axe_faults(person.page, (NARROW,)) == []
        assert sideways_scroll(person.page) == []
        person.page.go_back()
        expect(person.field("first_name")).to_have_value(EBOOK.answers["first_name"])


def test_locked_database_is_an_honest_503(site: BrowserSite, visit: Visit) -> None:
    person = visit(View(320, "light"))
    with site.locked():
        assert _post(person, "unlucky@example.com") == 503
        person.see("We cannot take this right now")
    assert axe_faults(person.page, (NARROW,)) == []
    assert sideways_scroll(person.page) == []
    assert _post(person, "unlucky@example.com") == 303
    assert site.state_of("unlucky@example.com") == "pending"


def _post(person: Person, address: str) -> int:
    """Send the form; gives the status of the first answer."""
    person.open(EBOOK.path)
    person.fill({**EBOOK.answers, "email": address})
    with person.page.expect_response(lambda answer: answer.request.method == "POST") as waited:
        person.press_submit()
    person.page.wait_for_load_state()
    return waited.value.status
