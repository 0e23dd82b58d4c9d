"""What visitors were promised: the half of the truth that must not depend on the server."""

import threading
import time
from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Visitor:
    """One person with one form; times are monotonic seconds, None until it happened."""

    number: int
    email: str
    address: str
    form: dict[str, str]
    path: str
    cookies: dict[str, str] = field(default_factory=dict)
    receipt: str = ""
    accepted_at: float | None = None
    confirmed_at: float | None = None


class Ledger:
    """All visitors of one run, by address; safe for many threads."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._visitors: dict[str, Visitor] = {}
        self.statuses: Counter[str] = Counter()
        self.cut: Counter[str] = Counter()
        self.last_accepted_at = 0.0
        self._confirmed = 0

    def next(self) -> Visitor:
        """A person who has not been here yet."""
        with self._lock:
            number = len(self._visitors) + 1
            email = f"{self._name}.{number}@example.com"
            visitor = Visitor(number, email, _address(number), _form(number, email), _path(number))
            self._visitors[email] = visitor
            return visitor

    def accepted(self, visitor: Visitor, receipt: str, cookies: dict[str, str]) -> None:
        """The server answered 303 to the form: from now on it may not be lost."""
        with self._lock:
            visitor.receipt, visitor.cookies = receipt, dict(cookies)
            visitor.accepted_at = self.last_accepted_at = time.monotonic()

    def confirmed(self, visitor: Visitor) -> None:
        """The server answered 303 to the confirmation."""
        with self._lock:
            self._confirmed += visitor.confirmed_at is None
            visitor.confirmed_at = visitor.confirmed_at or time.monotonic()

    def count(self, what: str) -> None:
        """Count an answer or a lack of one, for the figures."""
        with self._lock:
            self.statuses[what] += 1

    def unanswered(self, what: str, *, detail: str, was_let_in: bool) -> None:
        """No answer came; on a connection that was accepted just before, a request was cut."""
        with self._lock:
            self.statuses[f"{what} unanswered"] += 1
            if was_let_in:
                self.cut[detail] += 1

    def by_email(self, email: str) -> Visitor | None:
        """Whose address this is."""
        with self._lock:
            return self._visitors.get(email)

    @property
    def visitors(self) -> list[Visitor]:
        """Everybody so far."""
        with self._lock:
            return list(self._visitors.values())

    @property
    def waiting(self) -> int:
        """How many were accepted and have not confirmed yet."""
        with self._lock:
            accepted = sum(visitor.accepted_at is not None for visitor in self._visitors.values())
            return accepted - self._confirmed


def _address(number: int) -> str:
    """Everybody comes from a network of their own."""
    return f"20.{number // 256 % 256}.{number % 256}.7"


def _path(number: int) -> str:
    return f"/p/tea-list-guide?utm_source=google&utm_medium=cpc&utm_campaign=tea-list-{number % 3}"


def _form(number: int, email: str) -> dict[str, str]:
    form = {
        "email": email,
        "first_name": f"Visitor {number}",
        "company": "Tea House",
        "business": ("cafe", "hotel", "home")[number % 3],
        "role": ("owner", "buyer", "student")[number % 3],
        "gp_ms": "9000",
    }
    if number % 2:
        form["consent.newsletter"] = "yes"
    return form
