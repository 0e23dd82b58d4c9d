"""Catches every letter of `./dev run` in a folder, so that no mail server is needed and nothing leaves the machine."""

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from app.adapters.mailer import Acceptance
from app.ids import new_id
from app.outbox.backoff import Kind, Outcome
from app.outbox.mail import Letter

_MOST_KEPT = 500
_NAME = re.compile(r"[0-9A-Z]{26}\Z")


@dataclass(frozen=True, slots=True)
class Caught:
    """One caught letter."""

    id: str
    raw: bytes
    message: EmailMessage

    @property
    def text(self) -> str:
        """The text part."""
        return self._part("plain")

    @property
    def html(self) -> str:
        """The HTML part."""
        return self._part("html")

    def _part(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return str(part.get_content()) if part is not None else ""


class MailCatcher:
    """A mailer that keeps the last 500 letters as .eml files, readable by any mail program."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, letter: Letter) -> Acceptance:
        """Keep one letter; the draft is renamed, so that a reader never sees half of it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        name = new_id()
        draft = self._folder / f"{name}.tmp"
        draft.write_bytes(letter.raw)
        draft.rename(self._folder / f"{name}.eml")
        for old in self._names()[_MOST_KEPT:]:
            (self._folder / f"{old}.eml").unlink(missing_ok=True)
        return Acceptance(Outcome(Kind.ANSWERED, 250), f"250 kept in the mail catcher as {name}")

    def close(self) -> None:
        """Nothing is held open."""

    def all(self) -> list[Caught]:
        """Every kept letter, newest first."""
        found = (self.one(name) for name in self._names())
        return [one for one in found if one is not None]

    def one(self, name: str) -> Caught | None:
        """One letter by its name in the catcher."""
        if not _NAME.match(name):
            return None
        try:
            raw = (self._folder / f"{name}.eml").read_bytes()
        except FileNotFoundError:
            return None
        message = message_from_bytes(raw, policy=policy.default)
        return Caught(name, raw, message)

    def _names(self) -> list[str]:
        return sorted((path.stem for path in self._folder.glob("*.eml")), reverse=True)
