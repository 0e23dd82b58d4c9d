"""The second step of a double opt-in: the six-digit code, and whether a press of the button looks like a person's.

Mail scanners fetch links, run scripts and click. A press that looks like theirs confirms nothing by itself: it is
`suspect`, and the page asks for the code in the mail, which a person can read and a scanner does not type.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from unicodedata import normalize

CODE_DIGITS = 6

AFTER_SENDING = timedelta(seconds=3)
AFTER_OPENING = timedelta(seconds=1)
SWEEP = timedelta(seconds=10)
SWEEP_LINKS = 3
TRAP_WINDOW = timedelta(seconds=60)

TRAP = "trap"
"""The name of the hidden link that only programs follow."""
CONFIRM = "confirm"
"""The name of the link to the page with the button."""


class Grade(StrEnum):
    """How a press is taken: `clean` confirms, `suspect` asks for the code."""

    CLEAN = "clean"
    SUSPECT = "suspect"


@dataclass(frozen=True, slots=True)
class Fetch:
    """A fetch of one of the links in a mail, by whomever. `link` names it: confirm, privacy, unsubscribe, trap ..."""

    at: datetime
    link: str


@dataclass(frozen=True, slots=True)
class Press:
    """A post of the button. `page_at` is when its page was made (from the signed nonce), None when it brings none.

    `is_same_browser` tells that it brings the cookie of the waiting page: it is the browser that asked.
    """

    at: datetime
    page_at: datetime | None = None
    is_same_browser: bool = False


@dataclass(frozen=True, slots=True)
class Grading:
    """A grade with its reasons."""

    grade: Grade
    reasons: tuple[str, ...] = ()


_CLEAN = Grading(Grade.CLEAN)


def tidy_code(text: str) -> str | None:
    """The code somebody typed, without spaces, hyphens and full-width forms; None if it is not six digits."""
    digits = "".join(
        sign for sign in normalize("NFKC", text[:100]) if not sign.isspace() and sign not in "-\u2013.\u200b"
    )
    return digits if len(digits) == CODE_DIGITS and digits.isascii() and digits.isdigit() else None


def grade_press(press: Press, fetches: Iterable[Fetch], *, sent_at: datetime | None) -> Grading:
    """Grade one press by what happened around it; a sweep long before or after says nothing about this press.

    `fetches` are those of this mail, by anybody. `sent_at` is when the mail server took the mail, None if unknown.
    The browser that asked is always clean: its page presses the button by itself, faster than a person could.
    """
    if press.is_same_browser:
        return _CLEAN
    near = tuple(fetch for fetch in fetches if abs(fetch.at - press.at) <= TRAP_WINDOW)
    reasons = tuple(_suspicions(press, near, sent_at))
    return Grading(Grade.SUSPECT, reasons) if reasons else _CLEAN


def _suspicions(press: Press, near: Sequence[Fetch], sent_at: datetime | None) -> Iterable[str]:
    if sent_at is not None and press.at - sent_at < AFTER_SENDING:
        yield "pressed within 3 seconds of sending"
    opened_at = _opened_at(press, near)
    if opened_at is None:
        yield "pressed without opening the page"
    elif press.at - opened_at < AFTER_OPENING:
        yield "pressed within 1 second of opening"
    if any(fetch.link == TRAP for fetch in near):
        yield "the hidden link was fetched within a minute"
    if _is_sweep(press, near):
        yield "several links of the mail were fetched at once"


def _opened_at(press: Press, near: Sequence[Fetch]) -> datetime | None:
    """When the page was opened: by the nonce it brought, else by the latest fetch of it before the press."""
    if press.page_at is not None:
        return press.page_at
    return max((fetch.at for fetch in near if fetch.link == CONFIRM and fetch.at <= press.at), default=None)


def _is_sweep(press: Press, near: Sequence[Fetch]) -> bool:
    """Whether ten seconds that contain the press hold three different links, the pressed one among them."""
    starts = [fetch.at for fetch in near if timedelta(0) <= press.at - fetch.at <= SWEEP]
    for start in (*starts, press.at):
        links = {fetch.link for fetch in near if timedelta(0) <= fetch.at - start <= SWEEP}
        if len(links | {CONFIRM}) >= SWEEP_LINKS:
            return True
    return False
