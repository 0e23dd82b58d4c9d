"""The worker against real receivers and mail servers, on both engines."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy.orm import Session
from standardwebhooks import Webhook

from app import wake
from app.adapters.secret_box import SecretBox, new_secret
from app.db import Database
from app.outbox import actions, events, queries
from app.outbox.delivery import Claimed, State
from app.outbox.event_examples import example
from app.outbox.mail import Cancel, MailContext
from app.texts import Translate
from app.worker import Worker, ring_over_postgres, worker_for
from config import Settings
from setting_values import MailTls, SmtpUrl
from tests.factories.receivers import Answer, Box, MailServer, Receiver


class Clock:
    """The real time plus what a test adds, so that nobody waits for a schedule."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def skip(self, **more: float) -> None:
        self.ahead += timedelta(**more)
        wake.ring()


class House:
    """One server's outbox with its worker and the few steps these tests tell their stories in."""

    def __init__(self, database: Database, settings: Settings, templates: Path) -> None:
        self.database = database
        self.settings = settings
        self.templates = templates
        self.now = Clock()
        self.secret = new_secret()
        self.mail: MailContext | Cancel | Exception = Cancel("no mail in this test")

    def endpoint(self, url: str, **more: Any) -> str:
        facts = {"url": url, "events": ["lead.confirmed"], "now": self.now(),
                 "sealed_secret": SecretBox(self.settings.secret_keys).seal(self.secret)}  # fmt: skip
        return self.database.write(lambda session: actions.add_endpoint(session, **{**facts, **more}))

    def put_event(self, lead: str = "L1") -> str:
        now = self.now()
        event = example(events.LeadConfirmed, now)
        return self.database.write(lambda s: actions.put_for_endpoints(s, event, lead_id=lead, now=now))[0]

    def put_mail(self) -> str:
        found = self.database.write(
            lambda session: actions.put(session, "mail.confirm", {}, submission_id="S1", now=self.now())
        )
        assert found
        return found

    @contextmanager
    def worker(self, **more: Any) -> Iterator[Worker]:
        more |= {"now": self.now, "templates": self.templates}
        made = worker_for(self.settings, self.database, mail_facts=self._facts, **more)
        made.start()
        try:
            yield made
        finally:
            made.stop()

    def wait(self, is_so: Callable[[Session], Any], seconds: float = 10) -> Any:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if found := self.database.read(is_so):
                return found
            time.sleep(0.01)
        raise AssertionError("it did not come to that in time")

    def wait_for_state(self, message_id: str, state: State) -> Any:
        return self.wait(lambda s: (one := queries.message(s, message_id)) and one.state == state and one)

    def wait_for_attempts(self, message_id: str, count: int) -> Any:
        return self.wait(lambda s: len(found := queries.attempts(s, message_id)) >= count and found)

    def _facts(self, _session: Session, _message: Claimed, _now: datetime) -> MailContext | Cancel:
        if isinstance(self.mail, Exception):
            raise self.mail
        return self.mail


@pytest.fixture
def house(database: Database, engine_url: str, tmp_path: Path) -> House:
    networks = (ip_network("127.0.0.0/8"),)
    settings = Settings.for_tests(
        data_dir=tmp_path / "data", database_url=engine_url, allowed_private_networks=networks
    )
    return House(database, settings, _plain_templates(tmp_path))


def _in_turn(*statuses: int, headers: dict[str, str] | None = None) -> Answer:
    left = list(statuses)

    async def answer(_request: web.Request, _body: bytes) -> web.Response:
        return web.Response(status=left.pop(0) if left else 200, headers=headers)

    return answer


def test_a_delivery_arrives_signed_and_is_logged(house: House) -> None:
    with Receiver() as receiver, house.worker():
        house.endpoint(receiver.url)
        message_id = house.put_event()
        arrived = receiver.wait_for(1)[0]
        house.wait_for_state(message_id, State.DONE)
    assert Webhook(house.secret).verify(arrived.body, arrived.headers)["type"] == "lead.confirmed"
    assert arrived.headers["webhook-id"] == message_id
    tried = house.wait_for_attempts(message_id, 1)
    assert [(one.number, one.outcome, one.status) for one in tried] == [(1, "answered", 200)]


