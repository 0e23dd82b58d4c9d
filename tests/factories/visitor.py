"""A visitor's browser: opens pages, fills in forms, follows mailed links, with cookies or without."""

import re
from html import unescape
from typing import Any

from werkzeug.test import TestResponse

from app.capture.models import Submission
from tests.factories.site import Site

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1"


class Visitor:
    """One browser on one network, without script."""

    def __init__(
        self, site: Site, *, address: str = "203.0.113.7", agent: str = FIREFOX, has_cookies: bool = True
    ) -> None:
        self.site = site
        self._client = site.app.test_client(use_cookies=has_cookies)
        self._environ = {"REMOTE_ADDR": address}
        self._headers = {"User-Agent": agent, "Accept": "text/html,application/xhtml+xml"}

    def get(self, path: str, **headers: str) -> TestResponse:
        """Open a page."""
        return self.send("GET", path, **headers)

    def post(self, path: str, data: Any = None, **headers: str) -> TestResponse:
        """Send a form; `data` is a dictionary, or the body as bytes."""
        return self.send("POST", path, data=data, **headers)

    def send(self, method: str, path: str, *, data: Any = None, **headers: str) -> TestResponse:
        """Any request; headers are written with underscores (Sec_Purpose)."""
        told = self._headers | {name.replace("_", "-"): value for name, value in headers.items()}
        if isinstance(data, bytes) and "Content-Type" not in told:
            told["Content-Type"] = "application/x-www-form-urlencoded"
        path = path.removeprefix(self.site.base)
        return self._client.open(path, method=method, data=data, headers=told, environ_base=self._environ)

    def ask(self, path: str = "/p/guide", **answers: Any) -> TestResponse:
        """Send the form of a page after half a minute on it; consents are written as consent_newsletter="yes"."""
        told = {"email": "ann@example.com", "gp_ms": "30000", **answers}
        return self.post(path, {name.replace("consent_", "consent."): value for name, value in told.items()})

    def asked(self, path: str = "/p/guide", **answers: Any) -> Submission:
        """The submission that comes of asking."""
        response = self.ask(path, **answers)
        assert response.status_code == 303, (response.status_code, words(response))
        return self.site.submission_of(response.location)

    def confirm(self, submission: Submission) -> TestResponse:
        """Press the button of the mailed link, half a minute after opening it."""
        nonce = self.site.nonce(submission.id, seconds_ago=30)
        return self.post(self.site.confirm_path(submission.id), {"nonce": nonce})

    def confirmed(self, path: str = "/p/guide", **answers: Any) -> Submission:
        """Ask, and confirm in this same browser."""
        submission = self.asked(path, **answers)
        response = self.confirm(submission)
        assert response.status_code == 303, words(response)
        return self.site.one(Submission, Submission.id == submission.id)


def words(response: TestResponse) -> str:
    """The text of a page without its markup and styles."""
    text = re.sub(r"(?s)<(style|svg|head)\b.*?</\1>", " ", response.text)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


def heading(response: TestResponse) -> str:
    """The first heading of a page."""
    found = re.search(r"(?s)<h1[^>]*>(.*?)</h1>", response.text)
    return unescape(re.sub(r"<[^>]+>", "", found[1])).strip() if found else ""
