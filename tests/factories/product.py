"""The real product as an operator runs it: server and worker processes, a mail server, a receiver; on either engine."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, TypeVar

import jsonschema
import sqlalchemy as sa
from aiohttp import web
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from standardwebhooks import Webhook

from app import create_app
from app.outbox import events, topics
from config import Settings
from tests.factories.receivers import Arrived, Receiver
from tests.factories.server_process import ROOT, ServerProcess, free_port

T = TypeVar("T")
PLENTY = "100000"


@dataclass
class PostOffice:
    """A mail server on a port of its own that can be closed and opened again. `refusals` come first, by recipient."""

    port: int = field(default_factory=free_port)
    refusals: dict[str, list[str]] = field(default_factory=dict)
    taken: list[EmailMessage] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    _controller: Controller | None = None

    def open(self) -> None:
        """Begin to take mails."""
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def close(self) -> None:
        """Refuse connections."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Refuse as often as this recipient is to be refused, then take."""
        recipient = envelope.rcpt_tos[0]
        if self.refusals.get(recipient):
            self.refused.append(recipient)
            return self.refusals[recipient].pop(0)
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.taken.append(message)
        return "250 2.0.0 Kept"


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as it arrived."""

    message: EmailMessage

    @property
    def subject(self) -> str:
        """Its subject."""
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        """The text part."""
        return self._part("plain")

    @property
    def html(self) -> str:
        """The HTML part."""
        return self._part("html")

    def link(self, base: str, door: str) -> str:
        """The path of the first link of the text that leads through this door, like /c/."""
        start = self.text.index(f"{base}{door}") + len(base)
        return self.text[start:].split()[0]

    def _part(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        assert part is not None
        return str(part.get_content())


class Product:
    """Everything that runs, and what a person or an operator can see of it."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.post_office = PostOffice()
        self.is_receiver_down = False
        self.receiver = Receiver(self._receive)
        self._url = database_url
        self._folder = folder
        self._stack = ExitStack()
        self._database = sa.create_engine(database_url, isolation_level="AUTOCOMMIT")
        self._has_worker = not database_url.startswith("sqlite:")

    def __enter__(self) -> "Product":
        self.post_office.open()
        self._stack.callback(self.post_office.close)
        self._stack.enter_context(self.receiver)
        environ = {
            "GATEPOST_DATABASE_URL": self._url,
            "GATEPOST_DEV": "off",
            "GATEPOST_SMTP_URL": f"smtp://127.0.0.1:{self.post_office.port}?starttls=off",
            "GATEPOST_MAIL_FROM": "Linden & Lotus <hello@lindenlotus.example>",
            "GATEPOST_ALLOWED_PRIVATE_NETWORKS": "127.0.0.0/8",
            "GATEPOST_POSTS_PER_NETWORK": PLENTY,
            "GATEPOST_MAILS_PER_NETWORK": PLENTY,
            "GATEPOST_RESEND_COOLDOWN_SECONDS": "1",
            "GATEPOST_THREADS": "8",
        }
        self.server = ServerProcess(self._folder, environ)
        self.flask("coupons", "add", "first-order-15", "--make", "20")
        self.flask("pages", "publish")
        added = self.flask_json("webhooks", "add", "--url", self.receiver.url)
        self.endpoint, self._webhook = added["id"], Webhook(added["secret"])
        self._stack.enter_context(self.server)
        if self._has_worker:
            self._stack.callback(self._start_worker())
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()
        self._database.dispose()

    @property
    def url(self) -> str:
        """The address of the server."""
        return self.server.url

    def flask(self, *arguments: str) -> str:
        """What a command prints, run beside the server with its settings; it has to succeed."""
        app = create_app(Settings.from_env(self.server._environ()))
        try:
            result = app.test_cli_runner().invoke(args=arguments, catch_exceptions=False)
        finally:
            app.extensions["gatepost"].close()
        assert result.exit_code == 0, result.output
        return str(result.stdout)

    def flask_json(self, *arguments: str) -> Any:
        """What a command prints for programs."""
        return json.loads(self.flask(*arguments, "--json"))

    def letters(self, address: str, count: int = 1) -> list[Letter]:
        """The mails to this address, oldest first, as soon as there are so many."""
        return self.wait(lambda: found if len(found := self.arrived(address)) >= count else None)

    def hooks(self, email_or_id: str, *types: str) -> list[tuple[Arrived, dict[str, Any]]]:
        """Verified events about somebody of these types, one each, as soon as all have arrived."""

        def all_there() -> list[tuple[Arrived, dict[str, Any]]] | None:
            about = [
                each
                for each in self._verified()
                if email_or_id in (each[1]["data"].get("email"), each[1]["data"]["id"])
            ]
            found = [next((each for each in about if each[1]["type"] == name), None) for name in types]
            return [each for each in found if each is not None] if None not in found else None

        return self.wait(all_there)

    def let_time_pass(self) -> None:
        """What waits for its next try is due now, and a receiver behind an open breaker is tried."""
        with self._database.connect() as connection:
            connection.exec_driver_sql("UPDATE endpoint SET probe_at = opened_at WHERE opened_at IS NOT NULL")
            connection.exec_driver_sql("UPDATE message SET due = created_at WHERE state = 0")

    def wait_in_fast_time(self, find: Callable[[], T | None]) -> T:
        """The same as `wait`, while no pause between two tries lasts."""

        def hurry() -> T | None:
            self.let_time_pass()
            return find()

        return self.wait(hurry)

    def wait(self, find: Callable[[], T | None], seconds: float = 60) -> T:
        """What `find` finds, as soon as it does."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if found := find():
                return found
            time.sleep(0.02)
        raise AssertionError(f"it did not come to that within {seconds:.0f} s\n{self.server.log[-2000:]}")

    def arrived(self, address: str) -> list[Letter]:
        """The mails to this address so far."""
        return [Letter(each) for each in list(self.post_office.taken) if address in str(each["To"])]

    def _verified(self) -> list[tuple[Arrived, dict[str, Any]]]:
        return [(each, self.verified(each)) for each in list(self.receiver.arrived)]

    def verified(self, arrived: Arrived) -> dict[str, Any]:
        """The event, its signature checked by the public library and its shape by the published schema."""
        event: dict[str, Any] = self._webhook.verify(arrived.body, arrived.headers)
        model = topics.event_model(event["type"])
        jsonschema.validate(event, events.schema(model), format_checker=jsonschema.FormatChecker())
        return event

    async def _receive(self, _request: web.Request, _body: bytes) -> web.Response:
        return web.Response(status=503 if self.is_receiver_down else 200)

    def _start_worker(self) -> Callable[[], None]:
        log = (self._folder / "worker.log").open("wb")
        environ = self.server._environ()
        command = [sys.executable, "-m", "flask", "worker"]
        process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=log, stderr=log)

        def stop() -> None:
            process.terminate()
            code = process.wait(30)
            log.close()
            assert code == 0, f"the worker ended with {code}"

        return stop
