"""How units of work become durable: one group-committing writer thread on SQLite, plain transactions elsewhere."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any, Protocol, TypeVar, cast

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.errors import StorageUnavailable

T = TypeVar("T")
Work = Callable[[Session], Any]
_LARGEST_GROUP = 256
_TRIES = 4
# Result codes after which SQLite can promise nothing for the whole transaction: BUSY, LOCKED, READONLY, IOERR,
# CORRUPT, FULL, CANTOPEN, PROTOCOL, NOTADB (sqlite.org/rescode.html).
_STORAGE_CODES = frozenset({5, 6, 8, 10, 11, 13, 14, 15, 26})


class Writer(Protocol):
    """What `Database` asks of either engine."""

    def write(self, work: Callable[[Session], T]) -> T: ...
    def submit(self, work: Callable[[Session], T]) -> Future[T]: ...
    def close(self) -> None: ...


class GroupConnection(sqlite3.Connection):
    """A connection whose transactions belong to the writer thread: sessions on it can neither commit nor roll back."""

    def commit(self) -> None:
        """Nothing: a unit ends by RELEASE, the group by the writer's own COMMIT."""

    def rollback(self) -> None:
        """Nothing: a failed unit is undone by ROLLBACK TO its own savepoint, never the whole group."""


class _Unit:
    """One unit that waits: its work, and who is told about the end."""

    __slots__ = ("calls", "error", "finish", "result", "work")

    def __init__(self, work: Work, finish: Callable[[_Unit], None]) -> None:
        self.work = work
        self.finish = finish
        self.result: Any = None
        self.error: BaseException | None = None
        self.calls: list[Callable[[], None]] | None = None


