"""The way out for webhooks against real receivers."""

import asyncio
import socket
import tracemalloc
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import ip_network

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from app.adapters.webhook_client import EXCERPT, Reply, WebhookClient
from app.outbox.backoff import Kind
from app.outbox.target import LOOPBACK
from tests.factories.receivers import Receiver

BODY = b'{"type":"lead.confirmed"}'
SIGNED = {"webhook-id": "01K", "webhook-timestamp": "1", "webhook-signature": "v1,x"}


class Names(AbstractResolver):
    """A resolver that knows what the test says."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=one, port=port, family=socket.AF_INET, proto=0, flags=0)
            for one in self._addresses
        ]

    async def close(self) -> None:
        return None


def _client(**more: object) -> WebhookClient:
    return WebhookClient(**{"allowed": LOOPBACK, **more})  # type: ignore[arg-type]


def _run(work: Callable[[WebhookClient], Awaitable[list[Reply]]], **more: object) -> list[Reply]:
    async def run() -> list[Reply]:
        client = _client(**more)
        try:
            return await work(client)
        finally:
            await client.close()

    return asyncio.run(run())


def _post(url: str, times: int = 1, **more: object) -> Reply:
    async def work(client: WebhookClient) -> list[Reply]:
        return [await client.post(url, headers=SIGNED, body=BODY) for _ in range(times)]

    return _run(work, **more)[-1]


def test_the_bytes_and_headers_arrive_unchanged() -> None:
    with Receiver() as receiver:
        reply = _post(receiver.url)
        arrived = receiver.wait_for(1)[0]
    assert (reply.outcome.kind, reply.outcome.status, reply.excerpt) == (Kind.ANSWERED, 200, None)
    assert arrived.body == BODY
    headers = {name.lower(): value for name, value in arrived.headers.items()}
    assert headers.items() >= {**SIGNED, "content-type": "application/json"}.items()


def test_a_failure_brings_back_at_most_a_kibibyte_of_the_answer() -> None:
    async def answer(_request: web.Request, _body: bytes) -> web.Response:
        return web.Response(status=422, text="é\x00" * 5000)

    with Receiver(answer) as receiver:
        reply = _post(receiver.url)
    assert reply.outcome.status == 422
    assert reply.excerpt
    assert len(reply.excerpt) <= EXCERPT
    assert "\x00" not in reply.excerpt


def test_retry_after_comes_back() -> None:
    async def answer(_request: web.Request, _body: bytes) -> web.Response:
        return web.Response(status=429, headers={"Retry-After": "120"})

    with Receiver(answer) as receiver:
        assert _post(receiver.url).outcome.retry_after == "120"


def test_a_redirect_is_not_followed() -> None:
    async def answer(request: web.Request, _body: bytes) -> web.Response:
        raise web.HTTPFound("/elsewhere")

    with Receiver(answer) as receiver:
        reply = _post(receiver.url)
        assert len(receiver.arrived) == 1
    assert reply.outcome.status == 302
    assert "redirect" in reply.outcome.note


def test_cookies_are_neither_kept_nor_sent() -> None:
    async def answer(_request: web.Request, _body: bytes) -> web.Response:
        response = web.Response()
        response.set_cookie("who", "me")
        return response

    with Receiver(answer) as receiver:
        # A name, since even a willing client keeps no cookies of bare addresses.
        _post(f"http://crm.internal:{receiver.port}/", times=2, resolver=lambda: Names(["127.0.0.1"]))
        assert "Cookie" not in receiver.arrived[1].headers


def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with Receiver() as receiver:
        assert _post(receiver.url).outcome.status == 200


def test_a_slow_receiver_times_out() -> None:
    async def answer(_request: web.Request, _body: bytes) -> web.Response:
        await asyncio.sleep(5)
        return web.Response()

    with Receiver(answer) as receiver:
        assert _post(receiver.url, total_seconds=0.3).outcome.kind is Kind.TIMEOUT


def test_a_receiver_that_drips_its_body_times_out() -> None:
    async def answer(request: web.Request, _body: bytes) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(100):
            await response.write(b".")
            await asyncio.sleep(0.05)
        return response

    with Receiver(answer) as receiver:
        assert _post(receiver.url, total_seconds=0.3).outcome.kind is Kind.TIMEOUT


def test_an_endless_body_is_cut_off_with_its_connection() -> None:
    sent = 0

    async def answer(request: web.Request, _body: bytes) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse(status=500, headers={"Content-Length": str(10 * 2**30)})
        await response.prepare(request)
        while sent < 10 * 2**30:
            await response.write(b"x" * 65536)
            sent += 65536
        return response

    tracemalloc.start()
    with Receiver(answer) as receiver:
        reply = _post(receiver.url)
        peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert reply.outcome.status == 500
    assert sent < 64 * 2**20
    assert peak < 32 * 2**20


def test_nobody_listening_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert _post(f"http://127.0.0.1:{port}/").outcome.kind is Kind.UNREACHABLE


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "0.0.0.0", "[::ffff:127.0.0.1]", "[::1]", "169.254.169.254", "[64:ff9b::7f00:1]"]
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_literal_private_addresses_are_refused_without_a_packet(host: str, scheme: str) -> None:
    with Receiver() as receiver:
        reply = _post(f"{scheme}://{host}:{receiver.port}/", allowed=())
        assert receiver.arrived == []
    assert reply.outcome.kind is Kind.BLOCKED


@pytest.mark.parametrize("host", ["2130706433", "127.1", "0x7f000001"])
def test_other_spellings_of_loopback_reach_nobody(host: str) -> None:
    with Receiver() as receiver:
        reply = _post(f"https://{host}:{receiver.port}/", allowed=())
        assert receiver.arrived == []
    assert reply.outcome.kind is not Kind.ANSWERED


@pytest.mark.parametrize("addresses", [["10.0.0.7"], ["127.0.0.1", "10.0.0.7"], ["::ffff:10.0.0.7"]])
def test_a_name_with_any_forbidden_address_is_refused_even_if_another_would_do(addresses: list[str]) -> None:
    with Receiver() as receiver:
        reply = _post(f"http://crm.internal:{receiver.port}/", resolver=lambda: Names(addresses))
        assert receiver.arrived == []
    assert reply.outcome.kind is Kind.BLOCKED


def test_a_name_with_only_private_addresses_says_which() -> None:
    reply = _post("https://crm.example/", allowed=(), resolver=lambda: Names(["10.0.0.7"]))
    assert "10.0.0.7 is a private or reserved address" in reply.outcome.note


def test_a_name_inside_an_allowed_network_is_reached() -> None:
    with Receiver() as receiver:
        url = f"http://crm.internal:{receiver.port}/hook"
        reply = _post(url, allowed=(ip_network("127.0.0.1/32"),), resolver=lambda: Names(["127.0.0.1"]))
        assert receiver.arrived[0].headers["Host"] == f"crm.internal:{receiver.port}"
    assert reply.outcome.status == 200


def test_an_unknown_name_is_unreachable() -> None:
    class Nobody(Names):
        async def resolve(
            self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
        ) -> list[ResolveResult]:
            raise OSError("no such name")

    reply = _post("https://nowhere.example/", resolver=lambda: Nobody([]))
    assert reply.outcome.kind is Kind.UNREACHABLE
    assert "resolve" in reply.outcome.note


@pytest.mark.parametrize(("life", "connections"), [(60.0, 1), (-1.0, 5)])
def test_connections_are_reused_until_they_are_old(life: float, connections: int) -> None:
    peers = set()

    async def answer(request: web.Request, _body: bytes) -> web.Response:
        assert request.transport is not None
        peers.add(request.transport.get_extra_info("peername"))
        return web.Response()

    with Receiver(answer) as receiver:
        _post(receiver.url, times=5, connection_life=life)
    assert len(peers) == connections


def test_the_client_library_offers_both_seams_we_rely_on() -> None:
    import inspect

    assert {"resolver", "socket_factory"} <= set(inspect.signature(aiohttp.TCPConnector).parameters)
