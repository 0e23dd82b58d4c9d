"""The only way out for webhooks: one aiohttp client behind two guards.

The resolver gives a good error when a name leads to a forbidden address; the socket factory is the wall, since it sees
the final address of every dial, literals included, which never reach a resolver.
"""

import asyncio
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from app.outbox.backoff import Kind, Outcome
from app.outbox.target import Network, rule_on

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 15.0
MOST_READ = 64 * 1024
EXCERPT = 1024
CONNECTION_LIFE = 60.0
_CHUNK = 16 * 1024
_FIXED = {"content-type": "application/json", "user-agent": "Gatepost/1 (webhooks)", "accept": "*/*"}


class TargetBlocked(OSError):
    """An address that rules forbid to dial."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: the outcome, and at most 1 KiB of the body when it was not accepted."""

    outcome: Outcome
    excerpt: str | None = None


class WebhookClient:
    """Posts to receivers. One per process; made and used inside one running event loop.

    `allowed` names private networks that may be dialled, on any port and without TLS. `resolver` is for tests.
    """

    def __init__(
        self,
        *,
        allowed: Sequence[Network] = (),
        resolver: Callable[[], AbstractResolver] = aiohttp.ThreadedResolver,
        connect_seconds: float = CONNECT_SECONDS,
        total_seconds: float = TOTAL_SECONDS,
        connection_life: float = CONNECTION_LIFE,
    ) -> None:
        self._allowed = tuple(allowed)
        self._make_resolver = resolver
        self._timeout = aiohttp.ClientTimeout(total=total_seconds, sock_connect=connect_seconds)
        self._connection_life = connection_life
        self._sessions: dict[str, _Session] = {}
        self._closing: set[asyncio.Task[None]] = set()

    async def post(self, url: str, *, headers: dict[str, str], body: bytes) -> Reply:
        """POST `body` to `url`; never raises for anything the other side or the way there does."""
        session = self._session(urlsplit(url).scheme)
        session.in_use += 1
        try:
            async with session.client.post(
                _url(url), data=body, headers={**_FIXED, **headers}, allow_redirects=False
            ) as response:
                return await _reply(response)
        except TimeoutError:
            return Reply(Outcome(Kind.TIMEOUT, note=f"No complete answer within {self._timeout.total:.0f} s."))
        except aiohttp.ClientConnectorCertificateError:
            return Reply(Outcome(Kind.UNREACHABLE, note="The TLS certificate is not valid for this host."))
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return Reply(_failure(error))
        finally:
            session.in_use -= 1
            session.close_if_done()

    async def close(self) -> None:
        """Let go of all connections."""
        for session in self._sessions.values():
            await session.client.close()
        self._sessions.clear()
        if self._closing:
            await asyncio.wait(self._closing)

    def _session(self, scheme: str) -> "_Session":
        """Sessions live 60 s: a connection kept open for ever would never notice that its name moved."""
        session = self._sessions.get(scheme)
        now = asyncio.get_running_loop().time()
        if session is None or now - session.born > self._connection_life:
            if session is not None:
                session.is_old = True
                session.close_if_done()
            guard = _Guard(self._allowed, needs_private=scheme != "https")
            session = _Session(self._client(guard), now, self._closing)
            self._sessions[scheme] = session
        return session

    def _client(self, guard: "_Guard") -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            resolver=_GuardedResolver(self._make_resolver(), guard),
            socket_factory=guard.open_socket,
            limit=0,
            ttl_dns_cache=10,
            keepalive_timeout=CONNECTION_LIFE / 2,
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=self._timeout,
            trust_env=False,
            auto_decompress=False,
            skip_auto_headers=("Accept-Encoding",),
            middlewares=(),
            requote_redirect_url=False,
        )


class _Session:
    """An aiohttp session with its age; an old one is closed by whoever is the last to use it."""

    def __init__(self, client: aiohttp.ClientSession, born: float, closing: set[asyncio.Task[None]]) -> None:
        self.client = client
        self.born = born
        self.in_use = 0
        self.is_old = False
        self._closing = closing

    def close_if_done(self) -> None:
        if self.is_old and not self.in_use and not self.client.closed:
            task = asyncio.get_running_loop().create_task(self.client.close())
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)


class _Guard:
    """The rules of `target` bound to one kind of session."""

    def __init__(self, allowed: tuple[Network, ...], *, needs_private: bool) -> None:
        self._allowed = allowed
        self._needs_private = needs_private

    def check(self, address: str, port: int) -> None:
        ruling = rule_on(address, port, allowed=self._allowed, needs_private=self._needs_private)
        if not ruling.is_allowed:
            raise TargetBlocked(ruling.reason)

    def open_socket(self, info: Any) -> socket.socket:
        family, kind, protocol, _, target = info
        self.check(str(target[0]), int(target[1]))
        return socket.socket(family, kind, protocol)


class _GuardedResolver(AbstractResolver):
    """Refuses a name when any of its addresses is forbidden: one that answers both ways is up to something."""

    def __init__(self, inner: AbstractResolver, guard: _Guard) -> None:
        self._inner = inner
        self._guard = guard

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        for one in found:
            self._guard.check(one["host"], port)
        return found

    async def close(self) -> None:
        await self._inner.close()


@lru_cache(maxsize=1024)
def _url(url: str) -> URL:
    return URL(url)


async def _reply(response: aiohttp.ClientResponse) -> Reply:
    """Read at most 64 KiB; a longer body costs its connection, a shorter one leaves it for reuse."""
    read = bytearray()
    while chunk := await response.content.read(_CHUNK):
        if len(read) < EXCERPT:
            read += chunk[:EXCERPT]
        if response.content.total_bytes > MOST_READ:
            response.close()
            break
    status = response.status
    if 200 <= status < 300:
        return Reply(Outcome(Kind.ANSWERED, status))
    note = f"Answered {status}."
    if 300 <= status < 400:
        note = f"Answered {status}, a redirect; redirects are not followed."
    retry_after = response.headers.get("Retry-After", "")[:64]
    excerpt = bytes(read[:EXCERPT]).decode("utf-8", "replace").replace("\x00", "\ufffd")
    return Reply(Outcome(Kind.ANSWERED, status, note=note, retry_after=retry_after), excerpt or None)


def _failure(error: Exception) -> Outcome:
    blocked = _blocked(error)
    if blocked is not None:
        return Outcome(Kind.BLOCKED, note=str(blocked))
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return Outcome(Kind.UNREACHABLE, note="The name of the host does not resolve.")
    if isinstance(error, aiohttp.InvalidURL):
        return Outcome(Kind.BROKEN, note="The URL cannot be used.")
    return Outcome(Kind.UNREACHABLE, note=f"No answer: {type(error).__name__}: {error}"[:300])


def _blocked(error: BaseException | None) -> TargetBlocked | None:
    """The guard's refusal inside aiohttp's wrapping."""
    seen = 0
    while error is not None and seen < 8:
        if isinstance(error, TargetBlocked):
            return error
        inner = getattr(error, "os_error", None) or error.__cause__ or error.__context__
        error, seen = inner, seen + 1
    return None
