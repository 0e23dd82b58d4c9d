"""Real HTTP receivers and mail servers in threads, for everything that leaves the house."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

Answer = Callable[[web.Request, bytes], Awaitable[web.StreamResponse]]


@dataclass
class Arrived:
    """One request as it arrived."""

    headers: dict[str, str]
    body: bytes
    path: str


class Receiver:
    """An aiohttp server on 127.0.0.1 that answers as `answer` says and remembers all requests."""

    def __init__(self, answer: Answer | None = None) -> None:
        self.arrived: list[Arrived] = []
        self.most_at_once = 0
        self._at_once = 0
        self.answer = answer
        self._changed = threading.Condition()
        self._ready: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event, int]] = Future()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    def __enter__(self) -> "Receiver":
        self._thread.start()
        self._loop, self._stop, self.port = self._ready.result(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def wait_for(self, count: int, seconds: float = 10) -> list[Arrived]:
        """All requests once there are `count`; fails after `seconds`."""
        with self._changed:
            arrived = self._changed.wait_for(lambda: len(self.arrived) >= count, seconds)
        assert arrived, f"{len(self.arrived)} of {count} requests arrived within {seconds} s"
        return self.arrived

    async def _serve(self) -> None:
        stop = asyncio.Event()
        app = web.Application(client_max_size=2**24)
        app.router.add_route("*", "/{tail:.*}", self._handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        assert site._server is not None
        port = site._server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
        self._ready.set_result((asyncio.get_running_loop(), stop, port))
        await stop.wait()
        await runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            body = await request.read()
            with self._changed:
                self.arrived.append(Arrived(dict(request.headers), body, request.path))
                self._changed.notify_all()
            return await self.answer(request, body) if self.answer else web.Response()
        finally:
            self._at_once -= 1


@dataclass
class Box:
    """A mail server's handler: `replies` are used up first, in order, then everything is accepted. It answers DATA
    after `seconds`, and `hangs_up` soon after each letter."""

    replies: list[str] = field(default_factory=list)
    letters: list[Envelope] = field(default_factory=list)
    peers: set[object] = field(default_factory=set)
    seconds: float = 0
    hangs_up: bool = False

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        await asyncio.sleep(self.seconds)
        self.peers.add(session.peer)
        if self.hangs_up:
            asyncio.get_running_loop().call_later(0.05, server.transport.close)
        if self.replies:
            return self.replies.pop(0)
        self.letters.append(envelope)
        return "250 2.0.0 Kept as number " + str(len(self.letters))


class _FreePort(Controller):
    """Listens on a port that the system picks, which aiosmtpd itself cannot wait for."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class MailServer:
    """A real aiosmtpd server on 127.0.0.1."""

    def __init__(self, box: Box | None = None, **options: Any) -> None:
        self.box = box or Box()
        self._controller = _FreePort(self.box, hostname="127.0.0.1", port=0, **options)

    def __enter__(self) -> "MailServer":
        self._controller.start()
        self.port = self._controller.port
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()
