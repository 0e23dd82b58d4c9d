"""How units of work become durable on PostgreSQL: each is a transaction, and what is gathered shares one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from app.errors import StorageUnavailable
from app.storage_faults import is_lost_race, translated
from app.unit_of_work import Unit, UnitThread, gathered

T = TypeVar("T")
Item = TypeVar("Item")
_TRIES = 4


class TransactionWriter:
    """Each unit is its own transaction; PostgreSQL groups the commits. Lost races are tried again."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._thread = UnitThread("gather", self._run, at_end=lambda: None)

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
            except (DBAPIError, PoolTimeout) as error:
                if not is_lost_race(error):
                    raise translated(error) from error
        raise StorageUnavailable("The database was too busy, so nothing was saved.", hint="Try again in a moment.")

    def gather(self, work: Callable[[Session, Sequence[Item]], Sequence[T]], item: Item) -> T:
        """Run `work` once for everybody's items, in one transaction; see `Database.gather`."""
        result: T = self._thread.wait_for(work, item)
        return result

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
        """Finish what waits; the engine is disposed of by `Database`."""
        self._thread.close()

    def _run(self, units: list[Unit]) -> None:
        for together in gathered(units):
            error = self._run_together(together)
            for unit in together if error is not None else ():
                is_shared = len(together) == 1 or isinstance(error, StorageUnavailable)
                unit.error = error if is_shared else self._run_together([unit])

    def _run_together(self, units: list[Unit]) -> BaseException | None:
        """Run the one work of these units; the error for which all of them were undone."""
        work, items = units[0].work, [unit.item for unit in units]
        try:
            results = self.write(lambda session: work(session, items))
            for unit, result in zip(units, results, strict=True):
                unit.result = result
        except BaseException as error:
            return error
        return None
