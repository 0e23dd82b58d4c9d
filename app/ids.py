"""Time-ordered identifiers (ULID): 48 bits of milliseconds, 80 random bits, Crockford base32, 26 characters."""

import os
import threading
import time
from collections import deque
from datetime import datetime

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_AHEAD = 256
_PAIRS = tuple(a + b for a in _ALPHABET for b in _ALPHABET)


_random: deque[bytes] = deque()
"""Random parts drawn ahead: asking the kernel for each one costs more than all the rest of an id."""
_last = [0]
_one_at_a_time = threading.Lock()


def _begin_anew() -> None:
    """A child process that went on from the same stock and the same last id would make the same ids."""
    global _one_at_a_time
    _one_at_a_time = threading.Lock()
    _random.clear()
    _last[0] = 0


os.register_at_fork(after_in_child=_begin_anew)


def new_id() -> str:
    """A new ULID; of one process the later one sorts later, also within a millisecond and when the clock goes back.

    Receivers that want events of a lead in order get them by id.
    """
    try:
        chance = _random.popleft()
    except IndexError:
        fresh = os.urandom(10 * _AHEAD)
        _random.extend(fresh[start : start + 10] for start in range(10, 10 * _AHEAD, 10))
        chance = fresh[:10]
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(chance, "big")
    with _one_at_a_time:
        value = _last[0] = max(value, _last[0] + 1)
    return _text(value)


def first_id_at(moment: datetime) -> str:
    """The smallest id that can be made at `moment`; ids made earlier sort before it."""
    return _text(int(moment.timestamp() * 1000) << 80)


def _text(value: int) -> str:
    return "".join(_PAIRS[(value >> shift) & 1023] for shift in range(120, -1, -10))