def test_a_message_leaves_at_once_without_waiting_for_a_poll(house: House) -> None:
    bell = ring_over_postgres(house.settings)
    with Receiver() as receiver, house.worker():
        house.endpoint(receiver.url)
        time.sleep(0.3)
        started = time.monotonic()
        house.put_event()
        receiver.wait_for(1)
        assert time.monotonic() - started < 0.6
    if bell:
        bell.stop()


def test_a_failure_is_tried_again_with_the_same_id_bytes_and_a_new_signature(house: House) -> None:
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


def test_410_suspends_the_endpoint_and_keeps_the_message(house: House) -> None:
    with Receiver(_in_turn(410)) as receiver, house.worker():
        endpoint_id = house.endpoint(receiver.url)
        message_id = house.put_event()
        house.wait(lambda s: queries.endpoint(s, endpoint_id).state == "suspended")  # type: ignore[union-attr]
        house.wait_for_state(message_id, State.DUE)


def test_429_rests_the_endpoint_for_as_long_as_it_asks(house: House) -> None:
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


def test_a_slow_receiver_does_not_hold_up_a_fast_one(house: House) -> None:
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


def test_ordered_deliveries_of_one_lead_arrive_in_order(house: House) -> None:
    with Receiver(_in_turn(500)) as receiver, house.worker():
        house.endpoint(receiver.url, is_ordered=True)
        ids = [house.put_event("L1") for _ in range(3)]
        house.wait_for_attempts(ids[0], 1)
        time.sleep(0.2)
        assert len(receiver.arrived) == 1
        house.now.skip(seconds=7)
        receiver.wait_for(4)
    assert [one.headers["webhook-id"] for one in receiver.arrived] == [ids[0], *ids]


def test_a_private_target_is_blocked_and_said_so(house: House) -> None:
    house.settings = Settings.for_tests(data_dir=house.settings.data_dir, database_url=house.settings.database_url)
    with Receiver() as receiver, house.worker():
        house.endpoint(receiver.url)
        tried = house.wait_for_attempts(house.put_event(), 1)
    assert receiver.arrived == []
    assert tried[0].outcome == "blocked"
    assert "GATEPOST_ALLOWED_PRIVATE_NETWORKS" in tried[0].error


def test_a_graceful_stop_finishes_what_is_on_its_way_and_hands_back_the_rest(house: House) -> None:
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


def test_what_a_dead_worker_held_is_sent_by_another(house: House) -> None:
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


def test_a_message_that_kills_its_workers_is_given_up(house: House) -> None:
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


def test_an_unreadable_secret_is_visible_and_disturbs_nobody_else(house: House) -> None:
    with Receiver() as receiver, house.worker():
        house.endpoint(receiver.url, sealed_secret="not sealed by us")
        broken = house.put_event()
        house.endpoint(receiver.url)
        house.put_event()
        receiver.wait_for(1)
        tried = house.wait_for_attempts(broken, 1)
    assert tried[0].outcome == "broken"
    assert "cannot be read" in tried[0].error


def test_upkeep_runs_once_a_day_among_several_workers(house: House) -> None:
    runs: list[datetime] = []
    with house.worker(upkeep=runs.append), house.worker(upkeep=runs.append):
        house.wait(lambda s: any(one.state == State.DONE for one in queries.messages(s, topic="house.upkeep")))
    assert len(runs) == 1


def test_two_workers_send_everything_once(house: House) -> None:
    with Receiver() as receiver, house.worker(), house.worker():
        for _ in range(4):
            house.endpoint(receiver.url)
        ids = [house.put_event(f"L{number}") for number in range(60)]
        receiver.wait_for(240)
        for message_id in ids:
            house.wait_for_state(message_id, State.DONE)
    sent = [one.headers["webhook-id"] for one in receiver.arrived]
    assert len(sent) == len(set(sent)) == 240


