"""The loop: one unit of work settles what ended and claims what fits; sending happens between units, never inside."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from app import wake
from app.adapters.webhook_client import TOTAL_SECONDS
from app.db import Database
from app.errors import StorageUnavailable
from app.ids import new_id
from app.outbox import actions, queries
from app.outbox.backoff import SCHEDULE, Dead, Done, Kind, Outcome, RetryAt
from app.outbox.delivery import Claim, Claimed, Free, Receiver, Settlement
from app.outbox.settling import Change
from app.worker.daily import Daily
from app.worker.figures import Figures
from app.worker.lanes import MAIL, Lanes
from app.worker.mail_health import MailHealth
from app.worker.senders import MailSender, WebhookSender, broken

LEASE = timedelta(seconds=60)
POLL_SECONDS = 1.0
_LINGER_SECONDS = 0.004
_LINGER_FROM = 12
_PATIENCE_SECONDS = 1.0
_log = structlog.get_logger("worker")


class Worker:
    """Empties the outbox until told to stop. `run` works in the calling thread, `start` in one of its own."""

    def __init__(
        self,
        database: Database,
        *,
        open_webhooks: Callable[[], Awaitable[WebhookSender]],
        close_webhooks: Callable[[], Awaitable[None]],
        mail: MailSender,
        clock: Callable[[], datetime],
        name: str,
        daily: Daily | None = None,
        listen: Callable[[Callable[[], None]], Awaitable[None]] | None = None,
        slots: int = 64,
        mail_cap: int = 8,
        lease: timedelta = LEASE,
        poll_seconds: float = POLL_SECONDS,
        stop_seconds: float = TOTAL_SECONDS + 1,
    ) -> None:
        self.name = name
        self.figures = Figures()
        self._database = database
        self._open_webhooks = open_webhooks
        self._close_webhooks = close_webhooks
        self._mail = mail
        self._clock = clock
        self._daily = daily
        self._listen = listen
        self._lease = lease
        self._poll_seconds = poll_seconds
        self._stop_seconds = stop_seconds
        self._lanes = Lanes(slots=slots, mail_cap=mail_cap)
        self._mail_health = MailHealth()
        self._ended: list[Settlement] = []
        self._back: list[Claimed] = []
        self._tasks: dict[asyncio.Task[None], Claimed] = {}
        self._hungry = True
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        """Run in a thread of its own."""
        self._thread = threading.Thread(target=self.run, name="worker", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Claim nothing more, wait for what is on its way (up to `stop_seconds`), hand back the rest, then return."""
        self.ask_to_stop()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()

    def ask_to_stop(self) -> None:
        """The same without waiting; safe in a signal handler."""
        self._stopping.set()
        self._ring()

    def run(self) -> None:
        """Work until asked to stop; whatever breaks the loop is logged and it starts again."""
        while not self._stopping.is_set():
            try:
                asyncio.run(self._work())
            except Exception:
                _log.exception("worker_broke", worker=self.name)
                self._stopping.wait(_PATIENCE_SECONDS)
        self._mail.close()

    async def _work(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._event = asyncio.Event()
        self._webhooks = await self._open_webhooks()
        stop_listening = wake.listen(self._ring)
        helpers = [asyncio.create_task(self._poll())]
        if self._listen is not None:
            helpers.append(asyncio.create_task(self._hear()))
        try:
            while not self._stopping.is_set():
                await self._event.wait()
                self._event.clear()
                if len(self._tasks) >= _LINGER_FROM:
                    await asyncio.sleep(_LINGER_SECONDS)
                await self._turn()
            await self._finish()
        finally:
            stop_listening()
            for helper in helpers:
                helper.cancel()
            await self._close_webhooks()
            self._loop = None

    async def _poll(self) -> None:
        """The truth behind all hints: look once a second, first with a read, which disturbs nobody."""
        while True:
            try:
                if await asyncio.to_thread(self._database.read, self._is_anything_due):
                    self._ring()
                if self._daily is not None:
                    await self._daily.look(self._clock())
                self.figures.beat()
                self._lanes.forget_idle()
            except StorageUnavailable:
                _log.warning("worker_cannot_look", worker=self.name)
            except Exception:
                _log.exception("worker_poll_failed", worker=self.name)
            await asyncio.sleep(self._poll_seconds)

    def _is_anything_due(self, session: Session) -> bool:
        return queries.is_anything_due(session, self._clock())

    async def _hear(self) -> None:
        """Notices of other processes; where they fail, polling does the work."""
        assert self._listen is not None
        while True:
            try:
                await self._listen(self._ring)
            except Exception as error:
                _log.warning("worker_hears_nothing", worker=self.name, error=type(error).__name__)
            await asyncio.sleep(_PATIENCE_SECONDS)

    async def _turn(self) -> None:
        """One unit of work: settle, hand back, claim; then send what was claimed."""
        ended, self._ended = self._ended, []
        back, self._back = self._back, []
        free = self._free() if self._hungry and not self._stopping.is_set() else Free(0, 0)
        self._hungry = False
        if not ended and not back and not free.total:
            return
        try:
            claim = await self._unit(ended, back, free)
        except StorageUnavailable:
            # Keep what ended: it happened, and must be written down as soon as the database is back.
            self._ended, self._back = ended + self._ended, back + self._back
            await asyncio.sleep(_PATIENCE_SECONDS)
            self._ring()
            return
        except Exception:
            _log.exception("settle_failed", worker=self.name)
            await self._settle_singly(ended)
            self._ring()
            return
        self.figures.count(ended)
        self._hungry = self._hungry or bool(claim.messages)
        if self._stopping.is_set():
            self._back += claim.messages
            return
        if any(message.endpoint_id is None for message in claim.messages):
            self._mail_health.claimed(self._clock())
        for message in claim.messages:
            self._lanes.add(message, claim.receivers.get(message.endpoint_id or ""))
        while (following := self._lanes.next()) is not None:
            self._begin(following)

    def _free(self) -> Free:
        free = self._lanes.free()
        return replace(free, mail=self._mail_health.slots(free.mail, self._clock()))

    async def _unit(self, ended: list[Settlement], back: list[Claimed], free: Free) -> Claim:
        lease, now = new_id(), self._clock()

        def work(session: Session) -> tuple[Claim, tuple[Change, ...]]:
            changes = actions.settle(session, ended, now=now)
            actions.release(session, back, now=now)
            if not free.total:
                return Claim((), {}), changes
            return actions.claim(session, lease=lease, now=now, until=now + self._lease, free=free), changes

        claim, changes = await asyncio.wrap_future(self._database.submit(work))
        for one in changes:
            _log.warning(one.what, endpoint_id=one.endpoint_id, reason=one.reason)
        return claim

    async def _settle_singly(self, ended: list[Settlement]) -> None:
        """One settlement that cannot be written must not take its neighbours with it; its lease will run out."""
        for one in ended:
            try:
                await self._unit([one], [], Free(0, 0))
            except Exception:
                _log.exception("settlement_lost", worker=self.name, message_id=one.message.id)

    def _begin(self, message: Claimed) -> None:
        task = asyncio.get_running_loop().create_task(self._send(message))
        self._tasks[task] = message
        task.add_done_callback(lambda done: self._tasks.pop(done, None))

    async def _send(self, message: Claimed) -> None:
        try:
            self._note(message, await self._attempt(message))
        except StorageUnavailable:
            # Our own database did not say what to send: nobody was asked anything, so it counts as no attempt.
            await asyncio.sleep(_PATIENCE_SECONDS)
            self._back += [message, *self._lanes.ended(message, is_accepted=False, ms=0)]
        self._hungry = True
        if not self._stopping.is_set():
            following = self._lanes.next_of(message.endpoint_id or MAIL)
            if following is not None:
                self._begin(following)
        self._event.set()

    def _note(self, message: Claimed, settlement: Settlement) -> None:
        self._ended.append(settlement)
        if message.endpoint_id is None:
            self._mail_health.ended(settlement.outcome, self._clock())
        is_accepted = isinstance(settlement.verdict, Done)
        self._back += self._lanes.ended(message, is_accepted=is_accepted, ms=settlement.ms)

    async def _attempt(self, message: Claimed) -> Settlement:
        try:
            if message.attempt > len(SCHEDULE):
                return self._given_up(message)
            if message.endpoint_id is None:
                return await self._mail.send(message)
            return await self._webhooks.send(message, self._receiver(message))
        except StorageUnavailable:
            raise
        except Exception as error:
            return broken(message, error, now=self._clock(), worker=self.name)

    def _receiver(self, message: Claimed) -> Receiver:
        return self._lanes.receivers[message.endpoint_id or ""]

    def _given_up(self, message: Claimed) -> Settlement:
        """Claimed once more than the schedule has attempts: each time its worker died before it could settle."""
        reason = "Gave up: workers stopped during its attempts, so it may be what stops them."
        outcome = Outcome(Kind.BROKEN, note=reason)
        return Settlement(message, outcome, Dead(reason), self._clock(), 0, self.name)

    async def _finish(self) -> None:
        """Graceful stop: finish what is on its way, write it down, hand back the rest."""
        self._hungry = False
        self._back += self._lanes.drain()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=self._stop_seconds)
        for task, message in list(self._tasks.items()):
            task.cancel()
            # A mail's thread cannot be stopped and may still succeed: its lease runs out instead.
            if message.endpoint_id is not None:
                outcome = Outcome(Kind.BROKEN, note="The worker stopped before the answer came.")
                now = self._clock()
                self._ended.append(Settlement(message, outcome, RetryAt(now, outcome.note), now, 0, self.name))
        deadline = time.monotonic() + self._stop_seconds
        while (self._ended or self._back) and time.monotonic() < deadline:
            await self._turn()

    def _ring(self) -> None:
        loop = self._loop
        if loop is not None and not loop.is_closed():
            try:
                loop.call_soon_threadsafe(self._rung)
            except RuntimeError:
                return

    def _rung(self) -> None:
        self._hungry = True
        self._event.set()
