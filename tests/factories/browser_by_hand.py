"""A browser without script over real sockets, with cookies: for walks through running servers."""

import re
import urllib.error
import urllib.request
from dataclasses import dataclass
from email.message import Message
from html import unescape
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@dataclass(frozen=True, slots=True)
class Seen:
    """A response, after redirects."""

    status: int
    path: str
    headers: Message
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    @property
    def heading(self) -> str:
        """The first heading of a page."""
        found = re.search(r"(?s)<h1[^>]*>(.*?)</h1>", self.text)
        return unescape(re.sub(r"<[^>]+>", "", found[1])).strip() if found else ""

    @property
    def fields(self) -> set[str]:
        """The names of all controls on a page."""
        return set(re.findall(r'name="([^"]+)"', self.text))

    def value(self, name: str) -> str:
        """The value of a hidden control."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.text)
        assert found, name
        return unescape(found[1])


class BrowserByHand:
    """Opens and posts; remembers cookies, follows redirects."""

    def __init__(self, url: str, *, agent: str = FIREFOX) -> None:
        self._url = url
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self._opener.addheaders = [("User-Agent", agent), ("Accept", "text/html"), ("Accept-Language", "en")]

    def get(self, path: str, **headers: str) -> Seen:
        """Open an address."""
        return self._send(path, None, headers, "GET")

    def head(self, path: str, **headers: str) -> Seen:
        """Ask for the headers alone."""
        return self._send(path, None, headers, "HEAD")

    def post(self, path: str, data: dict[str, Any] | None = None, **headers: str) -> Seen:
        """Send a form."""
        return self._send(path, urlencode(data or {}, doseq=True).encode(), headers, "POST")

    def fill_in(self, path: str, **answers: Any) -> Seen:
        """Open a page with a form, spend half a minute on it, and send what it asks for."""
        page = self.get(path)
        told = {name.replace("consent_", "consent."): value for name, value in answers.items()}
        unknown = told.keys() - page.fields
        assert not unknown, f"the form has no {unknown}"
        return self.post(path, {**told, "gp_ms": "30000", "gp_rev": page.value("gp_rev")})

    def _send(self, path: str, body: bytes | None, headers: dict[str, str], method: str) -> Seen:
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        address = self._url + quote(path, safe="/?=&%:~.-_+")
        request = urllib.request.Request(address, data=body, headers=told, method=method)
        try:
            with self._opener.open(request, timeout=20) as answer:
                return Seen(answer.status, _path(answer.url), answer.headers, answer.read())
        except urllib.error.HTTPError as answer:
            with answer:
                return Seen(answer.code, _path(answer.url), answer.headers, answer.read())


def _path(url: str) -> str:
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")
