"""The outbox on a real database: put, claim, settle, order, fairness, replay, forget."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.db import Database
from app.ids import new_id
from app.outbox import actions, events, queries
from app.outbox.backoff import Dead, DisableEndpoint, Done, Kind, Outcome, RetryAt, Verdict
from app.outbox.delivery import Claim, Claimed, EndpointState, Free, Settlement, State
from app.outbox.event_examples import example

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LEASE = timedelta(seconds=60)
OK = Outcome(Kind.ANSWERED, 200)
BAD = Outcome(Kind.ANSWERED, 500, note="Answered 500.")


class House:
    """One database with the few steps these tests tell their stories in."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def endpoint(self, **more: Any) -> str:
        facts = {"url": "https://crm.example/hook", "events": ["lead.confirmed"], "sealed_secret": "s", "now": NOW}
        return self.write(lambda session: actions.add_endpoint(session, **{**facts, **more}))

    def put_mail(self, **more: Any) -> str | None:
        return self.write(lambda session: actions.put(session, "mail.confirm", {}, now=NOW, **more))

    def put_event(self, lead: str = "L1", at: datetime = NOW) -> tuple[str, ...]:
        event = example(events.LeadConfirmed, at)
        return self.write(lambda session: actions.put_for_endpoints(session, event, lead_id=lead, now=at))

    def claim(self, *, at: datetime = NOW, free: Free | None = None) -> Claim:
        wanted = free or Free(64, 64)
        return self.write(lambda session: actions.claim(session, lease=new_id(), now=at, until=at + LEASE, free=wanted))

    def settle(self, *messages: Claimed, verdict: Verdict, outcome: Outcome = OK, at: datetime = NOW) -> None:
        done = [Settlement(one, outcome, verdict, at, 5, "test") for one in messages]
        self.write(lambda session: actions.settle(session, done, now=at))

    def state(self, message_id: str) -> State:
        found = self.read(lambda session: queries.message(session, message_id))
        assert found is not None
        return State(found.state)

    def write(self, work: Callable[[Session], Any]) -> Any:
        return self.database.write(work)

    def read(self, work: Callable[[Session], Any]) -> Any:
        return self.database.read(work)


@pytest.fixture
def house(database: Database) -> House:
    return House(database)


def _ids(claim: Claim) -> list[str]:
    return [one.id for one in claim.messages]


def test_a_message_exists_only_if_its_unit_commits(house: House) -> None:
    def fail(session: Session) -> None:
        actions.put(session, "mail.confirm", {}, now=NOW)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        house.write(fail)
    assert house.claim().messages == ()


def test_a_unique_key_is_owed_once(house: House) -> None:
    assert house.put_mail(unique_key="offer:1") is not None
    assert house.put_mail(unique_key="offer:1") is None
    assert len(house.claim().messages) == 1


def test_only_subscribed_endpoints_are_owed_and_each_has_its_own_id(house: House) -> None:
    first, second = house.endpoint(), house.endpoint()
    house.endpoint(events=["lead.erased"])
    ids = house.put_event()
    claim = house.claim()
    assert sorted(_ids(claim)) == sorted(ids)
    assert {one.endpoint_id for one in claim.messages} == {first, second} == set(claim.receivers)
    assert claim.messages[0].payload == claim.messages[1].payload


def test_a_leased_message_is_not_claimed_again_until_its_lease_is_over(house: House) -> None:
    message_id = house.put_mail()
    first = house.claim()
    assert house.claim(at=NOW + LEASE - timedelta(seconds=1)).messages == ()
    again = house.claim(at=NOW + LEASE)
    assert _ids(first) == _ids(again) == [message_id]
    assert [first.messages[0].attempt, again.messages[0].attempt] == [1, 2]


