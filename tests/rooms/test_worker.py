"""The worker against real receivers, on both engines."""

import asyncio
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from sqlalchemy.orm import Session
from standardwebhooks import Webhook

from app.adapters.postgres_bell import PostgresBell, hear
from app.db import Database
from app.outbox import actions, queries
from app.outbox.delivery import State
from app.worker import ring_over_postgres
from config import Settings
from tests.factories.receivers import Answer, Receiver
from tests.factories.working_house import WorkingHouse, working_house


@pytest.fixture
def house(database: Database, engine_url: str, tmp_path: Path) -> WorkingHouse:
    return working_house(database, engine_url, tmp_path)


def _in_turn(*statuses: int, headers: dict[str, str] | None = None) -> Answer:
    left = list(statuses)

    async def answer(_request: web.Request, _body: bytes) -> web.Response:
        return web.Response(status=left.pop(0) if left else 200, headers=headers)

    return answer


def test_a_delivery_arrives_signed_and_is_logged(house: WorkingHouse) -> None:
    with Receiver() as receiver, house.worker():
        house.endpoint(receiver.url)
        message_id = house.put_event()
        arrived = receiver.wait_for(1)[0]
        house.wait_for_state(message_id, State.DONE)
    assert Webhook(house.secret).verify(arrived.body, arrived.headers)["type"] == "lead.confirmed"
    assert arrived.headers["webhook-id"] == message_id
    tried = house.wait_for_attempts(message_id, 1)
    assert [(one.number, one.outcome, one.status) for one in tried] == [(1, "answered", 200)]


def test_a_message_leaves_without_waiting_for_a_poll(house: WorkingHouse) -> None:
    with Receiver() as receiver, house.worker(poll_seconds=3600):
        house.endpoint(receiver.url)
        house.put_event()
        receiver.wait_for(1)


def test_a_bell_rung_in_one_process_is_heard_over_postgresql(engine_url: str, engine_name: str) -> None:
    if engine_name == "sqlite":
        assert ring_over_postgres(Settings.for_tests(data_dir=Path("/nonexistent"), database_url=engine_url)) is None
        return
    heard = asyncio.run(_heard(engine_url))
    assert heard


async def _heard(url: str) -> bool:
    bell, heard = PostgresBell(url), asyncio.Event()
    bell.start()
    listening = asyncio.create_task(hear(url, heard.set))
    for _ in range(100):
        bell.ring()
        await asyncio.sleep(0.05)
        if heard.is_set():
            break
    listening.cancel()
    bell.stop()
    return heard.is_set()


def test_a_failure_is_tried_again_with_the_same_id_bytes_and_a_new_signature(house: WorkingHouse) -> None:
    with Receiver(_in_turn(500)) as receiver, house.worker():
        house.endpoint(receiver.url)
        message_id = house.put_event()
        house.wait_for_attempts(message_id, 1)
        house.now.skip(seconds=7)
        first, second = receiver.wait_for(2)
        house.wait_for_state(message_id, State.DONE)
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]
    with pytest.raises(Exception, match="too new"):
        Webhook(house.secret).verify(second.body, {**second.headers, "webhook-timestamp": "99999999999"})


def test_410_suspends_the_endpoint_and_keeps_the_message(house: WorkingHouse) -> None:
    with Receiver(_in_turn(410)) as receiver, house.worker():
        endpoint_id = house.endpoint(receiver.url)
        message_id = house.put_event()
        house.wait(lambda s: queries.endpoint(s, endpoint_id).state == "suspended")  # type: ignore[union-attr]
        house.wait_for_state(message_id, State.DUE)


def test_429_rests_the_endpoint_for_as_long_as_it_asks(house: WorkingHouse) -> None:
    with Receiver(_in_turn(429, headers={"Retry-After": "3600"})) as receiver, house.worker():
        endpoint_id = house.endpoint(receiver.url)
        house.wait_for_attempts(house.put_event("L1"), 1)
        second = house.put_event("L2")
        pause = house.wait(lambda s: queries.endpoint(s, endpoint_id)).next_free_at
        assert timedelta(minutes=59) < pause - house.now() <= timedelta(hours=1)
        time.sleep(0.3)
        assert len(receiver.arrived) == 1
        house.now.skip(hours=1, seconds=1)
        house.wait_for_state(second, State.DONE)


def test_a_slow_receiver_does_not_hold_up_a_fast_one(house: WorkingHouse) -> None:
    gate = threading.Event()

    async def sleep(_request: web.Request, _body: bytes) -> web.Response:
        while not gate.is_set():
            await asyncio.sleep(0.02)
        return web.Response()

    with Receiver(sleep) as slow, Receiver() as fast, house.worker():
        house.endpoint(slow.url)
        for number in range(40):
            house.put_event(f"S{number}")
        house.endpoint(fast.url)
        for number in range(40):
            house.put_event(f"F{number}")
        fast.wait_for(40)
        assert slow.most_at_once == 8
        gate.set()
        slow.wait_for(80)
    assert fast.most_at_once <= 8


