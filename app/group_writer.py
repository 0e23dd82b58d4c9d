"""How units of work become durable on SQLite: one writer thread commits all that wait together."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import TypeVar, cast

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from app.storage_faults import is_storage_fault, translated
from app.unit_of_work import Unit, UnitThread, alone, gathered

T = TypeVar("T")
Item = TypeVar("Item")


class GroupConnection(sqlite3.Connection):
    """A connection whose transactions belong to the writer thread: sessions on it can neither commit nor roll back."""

    def commit(self) -> None:
        """Nothing: a unit ends by RELEASE, the group by the writer's own COMMIT."""

    def rollback(self) -> None:
        """Nothing: a failed unit is undone by ROLLBACK TO its own savepoint, never the whole group."""


class GroupWriter:
    """All units of one process go through one thread, which commits those that wait together.

    Each unit runs in a SAVEPOINT of its own, so a failing one is undone alone; nobody is answered before the
    COMMIT of the group (synchronous=FULL) has returned.
    """

    def __init__(self, make_engine: Callable[[], Engine]) -> None:
        self._make_engine = make_engine
        self._connection: Connection | None = None
        self._thread = UnitThread("writer", self._run, at_end=self._drop)

    def write(self, work: Callable[[Session], T]) -> T:
        """Run `work` in the writer thread and wait for the commit; see `Database.write`."""
        result: T = self._thread.wait_for(alone(work), None)
        return result

    def gather(self, work: Callable[[Session, Sequence[Item]], Sequence[T]], item: Item) -> T:
        """Run `work` once for everybody's items; see `Database.gather`."""
        result: T = self._thread.wait_for(work, item)
        return result

    def submit(self, work: Callable[[Session], T]) -> Future[T]:
        """Queue `work`; the future resolves after the commit."""
        return self._thread.submit(alone(work))

    def close(self) -> None:
        """Commit what waits, then end the thread."""
        self._thread.close()

    def _run(self, units: list[Unit]) -> None:
        try:
            if self._connection is None:
                self._connection = self._make_engine().connect()
            _commit(self._connection, units)
        except BaseException as error:
            _fail(units, error)
            self._drop()

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()
            connection.engine.dispose()


def _commit(connection: Connection, units: list[Unit]) -> None:
    """One BEGIN IMMEDIATE, a savepoint a unit, one COMMIT; raises when the group as a whole is lost."""
    raw = cast(sqlite3.Connection, connection.connection.dbapi_connection)
    raw.execute("BEGIN IMMEDIATE")
    try:
        for together in gathered(units):
            error = _run_in_savepoint(connection, raw, together)
            for unit in together if error is not None else ():
                unit.error = error if len(together) == 1 else _run_in_savepoint(connection, raw, [unit])
        raw.execute("COMMIT")
    except BaseException:
        if raw.in_transaction:
            raw.execute("ROLLBACK")
        raise


def _run_in_savepoint(connection: Connection, raw: sqlite3.Connection, units: list[Unit]) -> BaseException | None:
    """Run the one work of these units; the error for which all of them were undone."""
    raw.execute("SAVEPOINT unit")
    failed: BaseException | None = None
    try:
        with Session(connection, autoflush=False, expire_on_commit=False) as session:
            results = units[0].work(session, [unit.item for unit in units])
            session.flush()
            for unit, result in zip(units, results, strict=True):
                unit.result = result
            units[0].calls = session.info.get("after_commit", ())
    except BaseException as error:
        if not raw.in_transaction or is_storage_fault(error):
            raise
        failed = error
        raw.execute("ROLLBACK TO unit")
    raw.execute("RELEASE unit")
    return failed


def _fail(units: list[Unit], error: BaseException) -> None:
    """Nothing of the group is durable; those with an error of their own keep it."""
    for unit in units:
        if unit.error is None:
            unit.error = translated(error)
        unit.result = None
        unit.calls = ()