def _context(**more: Any) -> MailContext:
    facts = {"offer_title": "Guide", "confirm_url": "https://x.example/c/1", "code": "123 456"}
    given = {
        "to": "ann@example.com",
        "translate": Translate("en", {}),
        "facts": facts,
        "sender_address": "a@acme.example",
    }
    return MailContext(**{**given, **more})


def _with_mail_server(house: House, server: MailServer) -> None:
    house.settings = replace(house.settings, smtp_url=SmtpUrl("127.0.0.1", server.port, MailTls.OFF))


def _plain_templates(root: Path) -> Path:
    """Templates of our own, so that these tests do not hang on the wording of the real ones."""
    folder = root / "templates" / "mail" / "confirm"
    folder.mkdir(parents=True)
    for name in ("subject.txt", "body.txt", "body.html"):
        (folder / name).write_text("{{ offer_title }} {{ code }}")
    return root / "templates"


def test_a_mail_is_sent_and_its_proof_kept(house: House) -> None:
    with MailServer() as server:
        _with_mail_server(house, server)
        house.mail = _context()
        with house.worker():
            message_id = house.put_mail()
            house.wait_for_state(message_id, State.DONE)
    proof = house.database.read(lambda s: queries.sent_mail_of(s, "S1"))
    assert proof is not None
    assert proof.raw == server.box.letters[0].original_content
    assert proof.reply == "250 2.0.0 Kept as number 1"
    assert proof.mail_id == f"<{message_id.lower()}@acme.example>"
    assert len(proof.digest) == 64


def test_a_mail_server_that_says_4xx_delays_and_loses_nothing(house: House) -> None:
    with MailServer(Box(replies=["451 4.3.0 later"])) as server:
        _with_mail_server(house, server)
        house.mail = _context()
        with house.worker():
            message_id = house.put_mail()
            house.wait_for_attempts(message_id, 1)
            house.now.skip(seconds=7)
            house.wait_for_state(message_id, State.DONE)
    assert len(server.box.letters) == 1


def test_5xx_is_final_and_visible(house: House) -> None:
    with MailServer(Box(replies=["550 5.1.1 No such user"])) as server:
        _with_mail_server(house, server)
        house.mail = _context()
        with house.worker():
            found = house.wait_for_state(house.put_mail(), State.DEAD)
    assert "No such user" in found.reason


def test_without_a_mail_server_mails_wait_and_say_why(house: House) -> None:
    house.mail = _context()
    with house.worker():
        message_id = house.put_mail()
        tried = house.wait_for_attempts(message_id, 1)
        house.wait_for_state(message_id, State.DUE)
    assert "GATEPOST_SMTP_URL" in tried[0].error


def test_a_mail_whose_reason_went_away_is_cancelled(house: House) -> None:
    house.mail = Cancel("The address was confirmed meanwhile.")
    with house.worker():
        found = house.wait_for_state(house.put_mail(), State.CANCELLED)
    assert found.reason == "The address was confirmed meanwhile."


def test_a_fault_of_our_own_is_tried_again_and_visible(house: House) -> None:
    house.mail = RuntimeError("a bug")
    with house.worker():
        message_id = house.put_mail()
        tried = house.wait_for_attempts(message_id, 1)
        house.wait_for_state(message_id, State.DUE)
    assert (tried[0].outcome, tried[0].error) == ("broken", "RuntimeError while sending.")


def test_a_mail_server_that_is_down_is_left_in_peace_and_then_gets_everything_at_once(house: House) -> None:
    with MailServer() as server:
        _with_mail_server(house, server)
    house.mail = _context()
    with house.worker():
        first = [house.put_mail() for _ in range(5)]
        for message_id in first:
            house.wait_for_attempts(message_id, 1)
        waiting = house.put_mail()
        time.sleep(0.3)
        assert house.database.read(lambda s: queries.attempts(s, waiting)) == []