def test_ordered_deliveries_of_one_lead_arrive_in_order(house: WorkingHouse) -> None:
    with Receiver(_in_turn(500)) as receiver, house.worker():
        house.endpoint(receiver.url, is_ordered=True)
        ids = [house.put_event("L1") for _ in range(3)]
        house.wait_for_attempts(ids[0], 1)
        time.sleep(0.2)
        assert len(receiver.arrived) == 1
        house.now.skip(seconds=7)
        receiver.wait_for(4)
    assert [one.headers["webhook-id"] for one in receiver.arrived] == [ids[0], *ids]


def test_a_private_target_is_blocked_and_said_so(house: WorkingHouse) -> None:
    house.settings = Settings.for_tests(data_dir=house.settings.data_dir, database_url=house.settings.database_url)
    with Receiver() as receiver, house.worker():
        house.endpoint(receiver.url)
        tried = house.wait_for_attempts(house.put_event(), 1)
    assert receiver.arrived == []
    assert tried[0].outcome == "blocked"
    assert "GATEPOST_ALLOWED_PRIVATE_NETWORKS" in tried[0].error


def test_a_graceful_stop_finishes_what_is_on_its_way_and_hands_back_the_rest(house: WorkingHouse) -> None:
    stuck = threading.Event()

    async def quick_then_slow(_request: web.Request, _body: bytes) -> web.Response:
        if len(receiver.arrived) > 40:
            stuck.set()
            # Still a quick lane (below 250 ms), so that messages wait in memory when the stop comes.
            await asyncio.sleep(0.15)
        return web.Response()

    with Receiver(quick_then_slow) as receiver:
        house.endpoint(receiver.url)
        ids = [house.put_event(f"L{number}") for number in range(120)]
        with house.worker():
            assert stuck.wait(10)
        states = [house.database.read(lambda s, i=i: queries.message(s, i).state) for i in ids]  # type: ignore[misc, union-attr]
    assert State.LEASED not in states
    assert 40 < states.count(State.DONE) == len(receiver.arrived) < 120


def test_what_a_dead_worker_held_is_sent_by_another(house: WorkingHouse) -> None:
    def grab(session: Session) -> object:
        return actions.claim(
            session, lease="dead", now=house.now(), until=house.now() + timedelta(seconds=60), free=actions.Free(9, 9)
        )

    with Receiver() as receiver:
        house.endpoint(receiver.url)
        message_id = house.put_event()
        house.database.write(grab)
        with house.worker():
            time.sleep(0.3)
            assert receiver.arrived == []
            house.now.skip(seconds=61)
            house.wait_for_state(message_id, State.DONE)


def test_a_message_that_kills_its_workers_is_given_up(house: WorkingHouse) -> None:
    with Receiver() as receiver:
        house.endpoint(receiver.url)
        message_id = house.put_event()
        for _ in range(10):
            house.database.write(
                lambda s: actions.claim(s, lease="x", now=house.now(), until=house.now(), free=actions.Free(1, 1))
            )
        with house.worker():
            found = house.wait_for_state(message_id, State.DEAD)
    assert "workers stopped" in found.reason
    assert receiver.arrived == []


def test_an_unreadable_secret_is_visible_and_disturbs_nobody_else(house: WorkingHouse) -> None:
    with Receiver() as receiver, house.worker():
        house.endpoint(receiver.url, sealed_secret="not sealed by us")
        broken = house.put_event()
        house.endpoint(receiver.url)
        house.put_event()
        receiver.wait_for(1)
        tried = house.wait_for_attempts(broken, 1)
    assert tried[0].outcome == "broken"
    assert "cannot be read" in tried[0].error


def test_upkeep_runs_once_a_day_among_several_workers(house: WorkingHouse) -> None:
    runs: list[datetime] = []
    with house.worker(upkeep=runs.append), house.worker(upkeep=runs.append):
        house.wait(lambda s: any(one.state == State.DONE for one in queries.messages(s, topic="house.upkeep")))
    assert len(runs) == 1


def test_two_workers_send_everything_once(house: WorkingHouse) -> None:
    with Receiver() as receiver, house.worker(), house.worker():
        for _ in range(4):
            house.endpoint(receiver.url)
        ids = [house.put_event(f"L{number}") for number in range(60)]
        receiver.wait_for(240)
        for message_id in ids:
            house.wait_for_state(message_id, State.DONE)
    sent = [one.headers["webhook-id"] for one in receiver.arrived]
    assert len(sent) == len(set(sent)) == 240
