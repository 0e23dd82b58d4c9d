"""Units of work that wait for a thread of their own, which takes all that wait together."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any, Protocol, TypeVar

from sqlalchemy.orm import Session

from app.errors import StorageUnavailable

T = TypeVar("T")
Item = TypeVar("Item")
WorkOnAll = Callable[[Session, Sequence[Any]], Sequence[Any]]
_LARGEST_GROUP = 256


class Writer(Protocol):
    """What `Database` asks of either engine."""

    def write(self, work: Callable[[Session], T]) -> T: ...
    def gather(self, work: Callable[[Session, Sequence[Item]], Sequence[T]], item: Item) -> T: ...
    def submit(self, work: Callable[[Session], T]) -> Future[T]: ...
    def close(self) -> None: ...


class Unit:
    """One unit that waits: its work, the item it brings to it, and who is told about the end."""

    __slots__ = ("calls", "error", "finish", "item", "result", "work")

    def __init__(self, work: WorkOnAll, item: Any, finish: Callable[[Unit], None]) -> None:
        self.work = work
        self.item = item
        self.finish = finish
        self.result: Any = None
        self.error: BaseException | None = None
        self.calls: Sequence[Callable[[], None]] = ()

    def end(self) -> None:
        """Let what follows the commit follow it, then let the caller go on."""
        if self.error is None:
            for call in self.calls:
                call()
        self.finish(self)


def alone(work: Callable[[Session], T]) -> WorkOnAll:
    """Work that shares its unit with nobody's."""
    return lambda session, _items: [work(session)]


def gathered(units: Iterable[Unit]) -> list[list[Unit]]:
    """Units with the same work together, in the order in which each work first came."""
    found: dict[WorkOnAll, list[Unit]] = {}
    for unit in units:
        found.setdefault(unit.work, []).append(unit)
    return list(found.values())


class UnitThread:
    """A queue and the one thread behind it: `run` gets all units that wait, and settles result or error of each."""

    def __init__(self, name: str, run: Callable[[list[Unit]], None], *, at_end: Callable[[], None]) -> None:
        self._name = name
        self._run_group = run
        self._at_end = at_end
        self._queue: SimpleQueue[Unit | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._closed = False

    def wait_for(self, work: WorkOnAll, item: Any) -> Any:
        """Queue a unit and wait for its end; gives its result or raises its error."""
        if threading.current_thread() is self._thread:
            raise RuntimeError("a unit of work cannot open another one")
        done = threading.Lock()
        done.acquire()
        unit = Unit(work, item, lambda _unit: done.release())
        self._enqueue(unit)
        done.acquire()
        if unit.error is not None:
            raise unit.error
        return unit.result

    def submit(self, work: WorkOnAll) -> Future[Any]:
        """Queue a unit; the future resolves at its end."""
        future: Future[Any] = Future()

        def finish(unit: Unit) -> None:
            if unit.error is not None:
                future.set_exception(unit.error)
            else:
                future.set_result(unit.result)

        self._enqueue(Unit(work, None, finish))
        return future

    def close(self) -> None:
        """Finish what waits, then end the thread."""
        with self._starting:
            self._closed = True
            thread = self._thread
            if thread is not None:
                self._queue.put(None)
        if thread is not None:
            thread.join()

    def _enqueue(self, unit: Unit) -> None:
        if self._thread is None:
            with self._starting:
                if self._thread is None and not self._closed:
                    self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                    self._thread.start()
        if self._closed:
            raise _stopping()
        self._queue.put(unit)

    def _run(self) -> None:
        stopping = False
        while not stopping:
            units, stopping = self._next_group()
            if units:
                self._run_group(units)
            for unit in units:
                unit.end()
        self._at_end()
        self._refuse_the_rest()

    def _refuse_the_rest(self) -> None:
        """Answer whoever slipped into the queue while it was being closed."""
        while True:
            try:
                late = self._queue.get_nowait()
            except Empty:
                return
            if late is not None:
                late.error = _stopping()
                late.end()

    def _next_group(self) -> tuple[list[Unit], bool]:
        """All units that wait, at least one, and whether the queue ends with them."""
        units: list[Unit] = []
        unit = self._queue.get()
        while unit is not None:
            units.append(unit)
            if len(units) == _LARGEST_GROUP:
                return units, False
            try:
                unit = self._queue.get_nowait()
            except Empty:
                return units, False
        return units, True


def _stopping() -> StorageUnavailable:
    return StorageUnavailable("The server is stopping.", hint="Try again in a moment.")