class GroupWriter:
    """All units of one process go through one thread, which commits those that wait together.

    Each unit runs in a SAVEPOINT of its own, so a failing one is undone alone; nobody is answered before the
    COMMIT of the group (synchronous=FULL) has returned.
    """

    def __init__(self, make_engine: Callable[[], Engine]) -> None:
        self._make_engine = make_engine
        self._queue: SimpleQueue[_Unit | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._closed = False

    def write(self, work: Callable[[Session], T]) -> T:
        """Run `work` in the writer thread and wait for the commit; see `Database.write`."""
        if threading.current_thread() is self._thread:
            raise RuntimeError("a unit of work cannot open another one")
        done = threading.Lock()
        done.acquire()
        unit = _Unit(work, lambda _unit: done.release())
        self._enqueue(unit)
        done.acquire()
        if unit.error is not None:
            raise unit.error
        result: T = unit.result
        return result

    def submit(self, work: Callable[[Session], T]) -> Future[T]:
        """Queue `work`; the future resolves after the commit."""
        future: Future[T] = Future()

        def finish(unit: _Unit) -> None:
            if unit.error is not None:
                future.set_exception(unit.error)
            else:
                future.set_result(unit.result)

        self._enqueue(_Unit(work, finish))
        return future

    def close(self) -> None:
        """Commit what waits, then end the thread."""
        with self._starting:
            self._closed = True
            thread = self._thread
            if thread is not None:
                self._queue.put(None)
        if thread is not None:
            thread.join()

    def _enqueue(self, unit: _Unit) -> None:
        if self._thread is None:
            with self._starting:
                if self._thread is None and not self._closed:
                    self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
                    self._thread.start()
        if self._closed:
            raise StorageUnavailable("The server is stopping.", hint="Try again in a moment.")
        self._queue.put(unit)

    def _run(self) -> None:
        connection: Connection | None = None
        stopping = False
        while not stopping:
            group = self._next_group()
            if group and group[-1] is None:
                stopping = True
                group.pop()
            units = [unit for unit in group if unit is not None]
            if not units:
                continue
            try:
                connection = connection or self._make_engine().connect()
                _commit_group(connection, units)
            except BaseException as error:
                _fail_group(units, error)
                _drop(connection)
                connection = None
            for unit in units:
                _finish(unit)
        _drop(connection)
        self._refuse_the_rest()

    def _refuse_the_rest(self) -> None:
        """Answer whoever slipped into the queue while it was being closed."""
        while True:
            try:
                late = self._queue.get_nowait()
            except Empty:
                return
            if late is not None:
                late.error = StorageUnavailable("The server is stopping.", hint="Try again in a moment.")
                _finish(late)

    def _next_group(self) -> list[_Unit | None]:
        group: list[_Unit | None] = [self._queue.get()]
        while group[-1] is not None and len(group) < _LARGEST_GROUP:
            try:
                group.append(self._queue.get_nowait())
            except Empty:
                break
        return group


class TransactionWriter:
    """Each unit is its own transaction; PostgreSQL groups the commits. Lost races are tried again."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def write(self, work: Callable[[Session], T]) -> T:
        """Run `work` in one transaction in the caller's thread; see `Database.write`."""
        for _attempt in range(_TRIES):
            try:
                with (
                    Session(self._engine, autoflush=False, expire_on_commit=False) as session,
                    session.begin(),
                ):
                    result = work(session)
                for call in session.info.get("after_commit", ()):
                    call()
                return result
            except DBAPIError as error:
                if not _is_lost_race(error):
                    raise _translated(error) from error
        raise StorageUnavailable("The database was too busy, so nothing was saved.", hint="Try again in a moment.")

    def submit(self, work: Callable[[Session], T]) -> Future[T]:
        """Run `work` in a short-lived thread; callers are few (the worker and the visit buffer)."""
        future: Future[T] = Future()

        def run() -> None:
            try:
                future.set_result(self.write(work))
            except BaseException as error:
                future.set_exception(error)

        threading.Thread(target=run, name="unit", daemon=True).start()
        return future

    def close(self) -> None:
        """Nothing waits here; the engine is disposed of by `Database`."""


def _commit_group(connection: Connection, units: list[_Unit]) -> None:
    """One BEGIN IMMEDIATE, a savepoint a unit, one COMMIT; raises when the group as a whole is lost."""
    raw = cast(sqlite3.Connection, connection.connection.dbapi_connection)
    raw.execute("BEGIN IMMEDIATE")
    try:
        for unit in units:
            _run_in_savepoint(connection, raw, unit)
        raw.execute("COMMIT")
    except BaseException:
        if raw.in_transaction:
            raw.execute("ROLLBACK")
        raise


def _run_in_savepoint(connection: Connection, raw: sqlite3.Connection, unit: _Unit) -> None:
    raw.execute("SAVEPOINT unit")
    try:
        with Session(connection, autoflush=False, expire_on_commit=False) as session:
            unit.result = unit.work(session)
            session.flush()
            unit.calls = session.info.get("after_commit")
    except BaseException as error:
        if not raw.in_transaction or _is_storage_fault(error):
            raise
        unit.error = error
        raw.execute("ROLLBACK TO unit")
    raw.execute("RELEASE unit")


def _fail_group(units: list[_Unit], error: BaseException) -> None:
    """Nothing of the group is durable; those with an error of their own keep it."""
    for unit in units:
        if unit.error is None:
            unit.error = _translated(error)
        unit.result = None
        unit.calls = None


def _finish(unit: _Unit) -> None:
    if unit.error is None and unit.calls:
        for call in unit.calls:
            call()
    unit.finish(unit)


def _drop(connection: Connection | None) -> None:
    if connection is not None:
        connection.invalidate()
        connection.close()
        connection.engine.dispose()


def _is_storage_fault(error: BaseException) -> bool:
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(cause, "sqlite_errorcode", None)
    return isinstance(cause, sqlite3.Error) and code is not None and (code & 0xFF) in _STORAGE_CODES


def _is_lost_race(error: DBAPIError) -> bool:
    """Serialisation failure and deadlock (PostgreSQL appendix A: 40001, 40P01)."""
    return getattr(error.orig, "sqlstate", None) in {"40001", "40P01"}


def _translated(error: BaseException) -> BaseException:
    """A storage fault in the words of the house; anything else unchanged."""
    if _is_storage_fault(error) or (isinstance(error, DBAPIError) and _is_server_away(error)):
        return StorageUnavailable(
            "The database cannot take anything in just now, so nothing was saved.",
            hint="Try again in a few seconds.",
        )
    return error


def _is_server_away(error: DBAPIError) -> bool:
    """Connection lost, out of resources, shutting down (SQLSTATE classes 08, 53, 57P, 58), or never reached."""
    state = getattr(error.orig, "sqlstate", None)
    if error.connection_invalidated:
        return True
    if state is None:
        return type(error.orig).__name__ == "OperationalError" and not isinstance(error.orig, sqlite3.Error)
    return state[:2] in {"08", "53", "58"} or state[:3] == "57P"
