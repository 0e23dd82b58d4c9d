"""Puts a worker together for an app: which mailer, which guard, which templates."""

import os
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from app import wake
from app.adapters import clock
from app.adapters.host_names import own_name
from app.adapters.mail_catcher import MailCatcher
from app.adapters.mailer import Acceptance, Mailer, SmtpMailer
from app.adapters.secret_box import SecretBox
from app.adapters.webhook_client import TOTAL_SECONDS, WebhookClient
from app.db import Database
from app.journey.mail_context import MailContexts
from app.outbox.backoff import Kind, Outcome
from app.outbox.mail import Letter
from app.outbox.target import LOOPBACK, Network
from app.services import Services
from app.worker.daily import Daily
from app.worker.loop import POLL_SECONDS, Worker
from app.worker.senders import MailFacts, MailSender, WebhookSender
from config import Settings

if TYPE_CHECKING:
    from app.adapters.postgres_bell import PostgresBell

TEMPLATES = Path(__file__).parents[2] / "templates"
_MAIL_CAP = 8


def worker_for(
    settings: Settings,
    database: Database,
    *,
    mail_facts: MailFacts,
    upkeep: Callable[[datetime], None] | None = None,
    slots: int = 64,
    now: Callable[[], datetime] = clock.now,
    poll_seconds: float = POLL_SECONDS,
    stop_seconds: float = TOTAL_SECONDS + 1,
    templates: Path = TEMPLATES,
) -> Worker:
    """A worker with the ways out that the settings describe; not started yet."""
    name = f"{own_name()[:40]}:{os.getpid()}"
    open_webhooks, close_webhooks = _webhooks(settings, name, now)
    mail = MailSender(
        mailer(settings),
        database=database,
        facts=mail_facts,
        environment=letter_templates(templates),
        threads=ThreadPoolExecutor(_MAIL_CAP, thread_name_prefix="mail"),
        clock=now,
        worker=name,
    )
    return Worker(
        database,
        open_webhooks=open_webhooks,
        close_webhooks=close_webhooks,
        mail=mail,
        clock=now,
        name=name,
        daily=Daily(database, upkeep, worker=name) if upkeep is not None else None,
        listen=None if database.is_sqlite else _hearing(settings.database_url),
        slots=slots,
        mail_cap=_MAIL_CAP,
        lease=timedelta(seconds=settings.lease_seconds),
        poll_seconds=poll_seconds,
        stop_seconds=stop_seconds,
    )


def worker_of(app: Services, *, upkeep: Callable[[datetime], None] | None = None) -> Worker:
    """A worker for a running app."""
    facts = MailContexts(app.settings, app.links, app.texts)
    return worker_for(app.settings, app.database, mail_facts=facts, upkeep=upkeep)


def ring_over_postgres(settings: Settings) -> "PostgresBell | None":
    """On PostgreSQL, carry this process's bell to workers elsewhere; gives what is to be stopped in the end."""
    if settings.on_sqlite:
        return None
    from app.adapters.postgres_bell import PostgresBell

    bell = PostgresBell(settings.database_url)
    bell.start()
    wake.listen(bell.ring)
    return bell


def _hearing(url: str) -> Callable[..., Awaitable[None]]:
    from app.adapters import postgres_bell

    return partial(postgres_bell.hear, url)


def mailer(settings: Settings) -> Mailer:
    """The mail server of the settings; without one the catcher of `./dev run`, elsewhere mails wait."""
    if settings.smtp_url is not None:
        return SmtpMailer(settings.smtp_url, hello=urlsplit(settings.base_url).hostname or "localhost")
    return MailCatcher(mail_folder(settings)) if settings.dev else _NoMailer()


def mail_folder(settings: Settings) -> Path:
    """Where the mail catcher keeps its letters."""
    return settings.data_dir / "mail"


def allowed_networks(settings: Settings) -> tuple[Network, ...]:
    """Private networks that deliveries may enter; in `./dev run` this machine too, for the built-in receiver."""
    return (*settings.allowed_private_networks, *(LOOPBACK if settings.dev else ()))


def letter_templates(folder: Path = TEMPLATES) -> Environment:
    """The environment mails are rendered in: HTML escaped, unknown names an error instead of a gap."""
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=select_autoescape(["html"], default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _webhooks(
    settings: Settings, name: str, now: Callable[[], datetime]
) -> tuple[Callable[[], Awaitable[WebhookSender]], Callable[[], Awaitable[None]]]:
    """Made inside the loop that uses it, since aiohttp binds its connections to one loop."""
    clients: list[WebhookClient] = []
    box = SecretBox(settings.secret_keys)

    async def open_webhooks() -> WebhookSender:
        clients.append(WebhookClient(allowed=allowed_networks(settings)))
        return WebhookSender(clients[-1], box, clock=now, worker=name)

    async def close_webhooks() -> None:
        while clients:
            await clients.pop().close()

    return open_webhooks, close_webhooks


class _NoMailer:
    """Takes nothing: mails wait, visibly, until a mail server is set up."""

    def send(self, letter: Letter) -> Acceptance:
        """Delay the letter."""
        return Acceptance(Outcome(Kind.UNREACHABLE, note="No mail server is set up; set GATEPOST_SMTP_URL."))

    def close(self) -> None:
        """Nothing is held open."""
