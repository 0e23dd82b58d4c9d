"""In ./dev run a saved page file is published within a second, and the open page reloads by itself."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.factories.browser_site import BrowserSite


def test_open_page_shows_what_was_saved(site: BrowserSite, visit: Visit) -> None:
    path = site.pages / "live" / "page.en.yaml"
    before = path.read_text("utf-8")
    person = visit(reloads=True)
    with person.page.expect_response("**/dev/changes"):
        person.open("/p/live")
    path.write_text(before.replace("heading: The live page", "heading: Saved a moment ago"), "utf-8")
    person.see("Saved a moment ago")
    path.write_text(before, "utf-8")
    person.see("The live page")


def test_faulty_file_changes_nothing_and_is_told_on_the_console(site: BrowserSite, visit: Visit) -> None:
    path = site.pages / "live" / "page.en.yaml"
    before = path.read_text("utf-8")
    person = visit(reloads=True)
    with person.page.expect_response("**/dev/changes"):
        person.open("/p/live")
    with person.page.expect_console_message(lambda told: "page.en.yaml" in told.text, timeout=30_000):
        path.write_text(before.replace("type: hero", "type: heroic"), "utf-8")
    expect(person.page.locator("h1")).to_have_text("The live page")
    path.write_text(before, "utf-8")
