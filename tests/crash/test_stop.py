"""SIGTERM under load: whoever was let in is answered, what was leased is given back, what was buffered is stored."""

import asyncio
import os
import signal
import socket
import threading
import time

import pytest
from aiohttp import web
from sqlalchemy import func, select

from app.attribution.models import Visit
from app.outbox.delivery import State
from app.outbox.models import Message
from tests.crash.audit import HOUSE_TOPIC, Figures, audit
from tests.crash.browser import AGENT, Browser
from tests.crash.conftest import MakeHouse
from tests.crash.crowd import Crowd
from tests.crash.house import House
from tests.crash.ledger import Ledger
from tests.crash.run import drain, wait_until


def test_a_stop_under_load_cuts_no_request_and_keeps_no_lease(make_house: MakeHouse, engine_name: str) -> None:
    house, ledger = make_house({"GATEPOST_LEASE_SECONDS": "600"}), Ledger("stop")
    crowd = Crowd(ledger, house.mail.box, [house.server.port], posting=6, confirming=4)
    house.server.start()
    crowd.start()
    try:
        wait_until(lambda: ledger.last_accepted_at > 0, "a post is accepted")
        time.sleep(1.5)
        stopping = time.monotonic()
        assert house.server.stop() == 0
        stopped = time.monotonic()
        leased = house.read(select(Message).where(Message.state == State.LEASED))
        cut = dict(ledger.cut)
        house.server.start()
        figures = Figures(engine_name, faults=drain(house, crowd, ledger))
    finally:
        crowd.stop()
    audit(house, ledger, figures)
    print(f"stopped within {stopped - stopping:.1f} s; {figures}")
    assert not leased
    assert not cut, cut
    assert not figures.faults, "\n".join(figures.faults[:20])
    assert (figures.hooks_again, figures.mails_again) == (0, 0)


@pytest.mark.parametrize("whom", ["leader", "group"])
def test_a_stop_stores_the_visits_of_the_last_moment(sqlite_house: House, whom: str) -> None:
    server = sqlite_house.server.start()
    with Browser(server.port) as browser:
        for number in range(40):
            assert browser.get(f"/p/tea-list-guide?utm_source=last-{number}").status == 200
    if whom == "group":  # as systemd does, and a terminal at Ctrl-C
        os.killpg(server.pid, signal.SIGTERM)
    assert server.stop() == 0
    assert sqlite_house.read(select(func.sum(Visit.hits))) == [40]


def test_a_request_in_work_is_answered_in_full_after_the_stop_was_asked(sqlite_house: House) -> None:
    server = sqlite_house.server.start()
    body = b"email=slow%40example.com&first_name=Ann&business=cafe&role=owner&gp_ms=9000"
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as line:
        head = f"POST /p/tea-list-guide HTTP/1.1\r\nHost: x\r\nUser-Agent: {AGENT}\r\nContent-Length: {len(body)}\r\n"
        line.sendall(head.encode() + b"Content-Type: application/x-www-form-urlencoded\r\n\r\n" + body[:20])
        time.sleep(0.3)
        os.kill(server.pid, signal.SIGTERM)
        time.sleep(0.7)
        line.sendall(body[20:])
        answer = line.recv(65536)
    assert answer.startswith(b"HTTP/1.1 303 ")
    assert server.stop() == 0


def test_a_delivery_on_its_way_is_finished_and_the_rest_is_given_back(make_house: MakeHouse) -> None:
    house = make_house({"GATEPOST_LEASE_SECONDS": "600"})
    arrived, go_on = threading.Event(), threading.Event()

    async def slow(_request: web.Request, _body: bytes) -> web.Response:
        arrived.set()
        while not go_on.is_set():
            await asyncio.sleep(0.02)
        return web.Response()

    house.receiver.answer = slow
    ledger = Ledger("slow")
    crowd = Crowd(ledger, house.mail.box, [house.server.port], posting=2, confirming=2)
    house.server.start()
    crowd.start()
    try:
        assert arrived.wait(20)
        time.sleep(1)
    finally:
        crowd.stop()
    threading.Timer(1.0, go_on.set).start()
    assert house.server.stop() == 0
    done = select(func.count()).select_from(Message).where(Message.endpoint_id.is_not(None))
    assert house.read(done.where(Message.state == State.LEASED)) == [0]
    assert house.read(done.where(Message.state == State.DONE)) == [len(house.receiver.arrived)]
    assert house.read(
        select(Message.attempt).where(Message.state == State.DUE, Message.topic != HOUSE_TOPIC).distinct()
    ) in ([], [0])
