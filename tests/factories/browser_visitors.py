"""People who ask and confirm without a browser, in a moment, so that a browser may look at what they then have."""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from urllib.parse import urlencode, urlsplit

from tests.factories.browser_demos import COUPON, EBOOK, WEBINAR, Demo
from tests.factories.browser_site import BrowserSite

_numbers = count(1)
_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@dataclass
class Asked:
    """Somebody who has sent a form. `receipt` is the path of the waiting page."""

    site: BrowserSite
    address: str
    receipt: str

    def confirm(self) -> Asked:
        """Type the code, at once."""
        send(self.site, f"{self.receipt}/code", {"code": self.site.letter(self.address, "onfirm").code})
        return self

    def mailed(self, prefix: str) -> str:
        """The path that begins so in one of the mails to this person."""
        return self.site.letters_path(self.address, prefix)


def ask(site: BrowserSite, demo: Demo, locale: str = "en") -> Asked:
    """Send the form of a demo page as a new person."""
    address = f"person{next(_numbers)}@example.com"
    told = {key: value.removeprefix("✓") for key, value in demo.answers.items()}
    path = demo.path if locale == "en" else f"/{locale}{demo.path}"
    location = send(site, path, {**told, "email": address, "gp_ms": "30000"})
    return Asked(site, address, location)


def send(site: BrowserSite, path: str, values: dict[str, str]) -> str:
    """Post a form; gives where the answer leads."""
    connection = http.client.HTTPConnection(urlsplit(site.url).netloc, timeout=30)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": _AGENT, "Accept": "text/html"}
    connection.request("POST", path, urlencode(values), headers)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    assert answer.status == 303, (answer.status, body)
    return str(answer.headers["Location"])


@dataclass
class People:
    """Some people at different points of their way, each made when first asked for."""

    site: BrowserSite

    @cached_property
    def waiting(self) -> Asked:
        """One who has the mail and has not pressed."""
        return ask(self.site, EBOOK)

    @cached_property
    def late(self) -> Asked:
        """One whose link has run out."""
        person = ask(self.site, EBOOK)
        person.mailed("/c/")
        self.site.change("UPDATE submission SET expires_at = '2026-01-01 00:00:00' WHERE email = ?", person.address)
        return person

    @cached_property
    def reader(self) -> Asked:
        """One who has the guide and allowed the letter."""
        return ask(self.site, EBOOK).confirm()

    @cached_property
    def guest(self) -> Asked:
        """One with a seat, who allowed nothing."""
        return ask(self.site, WEBINAR).confirm()

    @cached_property
    def buyer(self) -> Asked:
        """One with a code."""
        return ask(self.site, COUPON).confirm()

    @cached_property
    def unlucky(self) -> Asked:
        """One for whom no code was left."""
        person = ask(self.site, COUPON).confirm()
        self.site.change(
            "UPDATE access SET facts = json_set(facts, '$.code', NULL) "
            "WHERE submission_id = (SELECT id FROM submission WHERE email = ?)",
            person.address,
        )
        return person

    @cached_property
    def former(self) -> Asked:
        """One whose access to the guide has ended."""
        person = ask(self.site, EBOOK).confirm()
        self.site.change(
            "UPDATE access SET expires_at = '2026-01-01 00:00:00' "
            "WHERE submission_id = (SELECT id FROM submission WHERE email = ?)",
            person.address,
        )
        return person
