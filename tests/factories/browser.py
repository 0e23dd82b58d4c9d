"""A person with a browser: opens pages, types, presses; every fault that the browser notices is remembered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, Route, expect

from tests.factories.browser_checks import WIDE, View

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
PATIENCE_MS = 30_000
_REPORT_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) => console.error("CSP", event.violatedDirective, event.blockedURI));
"""
expect.set_options(timeout=PATIENCE_MS)


@dataclass
class Person:
    """One browser context with one page in front. Use it as a context manager: leaving raises what went wrong."""

    browser: Browser
    base_url: str
    view: View = WIDE
    has_script: bool = True
    reloads: bool = False
    zone: str = "Europe/Prague"
    faults: list[str] = field(default_factory=list)
    context: BrowserContext = field(init=False)
    page: Page = field(init=False)

    def __enter__(self) -> Person:
        self.context = self.browser.new_context(
            base_url=self.base_url,
            viewport={"width": self.view.width, "height": 900 if self.view.width > 600 else 640},
            color_scheme=self.view.scheme,
            java_script_enabled=self.has_script,
            reduced_motion="reduce",
            user_agent=CHROME,
            locale="en-GB",
            timezone_id=self.zone,
            permissions=["clipboard-read", "clipboard-write"],
        )
        self.context.set_default_timeout(PATIENCE_MS)
        if self.has_script:
            self.context.add_init_script(_REPORT_VIOLATIONS)
        if not self.reloads:
            self.context.route("**/static/dev-reload*", _nothing)
        self.context.on("console", self._console)
        self.context.on("weberror", lambda error: self.faults.append(f"error: {error.error}"))
        self.context.on("request", self._request)
        self.context.on("response", self._response)
        self.page = self.context.new_page()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.context.close()
        if kind is None:
            assert self.faults == [], self.faults

    def open(self, path: str) -> int:
        """Go to a page of the site; gives its status."""
        answer = self.page.goto(path)
        return answer.status if answer else 0

    def another_tab(self) -> Page:
        """A new tab of the same browser, in front from now on."""
        self.page = self.context.new_page()
        return self.page

    def field(self, key: str) -> Any:
        """The control of a field of the form."""
        return self.page.locator(f"#the-form [name='{key}']")

    def fill(self, answers: dict[str, str]) -> None:
        """Type, choose and tick; an answer beginning with a tick mark names a box or a radio button."""
        for key, value in answers.items():
            control = self.field(key)
            if value.startswith("✓"):
                control.and_(self.page.locator(f"[value='{value[1:]}']")).check()
            elif control.evaluate("node => node.tagName") == "SELECT":
                control.select_option(value)
            else:
                control.fill(value)

    def press_submit(self, *, twice: bool = False) -> None:
        """Press the button of the form once, or twice as impatient people do."""
        button = self.page.locator("#the-form [type=submit]")
        button.dblclick() if twice else button.click()

    def focused(self) -> str:
        """The id of the element that has the focus."""
        return str(self.page.locator(":focus").get_attribute("id"))

    def see(self, heading: str) -> None:
        """Wait until the page says this in its main heading."""
        expect(self.page.locator("h1")).to_have_text(heading)

    def _console(self, message: ConsoleMessage) -> None:
        # A page answered with an error status is told on the console too; what it should be is the test's matter.
        if message.type == "error" and not message.text.startswith("Failed to load resource: the server responded"):
            self.faults.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.base_url}/", "data:", "blob:")):
            self.faults.append(f"request elsewhere: {request.url}")

    def _response(self, response: Response) -> None:
        # What status a page has is the test's matter; what a page loads must be there.
        if response.status >= 400 and not response.request.is_navigation_request():
            self.faults.append(f"{response.status}: {response.url}")


def _nothing(route: Route) -> None:
    route.fulfill(body="", content_type="text/javascript")
