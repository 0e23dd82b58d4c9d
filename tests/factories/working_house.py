"""A server's outbox with its worker, and the few steps that tests of it tell their stories in."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from app import wake
from app.adapters.secret_box import SecretBox, new_secret
from app.db import Database
from app.outbox import actions, events, queries
from app.outbox.delivery import Claimed, State
from app.outbox.event_examples import example
from app.outbox.mail import Cancel, MailContext
from app.worker import Worker, worker_for
from config import Settings


class Clock:
    """The real time plus what a test adds, so that nobody waits for a schedule."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def skip(self, **more: float) -> None:
        self.ahead += timedelta(**more)
        wake.ring()


class WorkingHouse:
    """One server's outbox with its worker and the few steps these tests tell their stories in."""

    def __init__(self, database: Database, settings: Settings, templates: Path) -> None:
        self.database = database
        self.settings = settings
        self.templates = templates
        self.now = Clock()
        self.secret = new_secret()
        self.mail: MailContext | Cancel | Exception = Cancel("no mail in this test")

    def endpoint(self, url: str, **more: Any) -> str:
        facts = {"url": url, "events": ["lead.confirmed"], "now": self.now(),
                 "sealed_secret": SecretBox(self.settings.secret_keys).seal(self.secret)}  # fmt: skip
        return self.database.write(lambda session: actions.add_endpoint(session, **{**facts, **more}))

    def put_event(self, lead: str = "L1") -> str:
        now = self.now()
        event = example(events.LeadConfirmed, now)
        return self.database.write(lambda s: actions.put_for_endpoints(s, event, lead_id=lead, now=now))[0]

    def put_mail(self) -> str:
        found = self.database.write(
            lambda session: actions.put(session, "mail.confirm", {}, submission_id="S1", now=self.now())
        )
        assert found
        return found

    @contextmanager
    def worker(self, **more: Any) -> Iterator[Worker]:
        more |= {"now": self.now, "templates": self.templates}
        made = worker_for(self.settings, self.database, mail_facts=self._facts, **more)
        made.start()
        try:
            yield made
        finally:
            made.stop()

    def wait(self, is_so: Callable[[Session], Any], seconds: float = 10) -> Any:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if found := self.database.read(is_so):
                return found
            time.sleep(0.01)
        raise AssertionError("it did not come to that in time")

    def wait_for_state(self, message_id: str, state: State) -> Any:
        return self.wait(lambda s: (one := queries.message(s, message_id)) and one.state == state and one)

    def wait_for_attempts(self, message_id: str, count: int) -> Any:
        return self.wait(lambda s: len(found := queries.attempts(s, message_id)) >= count and found)

    def _facts(self, _session: Session, _message: Claimed, _now: datetime) -> MailContext | Cancel:
        if isinstance(self.mail, Exception):
            raise self.mail
        return self.mail


def working_house(database: Database, engine_url: str, folder: Path) -> WorkingHouse:
    """A house on this database that may deliver to this machine."""
    networks = (ip_network("127.0.0.0/8"),)
    settings = Settings.for_tests(data_dir=folder / "data", database_url=engine_url, allowed_private_networks=networks)
    return WorkingHouse(database, settings, _plain_templates(folder))


def _plain_templates(root: Path) -> Path:
    """Templates of our own, so that these tests do not hang on the wording of the real ones."""
    folder = root / "templates" / "mail" / "confirm"
    folder.mkdir(parents=True)
    for name in ("subject.txt", "body.txt", "body.html"):
        (folder / name).write_text("{{ offer_title }} {{ code }}")
    return root / "templates"
