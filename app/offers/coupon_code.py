"""Coupon codes people can read out: Crockford base32 with a check symbol, forgiving in what they accept.

The check symbol is Luhn modulo 32, which stays inside the alphabet (ISO 7064 mod 37,36 does not: its symbols include
I, L, O and U, which Crockford leaves out because they are misread).
"""

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SYMBOLS = 9
"""45 random bits: at a million codes out, a guess hits once in thirty-five million."""

_VALUE = {symbol: value for value, symbol in enumerate(ALPHABET)}
_MISREAD = str.maketrans("ILO", "110")
_PASSED_OVER = str.maketrans("", "", " -\t\n\r\u00a0\u2010\u2011\u2012\u2013\u2014_.")


def new_code(random: bytes, *, symbols: int = SYMBOLS) -> str:
    """A code of `symbols` random symbols and a check symbol. Raises ValueError when `random` is too short."""
    if len(random) * 8 < symbols * 5:
        raise ValueError(f"a code of {symbols} symbols needs {-(-symbols * 5 // 8)} random bytes")
    value = int.from_bytes(random, "big") >> (len(random) * 8 - symbols * 5)
    body = "".join(ALPHABET[value >> shift & 31] for shift in range(symbols * 5 - 5, -1, -5))
    return body + check_symbol(body)


def check_symbol(body: str) -> str:
    """The Luhn modulo 32 symbol of a code's body; catches every single wrong symbol and most swapped neighbours."""
    return ALPHABET[-_luhn_sum(body) % 32]


def tidy_code(text: str) -> str | None:
    """The code somebody typed: case, spaces and hyphens passed over, I and L read as 1, O as 0; None if its check
    symbol says that it was mistyped."""
    code = text[:100].upper().translate(_PASSED_OVER).translate(_MISREAD)
    if len(code) < 2 or any(symbol not in _VALUE for symbol in code):
        return None
    return code if check_symbol(code[:-1]) == code[-1] else None


def shown_code(code: str, *, group: int = 5) -> str:
    """The code in groups, for reading and typing: `7K3QX-9ABCH`."""
    return "-".join(code[start : start + group] for start in range(0, len(code), group))


def _luhn_sum(body: str) -> int:
    """The sum over a body, every second symbol doubled from the right, digits of a doubled one added up."""
    total = 0
    for place, symbol in enumerate(reversed(body)):
        value = _VALUE[symbol] * (1 if place % 2 else 2)
        total += value // 32 + value % 32
    return total
