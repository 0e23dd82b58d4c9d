"""`Database.gather`: the items of all who wait in one unit, and each in its own where that fails."""

import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import cast

import pytest
import sqlalchemy as sa
from sqlalchemy import Table
from sqlalchemy.orm import Session

from app.bulk_insert import insert_rows
from app.db import Database
from app.errors import AppError
from app.ids import new_id
from app.outbox.models import Message

NOW = datetime(2026, 11, 23, 8, 0, 1, 250, tzinfo=UTC)
MESSAGES = cast(Table, Message.__table__)
sizes: list[int] = []


def keep(session: Session, keys: Sequence[str]) -> list[str]:
    """Insert one message a key; "bad" cannot be kept."""
    sizes.append(len(keys))
    if "bad" in keys:
        raise AppError("no")
    insert_rows(session, MESSAGES, [a_message(key) for key in keys])
    return [f"kept {key}" for key in keys]


def a_message(key: str) -> dict[str, object]:
    return {
        "id": new_id(), "topic": "mail.confirm", "payload": '{"name":"Ngọc \\"A\\""}', "state": 0, "due": NOW,
        "attempt": 0, "unique_key": key, "lead_id": None, "created_at": NOW,
    }  # fmt: skip


def gathered(database: Database, keys: Sequence[str]) -> list[object]:
    """The outcomes of `keep` for all keys at once, held back so that they wait together."""
    sizes.clear()
    gate, arrived = threading.Event(), threading.Event()
    outcomes: list[object] = [None] * len(keys)

    def hold(_session: Session, items: Sequence[None]) -> Sequence[None]:
        arrived.set()
        gate.wait(5)
        return items

    def run(place: int) -> None:
        try:
            outcomes[place] = database.gather(keep, keys[place])
        except Exception as error:
            outcomes[place] = error

    threads = [threading.Thread(target=database.gather, args=(hold, None))]
    threads[0].start()
    arrived.wait(5)
    threads += [threading.Thread(target=run, args=(place,)) for place in range(len(keys))]
    for thread in threads[1:]:
        thread.start()
    time.sleep(0.2)  # They wait without a sign; too short a pause would only make several smaller units.
    gate.set()
    for thread in threads:
        thread.join()
    return outcomes


def kept(database: Database) -> set[str | None]:
    return set(database.read(lambda session: session.scalars(sa.select(Message.unique_key)).all()))


def test_items_that_wait_share_one_unit(database: Database) -> None:
    assert gathered(database, ["a", "b", "c"]) == ["kept a", "kept b", "kept c"]
    assert kept(database) == {"a", "b", "c"}
    assert sum(sizes) == 3
    assert max(sizes) > 1


def test_one_item_that_cannot_be_kept_harms_no_neighbour(database: Database) -> None:
    first, bad, last = gathered(database, ["a", "bad", "c"])
    assert (first, last) == ("kept a", "kept c")
    assert isinstance(bad, AppError)
    assert kept(database) == {"a", "c"}


def test_a_taken_key_within_the_crowd_is_told_to_its_bringer_alone(database: Database) -> None:
    outcomes = gathered(database, ["a", "a"])
    assert sorted(isinstance(outcome, sa.exc.IntegrityError) for outcome in outcomes) == [False, True]
    assert kept(database) == {"a"}


def test_rows_given_as_one_parameter_are_read_back_as_they_were(database: Database) -> None:
    database.gather(keep, "a")
    message = database.read(lambda session: session.scalars(sa.select(Message)).one())
    assert (message.due, message.payload, message.lead_id) == (NOW, '{"name":"Ngọc \\"A\\""}', None)


def test_rows_whose_key_is_taken_are_passed_over(database: Database) -> None:
    rows = [a_message("a"), a_message("b"), a_message("a")]
    added = database.write(lambda session: insert_rows(session, MESSAGES, rows, unless_taken="unique_key"))
    assert added == 2


@pytest.mark.parametrize("count", [0, 1])
def test_no_row_is_no_statement(database: Database, count: int) -> None:
    rows = [a_message("a")] * count
    assert database.write(lambda session: insert_rows(session, MESSAGES, rows)) == count
