"""Photographs every page, state, error and mail, narrow and wide, by day and by night, for people to look at.

Run by hand after a change of templates or styles: `.venv/bin/python -m tools.pictures [part of a name ...]`.
The pictures go to `reports/pictures/`.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.factories import chromium
from tests.factories.browser import Person
from tests.factories.browser_checks import View, turn
from tests.factories.browser_site import BrowserSite, open_site
from tests.factories.browser_states import STATES, TOOLS
from tests.factories.browser_visitors import People

FOLDER = Path(__file__).parents[1] / "reports" / "pictures"
VIEWS = (View(320, "light"), View(390, "dark"), View(1280, "light"), View(1280, "dark"))

_LOAD_ALL = """() => Promise.all([...document.images].map((image) => {
  image.loading = "eager";
  return image.complete || new Promise((done) => image.addEventListener("load", done));
}))"""


def main(wanted: list[str]) -> None:
    """Take the pictures whose names hold one of the wanted words; all, where there is none."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium.find(), args=chromium.FLAGS)
        site = open_site(Path(folder))
        try:
            _all(browser, site, wanted)
        finally:
            site.server.stop()
            browser.close()


def _all(browser: Browser, site: BrowserSite, wanted: list[str]) -> None:
    people = People(site)
    for name, reach in (STATES | TOOLS).items():
        if _is_wanted(name, wanted):
            with Person(browser, site.url) as person:
                reach(person, people)
                _take(person, name)
    _mails(browser, site, people, wanted)


def _mails(browser: Browser, site: BrowserSite, people: People, wanted: list[str]) -> None:
    """Every kind of mail that the people above got, once."""
    if not _is_wanted("mail", wanted):
        return
    for person in (people.reader, people.guest, people.buyer):
        person.mailed("/o/")
    seen: set[str] = set()
    for letter in site.letters("@"):
        if letter.subject not in seen:
            seen.add(letter.subject)
            with Person(browser, site.url, has_script=False) as viewer:
                viewer.open(f"/dev/mail/{letter.id}/html")
                name = "".join(sign if sign.isalnum() else "-" for sign in letter.subject.lower())[:40]
                _take(viewer, f"mail-{name}")
                (FOLDER / f"mail-{name}.txt").write_text(f"{letter.subject}\n\n{letter.text}", "utf-8")


def _take(person: Person, name: str) -> None:
    for view in VIEWS:
        turn(person.page, view)
        if person.has_script:
            person.page.evaluate(_LOAD_ALL)
        person.page.screenshot(
            path=FOLDER / f"{name}-{view.width}-{view.scheme}.png", full_page=True, animations="disabled"
        )


def _is_wanted(name: str, wanted: list[str]) -> bool:
    return not wanted or any(word in name for word in wanted)


if __name__ == "__main__":
    main(sys.argv[1:])