def test_who_lost_the_lease_changes_nothing_but_its_try_is_logged(house: House) -> None:
    message_id = house.put_mail()
    assert message_id
    stalled = house.claim().messages[0]
    retaken = house.claim(at=NOW + LEASE).messages[0]
    house.settle(stalled, verdict=Dead("too late"))
    assert house.state(message_id) is State.LEASED
    house.settle(retaken, verdict=Done())
    assert house.state(message_id) is State.DONE
    assert len(house.read(lambda session: queries.attempts(session, message_id))) == 2


def test_a_retry_waits_until_it_is_due(house: House) -> None:
    house.put_mail()
    later = NOW + timedelta(minutes=5)
    house.settle(house.claim().messages[0], verdict=RetryAt(later, "Answered 500."), outcome=BAD)
    assert house.claim(at=later - timedelta(seconds=1)).messages == ()
    assert house.claim(at=later).messages[0].attempt == 2


def test_a_released_message_is_due_at_once_and_its_attempt_does_not_count(house: House) -> None:
    house.put_mail()
    claimed = house.claim().messages
    house.write(lambda session: actions.release(session, claimed, now=NOW))
    assert house.claim().messages[0].attempt == 1


def test_one_endpoint_never_takes_more_than_its_cap(house: House) -> None:
    slow, quick = house.endpoint(max_in_flight=2), house.endpoint(max_in_flight=8)
    for number in range(12):
        house.put_event(f"L{number}")
    claim = house.claim()
    per_endpoint = [one.endpoint_id for one in claim.messages]
    assert per_endpoint.count(slow) == 2
    assert per_endpoint.count(quick) == 8
    busy = house.claim(free=Free(64, 64, busy={slow: 2, quick: 5}))
    assert [one.endpoint_id for one in busy.messages] == [quick] * 3


def test_no_endpoint_is_always_served_first(house: House) -> None:
    endpoints = {house.endpoint() for _ in range(4)}
    for number in range(10):
        house.put_event(f"L{number}")
    served = {house.claim(free=Free(1, 0)).messages[0].endpoint_id for _ in range(30)}
    assert served == endpoints


def test_ordered_endpoints_get_one_message_a_lead_at_a_time(house: House) -> None:
    house.endpoint(is_ordered=True)
    first, second = house.put_event("L1")[0], house.put_event("L1")[0]
    other = house.put_event("L2")[0]
    claim = house.claim()
    assert _ids(claim) == [first, other]
    house.settle(claim.messages[0], verdict=RetryAt(NOW + timedelta(hours=1), "no"), outcome=BAD)
    assert house.claim().messages == ()
    retried = house.claim(at=NOW + timedelta(hours=1)).messages
    assert first in [one.id for one in retried]
    assert second not in [one.id for one in retried]


def test_a_dead_message_releases_the_lane_behind_it(house: House) -> None:
    house.endpoint(is_ordered=True)
    house.put_event("L1")
    second = house.put_event("L1")[0]
    house.settle(house.claim().messages[0], verdict=Dead("gave up"), outcome=BAD)
    assert _ids(house.claim()) == [second]


def test_messages_of_one_unit_keep_their_order(house: House) -> None:
    house.endpoint()

    def put_many(session: Session) -> list[str]:
        event = example(events.LeadConfirmed, NOW)
        return [actions.put_for_endpoints(session, event, lead_id="L", now=NOW)[0] for _ in range(50)]

    ids = house.write(put_many)
    assert ids == sorted(ids)
    assert len(set(ids)) == 50


def _break(house: House, endpoint_id: str, times: int = 5) -> None:
    for number in range(times):
        house.put_event(f"B{number}")
    messages = [one for one in house.claim().messages if one.endpoint_id == endpoint_id]
    house.settle(*messages, verdict=RetryAt(NOW, "Answered 500."), outcome=BAD)


def test_an_open_breaker_burns_no_attempts_and_lets_one_probe_through(house: House) -> None:
    endpoint_id = house.endpoint()
    _break(house, endpoint_id)
    assert house.claim(at=NOW + timedelta(seconds=29)).messages == ()
    probe = house.claim(at=NOW + timedelta(seconds=30)).messages
    assert len(probe) == 1
    assert house.claim(at=NOW + timedelta(seconds=31)).messages == ()


