"""A bell in the process: whoever put a message rings it after the commit, the worker listens.

Only a hint. Polling is the truth, so a lost ring costs at most a second.
"""

from collections.abc import Callable

_listeners: list[Callable[[], None]] = []


def listen(call: Callable[[], None]) -> Callable[[], None]:
    """Have `call` called at every ring, from any thread, quick and never raising. Gives back how to stop."""
    _listeners.append(call)
    return lambda: _listeners.remove(call) if call in _listeners else None


def ring() -> None:
    """Tell every listener that something may be due."""
    for call in tuple(_listeners):
        call()
