"""Webhook deliveries with attempts logged, one worker, against a bare aiohttp client posting the same bytes.

Both post to the same receiver, a process of its own that answers 200 and does nothing else. Rounds are interleaved.
"""

import argparse
import asyncio
import json
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from ipaddress import ip_network
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import aiohttp
import sqlalchemy as sa

from app import schema
from app.adapters import clock
from app.adapters.secret_box import SecretBox, new_secret
from app.db import Database, prepare_reader, reader_options
from app.outbox import actions, envelope, events
from app.outbox.delivery import Claimed
from app.outbox.event_examples import example
from app.outbox.mail import Cancel
from app.worker import worker_for
from bench.cores import LOAD_CORE, SERVER_CORE, pinned
from config import Settings

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def main() -> None:
    """Print one line a round and the ratio of the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=6000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--endpoints", type=int, default=8)
    parser.add_argument("--database", help="default: a fresh SQLite file")
    parser.add_argument("--json", action="store_true", help="one line of JSON a round, nothing else")
    options = parser.parse_args()
    with pinned(SERVER_CORE):
        rounds = [_round(options) for _ in range(options.rounds)]
    if options.json:
        return
    rate, bare = (statistics.median(one[name] for one in rounds) for name in ("rate", "bare"))
    print(f"median: bare {bare:.0f}/s, worker {rate:.0f}/s, ratio {rate / bare:.2f}")
    print("commit to received at 100 a second: p50 {p50:.1f} ms, p99 {p99:.1f} ms".format(**rounds[-1]))


def _round(options: argparse.Namespace) -> dict[str, float]:
    with Sink() as sink:
        bare = asyncio.run(_bare(sink, options.count))
    with Sink() as sink:
        rate, p50, p99 = _worker(sink, options.count, options.endpoints, options.database)
    found = {"rate": rate, "p50": p50, "p99": p99, "bare": bare}
    print(json.dumps(found) if options.json else f"bare aiohttp {bare:7.0f}/s   worker {rate:7.0f}/s", flush=True)
    return found


class Sink:
    """A receiver in a process of its own; it tells how many requests came and when."""

    def __enter__(self) -> "Sink":
        self._pipe, theirs = multiprocessing.Pipe()
        self._process = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs,), daemon=True)
        with pinned(LOAD_CORE):
            self._process.start()
        self.port = self._pipe.recv()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.join()

    def arrivals(self) -> list[tuple[str, float]]:
        """Ids and times of everything that came since the last call."""
        self._pipe.send("arrivals")
        found: list[tuple[str, float]] = self._pipe.recv()
        return found

    def count(self) -> int:
        """How many requests came since the last `arrivals`."""
        self._pipe.send("count")
        return int(self._pipe.recv())


def _serve(pipe: Connection) -> None:
    asyncio.run(_serve_forever(pipe))


async def _serve_forever(pipe: Connection) -> None:
    arrived: list[tuple[str, float]] = []
    server = await asyncio.get_running_loop().create_server(lambda: _Protocol(arrived), "127.0.0.1", 0)
    pipe.send(server.sockets[0].getsockname()[1])

    def answer() -> None:
        if pipe.recv() == "count":
            pipe.send(len(arrived))
        else:
            pipe.send(list(arrived))
            arrived.clear()

    asyncio.get_running_loop().add_reader(pipe.fileno(), answer)
    await server.serve_forever()


class _Protocol(asyncio.Protocol):
    """The least HTTP that keeps a connection alive."""

    def __init__(self, arrived: list[tuple[str, float]]) -> None:
        self._arrived = arrived
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end].lower()
            length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
            if len(self._buffer) < end + 4 + length:
                return
            name = head.split(b"webhook-id:")[1].split(b"\r\n")[0].strip() if b"webhook-id:" in head else b""
            self._arrived.append((name.decode().upper(), time.time()))
            self._buffer = self._buffer[end + 4 + length :]
            assert isinstance(self._transport, asyncio.Transport)
            self._transport.write(ANSWER)


async def _bare(sink: Sink, count: int) -> float:
    body = envelope.body(example(events.LeadConfirmed, clock.now()))
    left = iter(range(count))
    url = f"http://127.0.0.1:{sink.port}/hook"

    async def post(session: aiohttp.ClientSession) -> None:
        for _ in left:
            async with session.post(url, data=body) as response:
                await response.read()

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        started = time.perf_counter()
        await asyncio.gather(*(post(session) for _ in range(64)))
        return count / (time.perf_counter() - started)


def _worker(sink: Sink, count: int, endpoints: int, url: str | None) -> tuple[float, float, float]:
    with tempfile.TemporaryDirectory() as folder:
        address = url or f"sqlite:///{folder}/bench.sqlite3"
        schema.upgrade(address)
        settings = Settings.for_tests(
            data_dir=Path(folder), database_url=address, allowed_private_networks=(ip_network("127.0.0.0/8"),)
        )
        reader = sa.create_engine(address, **reader_options(address))
        prepare_reader(reader)
        database = Database(address, reader=reader)
        _empty(database)
        _add_endpoints(database, settings, sink, endpoints)
        worker = worker_for(settings, database, mail_facts=_no_mail)
        for _ in range(max(count // endpoints // 50, 1)):
            database.write(lambda session: [_put(session, f"L{number}", clock.now()) for number in range(50)])
        total = max(count // endpoints // 50, 1) * 50 * endpoints
        started = time.perf_counter()
        worker.start()
        _wait(lambda: worker.figures.settled.total() >= total)
        rate = total / (time.perf_counter() - started)
        p50, p99 = _latency(sink, database)
        worker.stop()
        database.close()
        return rate, p50, p99


def _latency(sink: Sink, database: Database) -> tuple[float, float]:
    sink.arrivals()
    committed: dict[str, float] = {}
    for number in range(100):
        ids = database.write(lambda session, number=number: _put(session, f"P{number}", clock.now())[:1])
        committed[ids[0]] = time.time()
        time.sleep(0.01)
    time.sleep(1)
    came = dict(sink.arrivals())
    waits = sorted((came[one] - at) * 1000 for one, at in committed.items())
    return statistics.median(waits), waits[-2]


def _put(session: Any, lead: str, now: datetime) -> tuple[str, ...]:
    return actions.put_for_endpoints(session, example(events.LeadConfirmed, now), lead_id=lead, now=now)


def _add_endpoints(database: Database, settings: Settings, sink: Sink, endpoints: int) -> None:
    box = SecretBox(settings.secret_keys)
    for _ in range(endpoints):
        database.write(
            lambda session: actions.add_endpoint(
                session,
                url=f"http://127.0.0.1:{sink.port}/hook",
                events=["lead.confirmed"],
                sealed_secret=box.seal(new_secret()),
                now=clock.now(),
            )
        )


def _empty(database: Database) -> None:
    for table in ("attempt", "message", "endpoint"):
        database.write(lambda session, table=table: session.execute(sa.text(f"DELETE FROM {table}")) and None)


def _no_mail(_session: Any, _message: Claimed, _now: datetime) -> Cancel:
    return Cancel("no mail here")


def _wait(is_so: Callable[[], bool]) -> None:
    while not is_so():
        time.sleep(0.005)


if __name__ == "__main__":
    main()
