"""A visitor's browser, as much of it as a load needs: one connection, one cookie jar, no script."""

import http.client
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from urllib.parse import urlencode

AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
ANSWER_SECONDS = 15.0


class NoAnswer(Exception):
    """No whole answer came: the visitor knows nothing. `was_let_in`: a fresh connection was accepted and then cut."""

    def __init__(self, text: str, *, was_let_in: bool) -> None:
        super().__init__(text)
        self.was_let_in = was_let_in


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer, headers by lower-case name."""

    status: int
    headers: Mapping[str, str]
    text: str


class Browser:
    """Keeps one connection alive; when it was cut, the next one goes to the next of `ports`, as a balancer would.

    `address` is where the visitor comes from, said as a proxy says it; empty for this machine.
    """

    def __init__(self, *ports: int, seconds: float = ANSWER_SECONDS) -> None:
        self._ports = ports
        self._seconds = seconds
        self.address = ""
        self._connection: http.client.HTTPConnection | None = None
        self.cookies: dict[str, str] = {}

    def get(self, path: str) -> Answer:
        """Open a page. Raises NoAnswer."""
        return self._ask("GET", path, None)

    def post(self, path: str, form: Mapping[str, str]) -> Answer:
        """Send a form. Raises NoAnswer, after which it may or may not have arrived."""
        return self._ask("POST", path, urlencode(form).encode())

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def __enter__(self) -> "Browser":
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _: TracebackType | None
    ) -> None:
        self.close()

    def _ask(self, method: str, path: str, body: bytes | None) -> Answer:
        headers = {"User-Agent": AGENT, "Accept": "text/html"}
        if self.address:
            headers["X-Forwarded-For"] = self.address
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        is_fresh = False
        try:
            if self._connection is None:
                connection = http.client.HTTPConnection("127.0.0.1", self._ports[0], timeout=self._seconds)
                connection.connect()
                self._connection, is_fresh = connection, True
            self._connection.request(method, path, body, headers)
            response = self._connection.getresponse()
            text = response.read().decode()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            self._ports = (*self._ports[1:], self._ports[0])
            text = f"{method} {path.partition('?')[0]}: {type(error).__name__} {error}"
            raise NoAnswer(text, was_let_in=is_fresh) from error
        for line in response.headers.get_all("Set-Cookie") or ():
            if found := re.match(r"([^=]+)=([^;]*)", line):
                self.cookies[found[1]] = found[2]
        return Answer(response.status, {name.lower(): value for name, value in response.headers.items()}, text)
