"""The story of a crash run: load, SIGKILL at random moments, restart, drain, reckon."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from sqlalchemy import select

from app.outbox.delivery import State
from app.outbox.models import Message
from tests.crash.audit import HOUSE_TOPIC, Figures, audit
from tests.crash.crowd import Crowd
from tests.crash.house import House
from tests.crash.ledger import Ledger

DRAIN_SECONDS = 60.0
Moment = Callable[[int], None]


def kill_again_and_again(
    house: House, *, engine: str, kills: int, chance: random.Random, also: Moment | None = None
) -> Figures:
    """Kill the server's process group `kills` times under load; `also(n)` is called before the n-th kill."""
    ledger, figures = Ledger(f"{engine}-{chance.randrange(10**6)}"), Figures(engine)
    crowd = Crowd(ledger, house.mail.box, [house.server.port], posting=6, confirming=4)
    started = time.monotonic()
    house.server.start()
    crowd.start()
    try:
        for number in range(1, kills + 1):
            time.sleep(chance.uniform(0.3, 2.5))
            if also is not None:
                also(number)
            figures.kills += 1
            figures.recoveries.append(_killed(house, ledger))
        time.sleep(0.5)
        figures.faults += drain(house, crowd, ledger)
    finally:
        crowd.stop()
    house.server.stop()
    figures.seconds = time.monotonic() - started
    return audit(house, ledger, figures)


def _killed(house: House, ledger: Ledger) -> float:
    """Kill and start again; gives the seconds until a post was accepted."""
    house.server.kill()
    killed = time.monotonic()
    house.server.start()
    return wait_until(lambda: ledger.last_accepted_at > killed, "a post is accepted again") - killed


def drain(house: House, crowd: Crowd, ledger: Ledger) -> list[str]:
    """No more visitors: wait until everybody has confirmed and everything has left the house; gives what did not."""
    crowd.stop_posting()
    try:
        wait_until(lambda: all(visitor.confirmed_at is not None for visitor in ledger.visitors), "everybody confirms")
        wait_until(lambda: not owed(house), "everything has left the house")
    except AssertionError as fault:
        waiting = [visitor.email for visitor in ledger.visitors if visitor.confirmed_at is None]
        return [f"{fault}; answers {dict(ledger.statuses)}; people waiting {waiting}; messages owed {owed(house)}"]
    return []


def owed(house: House) -> list[tuple[str, int, int, str | None]]:
    """What is due or leased: topic, state, attempts, reason."""
    open_states = (State.DUE, State.LEASED)
    wanted = select(Message).where(Message.state.in_(open_states), Message.topic != HOUSE_TOPIC)
    return [(one.topic, one.state, one.attempt, one.reason) for one in house.read(wanted)]


def wait_until(is_so: Callable[[], bool], what: str, seconds: float = DRAIN_SECONDS) -> float:
    """Wait for it; gives the moment. Fails after `seconds`, saying what did not come."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.05)
    return time.monotonic()
