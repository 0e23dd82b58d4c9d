"""The worker against real mail servers, on both engines."""

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.db import Database
from app.errors import StorageUnavailable
from app.outbox import queries
from app.outbox.delivery import State
from app.outbox.mail import Cancel, MailContext
from app.texts import Translate
from setting_values import MailTls, SmtpUrl
from tests.factories.receivers import Box, MailServer
from tests.factories.working_house import WorkingHouse, working_house


@pytest.fixture
def house(database: Database, engine_url: str, tmp_path: Path) -> WorkingHouse:
    return working_house(database, engine_url, tmp_path)


def _context(**more: Any) -> MailContext:
    facts = {"offer_title": "Guide", "confirm_url": "https://x.example/c/1", "code": "123 456"}
    given = {
        "to": "ann@example.com",
        "translate": Translate("en", {}),
        "facts": facts,
        "sender_address": "a@acme.example",
    }
    return MailContext(**{**given, **more})


def _with_mail_server(house: WorkingHouse, server: MailServer) -> None:
    house.settings = replace(house.settings, smtp_url=SmtpUrl("127.0.0.1", server.port, MailTls.OFF))


def test_a_mail_is_sent_and_its_proof_kept(house: WorkingHouse) -> None:
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


def test_a_mail_server_that_says_4xx_delays_and_loses_nothing(house: WorkingHouse) -> None:
    with MailServer(Box(replies=["451 4.3.0 later"])) as server:
        _with_mail_server(house, server)
        house.mail = _context()
        with house.worker():
            message_id = house.put_mail()
            house.wait_for_attempts(message_id, 1)
            house.now.skip(seconds=7)
            house.wait_for_state(message_id, State.DONE)
    assert len(server.box.letters) == 1


def test_5xx_is_final_and_visible(house: WorkingHouse) -> None:
    with MailServer(Box(replies=["550 5.1.1 No such user"])) as server:
        _with_mail_server(house, server)
        house.mail = _context()
        with house.worker():
            found = house.wait_for_state(house.put_mail(), State.DEAD)
    assert "No such user" in found.reason


def test_without_a_mail_server_mails_wait_and_say_why(house: WorkingHouse) -> None:
    house.mail = _context()
    with house.worker():
        message_id = house.put_mail()
        tried = house.wait_for_attempts(message_id, 1)
        house.wait_for_state(message_id, State.DUE)
    assert "GATEPOST_SMTP_URL" in tried[0].error


def test_a_mail_whose_reason_went_away_is_cancelled(house: WorkingHouse) -> None:
    house.mail = Cancel("The address was confirmed meanwhile.")
    with house.worker():
        found = house.wait_for_state(house.put_mail(), State.CANCELLED)
    assert found.reason == "The address was confirmed meanwhile."


def test_a_mail_whose_facts_cannot_be_read_waits_without_an_attempt(house: WorkingHouse) -> None:
    house.mail = StorageUnavailable("The database is away.")
    message_id = house.put_mail()
    with house.worker():
        house.wait(lambda s: (one := queries.message(s, message_id)) and one.state == State.LEASED)
        time.sleep(2.5)  # handed back and claimed again, at least once
        house.mail = Cancel("no mail in this test")
        done = house.wait_for_state(message_id, State.CANCELLED)
    assert done.attempt == 1
    assert len(house.wait_for_attempts(message_id, 1)) == 1


def test_a_fault_of_our_own_is_tried_again_and_visible(house: WorkingHouse) -> None:
    house.mail = RuntimeError("a bug")
    with house.worker():
        message_id = house.put_mail()
        tried = house.wait_for_attempts(message_id, 1)
        house.wait_for_state(message_id, State.DUE)
    assert (tried[0].outcome, tried[0].error) == ("broken", "RuntimeError while sending.")


def test_a_mail_server_that_is_down_is_left_in_peace_and_then_gets_everything_at_once(house: WorkingHouse) -> None:
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
