"""One server for all browser tests, and people with browsers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Error, sync_playwright

from tests.conftest import missing
from tests.factories import chromium
from tests.factories.browser import Person
from tests.factories.browser_checks import WIDE, View
from tests.factories.browser_site import BrowserSite, open_site

Visit = Callable[..., Person]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for the tests of a file. It brings an event loop, so it must be gone before other tests run."""
    with sync_playwright() as playwright:
        try:
            opened = playwright.chromium.launch(executable_path=chromium.find(), args=chromium.FLAGS)
        except Error as fault:
            missing(f"no Chromium: {fault.message.splitlines()[0]}")
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserSite]:
    """A running server."""
    opened = open_site(tmp_path_factory.mktemp("browser"))
    yield opened
    opened.server.stop()


@pytest.fixture
def visit(browser: Browser, site: BrowserSite) -> Iterator[Visit]:
    """Opens one more browser; all are closed in the end, and what they complained of fails the test."""
    with ExitStack() as people:

        def open_browser(view: View = WIDE, **more: bool | str) -> Person:
            return people.enter_context(Person(browser, site.url, view, **more))  # type: ignore[arg-type]

        yield open_browser
