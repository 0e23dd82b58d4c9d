"""Many visitors at once: some threads send forms, some read the mails that arrived and confirm."""

import email
import email.policy
import re
import threading
import time
from collections.abc import Sequence

from aiosmtpd.smtp import Envelope

from tests.crash.browser import Browser, NoAnswer
from tests.crash.ledger import Ledger, Visitor
from tests.factories.receivers import Box

MOST_WAITING = 150
PATIENCE_SECONDS = 0.05
SHORTEST_VISIT_SECONDS = 4.0


class Crowd:
    """Keeps a server busy between `start` and `stop`; a visitor who gets no answer sends the same form again."""

    def __init__(self, ledger: Ledger, mailbox: Box, ports: Sequence[int], *, posting: int, confirming: int) -> None:
        self._ledger = ledger
        self._mailbox = mailbox
        self._ports = ports
        self._may_post = threading.Event()
        self._is_over = threading.Event()
        self._read = 0
        self._reading = threading.Lock()
        self._threads = [
            *(threading.Thread(target=self._post, args=(each,)) for each in range(posting)),
            *(threading.Thread(target=self._confirm, args=(each,)) for each in range(confirming)),
        ]

    def start(self) -> None:
        """Come in."""
        self._may_post.set()
        for thread in self._threads:
            thread.start()

    def stop_posting(self) -> None:
        """Nobody new; those who wait for a mail go on."""
        self._may_post.clear()

    def stop(self) -> None:
        """Everybody leaves."""
        self._may_post.clear()
        self._is_over.set()
        for thread in self._threads:
            thread.join()

    def _post(self, number: int) -> None:
        visitor: Visitor | None = None
        with Browser(*self._ports_of(number)) as browser:
            while not self._is_over.is_set():
                if visitor is None and (not self._may_post.is_set() or self._ledger.waiting > MOST_WAITING):
                    self._is_over.wait(PATIENCE_SECONDS)
                    continue
                visitor = visitor or self._ledger.next()
                if self._send(browser, visitor):
                    visitor = None
                else:
                    self._is_over.wait(PATIENCE_SECONDS)

    def _ports_of(self, number: int) -> Sequence[int]:
        first = number % len(self._ports)
        return (*self._ports[first:], *self._ports[:first])

    def _send(self, browser: Browser, visitor: Visitor) -> bool:
        browser.cookies.clear()
        browser.address = visitor.address
        try:
            answer = browser.post(visitor.path, visitor.form)
        except NoAnswer as fault:
            self._ledger.unanswered("post", detail=str(fault), was_let_in=fault.was_let_in)
            return False
        self._ledger.count(f"post {answer.status}")
        if answer.status == 303:
            self._ledger.accepted(visitor, answer.headers["location"], browser.cookies)
        return answer.status == 303

    def _confirm(self, number: int) -> None:
        with Browser(*self._ports_of(number)) as browser:
            while not self._is_over.is_set():
                found = self._next_mail()
                if found is None:
                    self._is_over.wait(PATIENCE_SECONDS)
                    continue
                visitor, link, code = found
                while visitor.confirmed_at is None and not self._is_over.is_set():
                    if not self._press(browser, visitor, link, code):
                        self._is_over.wait(PATIENCE_SECONDS)

    def _next_mail(self) -> tuple[Visitor, str, str] | None:
        with self._reading:
            if self._read >= len(self._mailbox.letters):
                return None
            letter = self._mailbox.letters[self._read]
            self._read += 1
        visitor = self._ledger.by_email(letter.rcpt_tos[0])
        link, code = link_and_code(letter)
        if visitor is None or not link:
            return None
        # The mail can be faster than the answer to the form; who was never answered does not confirm.
        for _ in range(100):
            if visitor.accepted_at is not None or self._is_over.is_set():
                break
            time.sleep(PATIENCE_SECONDS)
        return (visitor, link, code) if visitor.accepted_at is not None else None

    def _press(self, browser: Browser, visitor: Visitor, link: str, code: str) -> bool:
        """Every third types the code, the others press the button in the browser that asked."""
        browser.cookies = dict(visitor.cookies) if visitor.number % 3 else {}
        browser.address = visitor.address
        path, form = (link, {}) if visitor.number % 3 else (f"{visitor.receipt}/code", {"code": code})
        try:
            answer = browser.post(path, form)
        except NoAnswer as fault:
            self._ledger.unanswered("confirm", detail=str(fault), was_let_in=fault.was_let_in)
            return False
        self._ledger.count(f"confirm {answer.status}")
        if answer.status == 303:
            self._ledger.confirmed(visitor)
        return answer.status == 303


def link_and_code(letter: Envelope) -> tuple[str, str]:
    """The path of the link and the code in a confirmation mail; empty for any other mail."""
    message = email.message_from_bytes(letter.original_content or b"", policy=email.policy.default)
    part = message.get_body(("plain",))
    text = part.get_content() if part is not None else ""
    link, code = re.search(r"https?://[^/\s]+(/c/\S+)", text), re.search(r": (\d{3})\s?(\d{3})\s*$", text, re.MULTILINE)
    return (link[1], code[1] + code[2]) if link and code else ("", "")