def test_a_successful_probe_opens_the_way_again(house: House) -> None:
    endpoint_id = house.endpoint()
    _break(house, endpoint_id)
    at = NOW + timedelta(seconds=30)
    house.settle(house.claim(at=at).messages[0], verdict=Done(), at=at)
    assert len(house.claim(at=at).messages) == 4


def test_a_broken_endpoint_does_not_hold_up_another(house: House) -> None:
    broken, sound = house.endpoint(), house.endpoint()
    _break(house, broken)
    claim = house.claim()
    assert {one.endpoint_id for one in claim.messages} <= {sound}
    house.put_event("L9")
    assert {one.endpoint_id for one in house.claim().messages} == {sound}


def test_410_suspends_the_endpoint_and_keeps_what_is_owed(house: House) -> None:
    endpoint_id = house.endpoint()
    message_id = house.put_event()[0]
    gone = Outcome(Kind.ANSWERED, 410)
    house.settle(house.claim().messages[0], verdict=DisableEndpoint("The receiver answered 410 Gone."), outcome=gone)
    endpoint = house.read(lambda session: queries.endpoint(session, endpoint_id))
    assert (endpoint.state, endpoint.state_reason) == ("suspended", "The receiver answered 410 Gone.")
    later = house.put_event("L2")[0]
    assert house.claim().messages == ()
    house.write(lambda session: actions.set_endpoint_state(session, endpoint_id, EndpointState.ACTIVE))
    assert sorted(_ids(house.claim())) == sorted([message_id, later])


def test_a_disabled_endpoint_is_owed_nothing_new(house: House) -> None:
    endpoint_id = house.endpoint()
    house.write(lambda session: actions.set_endpoint_state(session, endpoint_id, EndpointState.DISABLED))
    assert house.put_event() == ()


def test_a_pause_asked_for_rests_the_whole_endpoint(house: House) -> None:
    house.endpoint()
    house.put_event("L1")
    pause = NOW + timedelta(minutes=10)
    wait = RetryAt(pause, "Answered 429.", pause_until=pause)
    house.settle(house.claim().messages[0], verdict=wait, outcome=Outcome(Kind.ANSWERED, 429))
    house.put_event("L2")
    assert house.claim(at=pause - timedelta(seconds=1)).messages == ()
    assert len(house.claim(at=pause).messages) == 2


def test_five_days_of_failure_suspend(house: House) -> None:
    endpoint_id = house.endpoint()
    for day in range(6):
        at = NOW + timedelta(days=day)
        house.put_event(at=at)
        message = house.claim(at=at).messages[0]
        house.settle(message, verdict=RetryAt(at, "Answered 500."), outcome=BAD, at=at)
    assert house.read(lambda session: queries.endpoint(session, endpoint_id)).state == "suspended"


def test_replay_sends_the_same_id_and_body_again(house: House) -> None:
    endpoint_id = house.endpoint()
    message_id = house.put_event()[0]
    first = house.claim().messages[0]
    house.settle(first, verdict=Done())
    assert house.write(lambda session: actions.redeliver(session, message_id, now=NOW))
    again = house.claim().messages[0]
    assert (again.id, again.payload, again.attempt) == (message_id, first.payload, 1)
    house.settle(again, verdict=Dead("gave up"))
    assert house.write(lambda session: actions.replay(session, endpoint_id, now=NOW, dead_only=True)) == 1
    assert not house.write(lambda session: actions.redeliver(session, "no such message", now=NOW))


