"""Every page that a visitor may come to see, and how a browser gets there."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.factories.browser import Person
from tests.factories.browser_demos import COUPON, EBOOK
from tests.factories.browser_visitors import People, ask

Reach = Callable[[Person, People], None]
LOCALES = ("en", "vi", "cs")
_INSTANT_PRESS = "addEventListener('DOMContentLoaded', () => document.querySelector('#confirm-form')?.requestSubmit())"


def _at(path: str | Callable[[People], str], status: int = 200) -> Reach:
    def go(person: Person, people: People) -> None:
        assert person.open(path if isinstance(path, str) else path(people)) == status

    return go


def _form_errors(person: Person, people: People) -> None:
    person.open("/p/every?utm_source=x#form")
    person.fill({"email": "a@", "phone": "1", "seats": "99", "day": "2026-01-01", "name": "Ann"})
    person.press_submit()
    expect(person.page.locator("#errors")).to_be_focused()


def _choice_errors(person: Person, people: People) -> None:
    person.open("/vi/p/first-order")
    person.press_submit()
    expect(person.page.locator("#errors")).to_be_focused()


def _wrong_code(person: Person, people: People) -> None:
    person.open(people.waiting.receipt)
    person.page.locator("#code").fill("1234")
    person.page.locator("#code-form button").click()
    expect(person.page.locator("#code")).to_be_focused()
    expect(person.page.locator("#e-code")).to_be_visible()


def _suspect(person: Person, people: People) -> None:
    """A press within a second of opening, as machines do."""
    person.context.add_init_script(_INSTANT_PRESS)
    person.open(people.waiting.mailed("/c/"))
    person.see("One more step: the code")


def _saved(person: Person, people: People) -> None:
    person.open(ask(people.site, COUPON).confirm().mailed("/preferences/"))
    person.page.get_by_role("button", name="Withdraw").first.click()
    expect(person.page.get_by_role("status")).to_have_text("Your choice is saved.")


def _erased(person: Person, people: People) -> None:
    person.open(ask(people.site, EBOOK).confirm().mailed("/preferences/") + "/erase")
    person.page.get_by_role("button", name="Erase my data").click()
    person.see("Your data is erased")


def _unsubscribed(person: Person, people: People) -> None:
    person.open(ask(people.site, EBOOK).confirm().mailed("/u/"))
    person.page.get_by_role("button", name="Stop the mails").click()
    person.see("The mails have stopped")


STATES: dict[str, Reach] = {
    **{
        f"{name}-{code}": _at(("" if code == "en" else f"/{code}") + f"/p/{name}")
        for name in ("tea-list-guide", "tea-service-live", "first-order")
        for code in LOCALES
    },
    **{f"privacy-{code}": _at(f"/{code}/privacy") for code in LOCALES},
    "every-field": _at("/p/every"),
    "every-block": _at("/p/parts"),
    "ended": _at("/p/over"),
    "upcoming": _at("/p/soon"),
    "form-errors": _form_errors,
    "choice-errors": _choice_errors,
    "waiting": _at(lambda people: people.waiting.receipt),
    "waiting-sent-again": _at(lambda people: people.waiting.receipt + "?mail=sent"),
    "waiting-too-soon": _at(lambda people: people.waiting.receipt + "?mail=later"),
    "waiting-wrong-code": _wrong_code,
    "confirm": _at(lambda people: people.waiting.mailed("/c/")),
    "confirm-needs-code": _suspect,
    "expired": _at(lambda people: people.late.mailed("/c/"), 410),
    "delivered-ebook": _at(lambda people: people.reader.receipt),
    "delivered-webinar": _at(lambda people: people.guest.receipt),
    "delivered-coupon": _at(lambda people: people.buyer.receipt),
    "delivered-no-code": _at(lambda people: people.unlucky.receipt),
    "access-ended": _at(lambda people: people.former.mailed("/o/"), 410),
    "preferences": _at(lambda people: people.reader.mailed("/preferences/")),
    "preferences-nothing": _at(lambda people: people.guest.mailed("/preferences/")),
    "preferences-saved": _saved,
    "erase": _at(lambda people: people.reader.mailed("/preferences/") + "/erase"),
    "erased": _erased,
    "unsubscribe": _at(lambda people: people.reader.mailed("/u/")),
    "unsubscribed": _unsubscribed,
    "error-404": _at("/p/nowhere", 404),
    "error-broken-link": _at("/c/cut-off", 404),
}

TOOLS: dict[str, Reach] = {
    "dev": _at("/dev"),
    "dev-mails": _at("/dev/mail"),
    "dev-mail": _at(lambda people: f"/dev/mail/{people.site.letter(people.reader.address).id}"),
    "dev-sink": _at("/dev/sink"),
}
"""The pages that developers see in ./dev run."""
