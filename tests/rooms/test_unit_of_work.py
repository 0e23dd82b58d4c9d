"""`Database.write`: units that commit together, fail alone, and are answered only after the commit."""

import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.db import Database, after_commit, sqlite_path
from app.errors import AppError, StorageUnavailable
from app.ids import new_id
from app.outbox.models import Message

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def a_message(key: str) -> dict[str, object]:
    return {
        "id": new_id(),
        "topic": "mail.confirm",
        "payload": "{}",
        "state": 0,
        "due": NOW,
        "attempt": 0,
        "unique_key": key,
        "created_at": NOW,
    }


def put(key: str) -> Callable[[Session], str]:
    def work(session: Session) -> str:
        session.execute(sa.insert(Message), a_message(key))
        return key

    return work


def kept_keys(database: Database) -> set[str]:
    return set(database.read(lambda session: session.scalars(sa.select(Message.unique_key)).all()))  # type: ignore[arg-type]


def fail_after_insert(session: Session) -> None:
    put("never")(session)
    raise AppError("no")


def together(database: Database, *works: Callable[[Session], object]) -> list[object]:
    """Run all units at once, held back by a first one, so that on SQLite they share one group."""
    begun, gate = threading.Event(), threading.Event()
    outcomes: list[object] = [None] * len(works)

    def run(place: int) -> None:
        try:
            outcomes[place] = database.write(works[place])
        except Exception as error:
            outcomes[place] = error

    first = database.submit(lambda session: (begun.set(), gate.wait(5)))
    begun.wait(5)
    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(works))]
    for thread in threads:
        thread.start()
    gate.set()
    for thread in threads:
        thread.join()
    first.result()
    return outcomes


def test_a_failing_unit_is_undone_alone(database: Database) -> None:
    outcomes = together(database, put("a"), fail_after_insert, put("b"))
    assert outcomes[0] == "a"
    assert isinstance(outcomes[1], AppError)
    assert outcomes[2] == "b"
    assert kept_keys(database) == {"a", "b"}


def test_a_broken_constraint_harms_no_neighbour(database: Database) -> None:
    outcomes = together(database, put("a"), put("a"), put("b"))
    assert sum(isinstance(outcome, sa.exc.IntegrityError) for outcome in outcomes) == 1
    assert kept_keys(database) == {"a", "b"}


def test_an_object_that_cannot_be_flushed_harms_no_neighbour(database: Database) -> None:
    def orm_work(session: Session) -> None:
        session.add(Message(**a_message("x")))
        session.flush()
        session.add(Message(**a_message("x")))

    outcomes = together(database, put("a"), orm_work, put("b"))
    assert isinstance(outcomes[1], sa.exc.IntegrityError)
    assert kept_keys(database) == {"a", "b"}


def test_nobody_is_answered_before_the_commit(database: Database) -> None:
    for number in range(20):
        key = database.write(put(f"k{number}"))
        assert key in kept_keys(database)


def test_what_should_follow_the_commit_follows_it(database: Database) -> None:
    seen: list[set[str]] = []

    def work(session: Session) -> None:
        after_commit(session, lambda: seen.append(kept_keys(database)))
        put("a")(session)

    database.write(work)
    assert seen == [{"a"}]


def test_nothing_follows_a_unit_that_failed(database: Database) -> None:
    seen: list[int] = []

    def work(session: Session) -> None:
        after_commit(session, lambda: seen.append(1))
        fail_after_insert(session)

    with pytest.raises(AppError):
        database.write(work)
    assert seen == []


def test_many_threads_lose_nothing(database: Database) -> None:
    def run(number: int) -> None:
        for step in range(25):
            database.write(put(f"{number}-{step}"))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(kept_keys(database)) == 16 * 25


def test_a_unit_cannot_open_another_one(database: Database) -> None:
    if database.is_sqlite:
        with pytest.raises(RuntimeError):
            database.write(lambda session: database.write(put("inner")))


def test_a_submitted_unit_resolves_after_the_commit(database: Database) -> None:
    assert database.submit(put("a")).result(timeout=10) == "a"
    assert kept_keys(database) == {"a"}
    with pytest.raises(AppError):
        database.submit(fail_after_insert).result(timeout=10)


def test_a_reader_can_change_nothing(database: Database) -> None:
    with pytest.raises(sa.exc.DBAPIError):
        database.read(put("a"))


def test_a_naive_time_is_refused(database: Database) -> None:
    def work(session: Session) -> None:
        session.execute(sa.insert(Message), a_message("a") | {"due": datetime(2026, 1, 1)})

    with pytest.raises(sa.exc.StatementError):
        database.write(work)


class TestSqliteStorageFaults:
    """Faults of the disk and of the file: everybody in the group is told, nobody was acknowledged."""

    @pytest.fixture
    def engine_name(self) -> str:
        return "sqlite"

    def test_a_full_disk_is_said_and_recovers(self, database: Database) -> None:
        database.write(put("before"))

        def fill(session: Session) -> None:
            pages = session.connection().exec_driver_sql("PRAGMA page_count").scalar_one()
            session.connection().exec_driver_sql(f"PRAGMA max_page_count={pages}")

        def much(session: Session) -> None:
            session.execute(sa.insert(Message), a_message("big") | {"payload": "x" * 200_000})

        database.write(fill)
        outcomes = together(database, much, put("neighbour"))
        assert isinstance(outcomes[0], StorageUnavailable)
        kept = kept_keys(database)
        assert "big" not in kept
        assert ("neighbour" in kept) == (outcomes[1] == "neighbour")
        assert database.write(put("after")) == "after"

    def test_a_locked_file_is_said(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        database.write(lambda session: session.connection().exec_driver_sql("PRAGMA busy_timeout=50") and None)
        path = sqlite_path(database.url)
        other = sqlite3.connect(str(path), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageUnavailable):
            database.write(put("locked out"))
        other.execute("ROLLBACK")
        other.close()
        assert database.write(put("after")) == "after"

    def test_waiting_units_are_committed_at_close(self, database: Database) -> None:
        futures = [database.submit(put(f"k{number}")) for number in range(50)]
        database.close()
        assert {future.result(timeout=1) for future in futures} == kept_keys(database)
        with pytest.raises(StorageUnavailable):
            database.write(put("late"))
