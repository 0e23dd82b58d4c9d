"""Message ids in strictly growing order: the order of messages about one lead is the order of their ids."""

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUE = {letter: number for number, letter in enumerate(_ALPHABET)}


def later(candidate: str, last: str) -> str:
    """`candidate`, or the id that follows `last` where it would not sort after it. ULIDs; `last` may be empty."""
    if candidate > last:
        return candidate
    return _text(_number(last) + 1)


def _number(ulid: str) -> int:
    number = 0
    for letter in ulid:
        number = number * 32 + _VALUE[letter]
    return number


def _text(number: int) -> str:
    return "".join(_ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))