def test_replay_since_takes_only_what_is_younger(house: House) -> None:
    endpoint_id = house.endpoint()
    house.put_event()
    house.put_event(at=NOW + timedelta(hours=2))
    house.settle(*house.claim(at=NOW + timedelta(hours=2)).messages, verdict=Done())
    since = NOW + timedelta(hours=1)
    assert house.write(lambda session: actions.replay(session, endpoint_id, now=NOW, since=since)) == 1


def test_forgetting_a_person_cancels_and_empties(house: House) -> None:
    house.endpoint()
    sent = house.put_event("L1")[0]
    house.settle(*house.claim().messages, verdict=Done())
    owed = house.put_event("L1")[0]
    mail = house.put_mail(submission_id="S1")
    assert mail
    house.write(lambda session: actions.forget(session, lead_id="L1", submission_ids=["S1"], now=NOW))
    assert house.state(owed) is house.state(mail) is State.CANCELLED
    assert house.read(lambda session: queries.message(session, sent)).payload == ""
    assert house.claim().messages == ()
    assert not house.write(lambda session: actions.redeliver(session, sent, now=NOW))


def test_purge_deletes_what_is_long_finished_and_keeps_what_is_owed(house: House) -> None:
    house.put_mail()
    house.settle(*house.claim().messages, verdict=Done())
    owed = house.put_mail()
    assert owed
    assert house.write(lambda session: actions.purge(session, before=NOW)) == 0
    assert house.write(lambda session: actions.purge(session, before=NOW + timedelta(days=1))) == 1
    assert house.state(owed) is State.DUE


def test_upkeep_is_claimed_by_one_worker_a_day(house: House) -> None:
    def claim(at: datetime) -> Claimed | None:
        return house.write(
            lambda session: actions.claim_house(session, "cron:upkeep:1", lease=new_id(), now=at, until=at + LEASE)
        )

    first = claim(NOW)
    assert first is not None
    assert claim(NOW) is None
    assert house.claim().messages == ()
    house.settle(first, verdict=Done())
    assert claim(NOW + timedelta(hours=2)) is None


def test_oldest_due_ignores_what_receivers_owe_to_themselves(house: House) -> None:
    endpoint_id = house.endpoint()
    _break(house, endpoint_id)
    later = NOW + timedelta(minutes=10)
    assert house.read(lambda session: queries.oldest_due(session, later)) is None
    house.put_mail()
    assert house.read(lambda session: queries.oldest_due(session, later)) == NOW
    assert house.read(lambda session: queries.is_anything_due(session, later))


def test_counts_and_owed_tell_what_is_where(house: House) -> None:
    endpoint_id = house.endpoint()
    house.put_event()
    house.put_mail()
    counts = house.read(queries.counts)
    assert counts == {("webhook.lead_confirmed", State.DUE): 1, ("mail.confirm", State.DUE): 1}
    assert house.read(queries.owed)[endpoint_id].count == 1


def test_settling_tells_what_changed_about_an_endpoint(house: House) -> None:
    endpoint_id = house.endpoint()
    for number in range(6):
        house.put_event(f"L{number}")
    messages = house.claim().messages

    def settle(which: list[Claimed], verdict: Verdict, outcome: Outcome) -> list[str]:
        done = [Settlement(one, outcome, verdict, NOW, 5, "test") for one in which]
        changes = house.write(lambda session: actions.settle(session, done, now=NOW))
        assert all(one.endpoint_id == endpoint_id for one in changes)
        return [one.what for one in changes]

    retry = RetryAt(NOW, "Answered 500.")
    assert settle(list(messages[:4]), retry, BAD) == []
    assert settle([messages[4]], retry, BAD) == ["breaker_opened"]
    assert settle([messages[5]], Done(), OK) == ["breaker_closed"]
    gone = DisableEndpoint("The receiver answered 410 Gone.")
    claimed = list(house.claim().messages)
    assert settle(claimed[:1], gone, Outcome(Kind.ANSWERED, 410)) == ["endpoint_suspended"]
    assert settle(claimed[1:2], gone, Outcome(Kind.ANSWERED, 410)) == []
