"""How one claimed message leaves: signed and posted, or written and mailed."""

import asyncio
import hashlib
import random
import time
from collections.abc import Callable
from concurrent.futures import Executor
from datetime import datetime
from functools import lru_cache

import structlog
from jinja2 import Environment
from sqlalchemy.orm import Session

from app.adapters.mailer import Mailer
from app.adapters.secret_box import SecretBox
from app.adapters.webhook_client import WebhookClient
from app.db import Database
from app.errors import AppError
from app.outbox import mail, signature, topics
from app.outbox.backoff import Cancelled, Dead, Done, Kind, Outcome, after_mail, after_webhook
from app.outbox.delivery import Claimed, Proof, Receiver, Settlement

MailFacts = Callable[[Session, Claimed, datetime], mail.MailContext | mail.Cancel]
Clock = Callable[[], datetime]
_log = structlog.get_logger("worker")


class WebhookSender:
    """Signs with every secret that is valid now and posts the bytes that were rendered with the fact."""

    def __init__(self, client: WebhookClient, box: SecretBox, *, clock: Clock, worker: str) -> None:
        self._client = client
        self._clock = clock
        self._worker = worker
        self._key = lru_cache(maxsize=1024)(lambda sealed: signature.secret_bytes(box.open(sealed)))

    async def send(self, message: Claimed, receiver: Receiver) -> Settlement:
        """One attempt; raises AppError when the endpoint's secret cannot be read."""
        started, clock = self._clock(), time.perf_counter()
        body = message.payload.encode()
        headers = signature.headers(
            self._keys(receiver, started), message.id, timestamp=int(started.timestamp()), body=body
        )
        reply = await self._client.post(receiver.url, headers=headers, body=body)
        verdict = after_webhook(
            reply.outcome,
            attempt=message.attempt,
            now=self._clock(),
            chance=random.random(),  # noqa: S311
        )
        return Settlement(message, reply.outcome, verdict, started, _ms(clock), self._worker, excerpt=reply.excerpt)

    def _keys(self, receiver: Receiver, now: datetime) -> list[bytes]:
        keys = [self._key(receiver.secret)]
        until = receiver.old_secret_until
        if receiver.old_secret and until is not None and until > now:
            keys.append(self._key(receiver.old_secret))
        return keys


class MailSender:
    """Asks for the facts at the moment of sending, writes the letter and hands it to the mail server, in threads."""

    def __init__(
        self,
        mailer: Mailer,
        *,
        database: Database,
        facts: MailFacts,
        environment: Environment,
        threads: Executor,
        clock: Clock,
        worker: str,
    ) -> None:
        self._mailer = mailer
        self._database = database
        self._facts = facts
        self._environment = environment
        self._threads = threads
        self._clock = clock
        self._worker = worker

    async def send(self, message: Claimed) -> Settlement:
        """One attempt; raises what facts and templates raise."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._send, message)

    def close(self) -> None:
        """Let go of the connections to the mail server."""
        self._mailer.close()

    def _send(self, message: Claimed) -> Settlement:
        started, clock = self._clock(), time.perf_counter()
        topic = topics.topic(message.topic)
        assert issubclass(topic, topics.MailTopic)
        context = self._database.read(lambda session: self._facts(session, message, started))
        if isinstance(context, mail.Cancel):
            return self._unsent(message, Cancelled(context.reason), started, clock)
        try:
            letter = mail.write(context, topic=topic, message_id=message.id, now=started, environment=self._environment)
        except mail.AddressFault as fault:
            return self._unsent(message, Dead(fault.message), started, clock)
        taken = self._mailer.send(letter)
        verdict = after_mail(
            taken.outcome,
            attempt=message.attempt,
            now=self._clock(),
            chance=random.random(),  # noqa: S311
        )
        proof = None
        if isinstance(verdict, Done):
            digest = hashlib.sha256(letter.raw).hexdigest()
            proof = Proof(letter.mail_id, digest, letter.raw, taken.reply)
        return Settlement(message, taken.outcome, verdict, started, _ms(clock), self._worker, proof=proof)

    def _unsent(self, message: Claimed, verdict: Cancelled | Dead, started: datetime, clock: float) -> Settlement:
        outcome = Outcome(Kind.BROKEN, note=f"Not sent. {verdict.reason}")
        return Settlement(message, outcome, verdict, started, _ms(clock), self._worker)


def broken(message: Claimed, error: Exception, *, now: datetime, worker: str) -> Settlement:
    """An attempt that failed in our own house: tried again on the same schedule, so that it is seen and cannot loop."""
    note = error.message if isinstance(error, AppError) else f"{type(error).__name__} while sending."
    _log.error("message_broken", message_id=message.id, topic=message.topic, exc_info=error)
    outcome = Outcome(Kind.BROKEN, note=note)
    verdict = after_webhook(outcome, attempt=message.attempt, now=now, chance=random.random())  # noqa: S311
    return Settlement(message, outcome, verdict, now, 0, worker)


def _ms(started: float) -> int:
    return int((time.perf_counter() - started) * 1000)
