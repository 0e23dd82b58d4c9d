"""Time-ordered identifiers (ULID): 48 bits of milliseconds, 80 random bits, Crockford base32, 26 characters."""

import os
import time
from datetime import datetime

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = tuple(a + b for a in _ALPHABET for b in _ALPHABET)


def new_id() -> str:
    """A new ULID; ids made later sort later, to the millisecond, so that index pages fill from one end."""
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10), "big")
    return _text(value)


def first_id_at(moment: datetime) -> str:
    """The smallest id that can be made at `moment`; ids made earlier sort before it."""
    return _text(int(moment.timestamp() * 1000) << 80)


def _text(value: int) -> str:
    return "".join(_PAIRS[(value >> shift) & 1023] for shift in range(120, -1, -10))
