"""`flask webhooks`, `flask outbox`: what operators type."""

import json
from collections.abc import Callable
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from app.adapters import clock
from app.ids import new_id
from app.outbox import actions, events, queries
from app.outbox.backoff import Dead, Kind, Outcome
from app.outbox.delivery import Free, Settlement
from app.outbox.event_examples import example
from app.worker import worker_of
from tests.factories.receivers import Receiver

Flask_ = Callable[..., Result]
URL = "http://127.0.0.1:9/hook"


@pytest.fixture
def settings_overrides() -> dict[str, Any]:
    return {"allowed_private_networks": (ip_network("127.0.0.0/8"),)}


@pytest.fixture
def run(app: Flask) -> Flask_:
    """Run `flask …` in the app; the output is checked by the test."""

    def call(*words: str, code: int = 0) -> Result:
        result = app.test_cli_runner().invoke(args=[*words])
        assert result.exit_code == code, result.output
        return result

    return call


def _add(run: Flask_, *more: str) -> str:
    found: str = json.loads(run("webhooks", "add", "--url", URL, "--json", *more).stdout)["id"]
    return found


def _owe(app: Flask, endpoint_id: str, *, dead: bool = False) -> str:
    database, now = app.extensions["gatepost"].database, clock.now()
    event = example(events.LeadConfirmed, now)
    message_id: str = database.write(lambda s: actions.put_for_endpoint(s, endpoint_id, event, now=now))
    if dead:
        claim = database.write(
            lambda s: actions.claim(s, lease=new_id(), now=now, until=now + timedelta(minutes=1), free=Free(9, 9))
        )
        done = [Settlement(one, Outcome(Kind.TIMEOUT), Dead("gave up"), now, 1, "w") for one in claim.messages]
        database.write(lambda s: actions.settle(s, done, now=now))
    return message_id


def test_add_shows_the_secret_once_and_keeps_it_sealed(app: Flask, run: Flask_) -> None:
    added = json.loads(run("webhooks", "add", "--url", URL, "--event", "lead.erased", "--json").stdout)
    assert added["secret"].startswith("whsec_")
    shown = json.loads(run("webhooks", "show", added["id"], "--json").stdout)
    assert (shown["url"], shown["events"], shown["state"], shown["breaker"]) == (
        URL,
        ["lead.erased"],
        "active",
        "closed",
    )
    assert "secret" not in shown
    kept = app.extensions["gatepost"].database.read(lambda s: queries.endpoint(s, added["id"]))
    assert added["secret"] not in kept.secret


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("ftp://crm.example/", "https://"),
        ("https://me:secret@crm.example/", "password"),
        ("http://10.0.0.7/hook", "GATEPOST_ALLOWED_PRIVATE_NETWORKS"),
        ("https://10.0.0.7/hook", "GATEPOST_ALLOWED_PRIVATE_NETWORKS"),
        ("https://93.184.215.14:22/", "Port 22"),
    ],
)
def test_a_target_that_could_never_be_reached_is_refused_with_the_reason(run: Flask_, url: str, word: str) -> None:
    assert word in run("webhooks", "add", "--url", url, code=1).output


def test_an_unknown_event_is_answered_with_the_known_ones(run: Flask_) -> None:
    assert "lead.confirmed" in run("webhooks", "add", "--url", URL, "--event", "lead.made", code=1).output


def test_list_tells_state_and_what_is_owed(app: Flask, run: Flask_) -> None:
    endpoint_id = _add(run)
    _owe(app, endpoint_id)
    listed = json.loads(run("webhooks", "list", "--json").stdout)
    assert [(one["id"], one["owed"]) for one in listed] == [(endpoint_id, 1)]
    assert endpoint_id in run("webhooks", "list").stdout


def test_an_unknown_receiver_is_said_so(run: Flask_) -> None:
    for command in ("show", "rotate", "test", "pause", "resume", "disable"):
        assert "There is no receiver" in run("webhooks", command, "01KNOBODY", code=1).output


def test_pause_resume_and_disable_change_the_state(run: Flask_) -> None:
    endpoint_id = _add(run)
    for command, state in (("pause", "paused"), ("resume", "active"), ("disable", "disabled")):
        assert json.loads(run("webhooks", command, endpoint_id, "--json").stdout)["state"] == state


def test_rotate_keeps_the_old_secret_for_the_overlap_and_refuses_a_second_turn(app: Flask, run: Flask_) -> None:
    endpoint_id = _add(run)
    first = json.loads(run("webhooks", "rotate", endpoint_id, "--json").stdout)
    assert first["secret"].startswith("whsec_")
    assert first["old_secret_until"]
    assert "under way" in run("webhooks", "rotate", endpoint_id, code=1).output
    assert (
        json.loads(run("webhooks", "rotate", endpoint_id, "--overlap", "0", "--json").stdout)["old_secret_until"]
        is None
    )


def test_replay_takes_ids_or_a_receiver_with_a_limit(app: Flask, run: Flask_) -> None:
    endpoint_id = _add(run)
    message_id = _owe(app, endpoint_id, dead=True)
    assert json.loads(run("webhooks", "replay", message_id, "--json").stdout) == {"replayed": 1}
    assert "Nothing to send again" in run("webhooks", "replay", message_id, code=1).output
    _owe(app, endpoint_id, dead=True)
    assert "2 to be sent" in run("webhooks", "replay", "--endpoint", endpoint_id, "--dead").output
    assert "0" in run("webhooks", "replay", "--endpoint", endpoint_id, "--since", "1h", "--json").output
    run("webhooks", "replay", code=2)
    run("webhooks", "replay", "--endpoint", endpoint_id, code=2)
    assert "is no time" in run("webhooks", "replay", "--endpoint", endpoint_id, "--since", "then", code=2).output


def test_a_test_event_goes_the_way_of_all_others(app: Flask, run: Flask_) -> None:
    worker = worker_of(app.extensions["gatepost"])
    worker.start()
    try:
        with Receiver() as receiver:
            added = json.loads(run("webhooks", "add", "--url", receiver.url, "--json").stdout)
            result = json.loads(run("webhooks", "test", added["id"], "--event", "lead.qualified", "--json").stdout)
            body = json.loads(receiver.wait_for(1)[0].body)
    finally:
        worker.stop()
    assert (result["accepted"], result["status"]) == (True, 200)
    assert (body["type"], body["data"]["test"]) == ("lead.qualified", True)


def test_a_failing_test_event_says_why_and_exits_with_1(app: Flask, run: Flask_) -> None:
    worker = worker_of(app.extensions["gatepost"])
    worker.start()
    try:
        assert "No answer" in run("webhooks", "test", _add(run), code=1).output
    finally:
        worker.stop()


def test_outbox_lists_by_state_and_shows_attempts(app: Flask, run: Flask_) -> None:
    endpoint_id = _add(run)
    dead = _owe(app, endpoint_id, dead=True)
    due = _owe(app, endpoint_id)
    listed = json.loads(run("outbox", "list", "--state", "due", "--json").stdout)
    assert [one["id"] for one in listed] == [due]
    assert dead in run("outbox", "list", "--topic", "webhook.lead_confirmed", "--limit", "2").output
    shown = json.loads(run("outbox", "show", dead, "--json").stdout)
    assert (shown["state"], shown["attempts"][0]["outcome"]) == ("dead", "timeout")
    assert json.loads(shown["payload"])["type"] == "lead.confirmed"
    assert "timeout" in run("outbox", "show", dead).output
    assert "There is no message" in run("outbox", "show", "01KNOTHING", code=1).output
