"""Codes people can read out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.offers.coupon_code import ALPHABET, check_symbol, new_code, shown_code, tidy_code

_BODIES = st.text(ALPHABET, min_size=8, max_size=10)


@pytest.mark.parametrize(("body", "symbol"), [("7K3QX9", "H"), ("ABCDEFGH", "V"), ("00000000", "0")])
def test_the_check_symbol_is_luhn_modulo_32(body: str, symbol: str) -> None:
    assert check_symbol(body) == symbol


@pytest.mark.parametrize(
    ("random", "code"), [(bytes(6), "0000000000"), (b"\xff" * 6, "ZZZZZZZZZ9"), (b"\x08" + bytes(5), "100000000Y")]
)
def test_a_code_holds_its_random_bits_and_a_check(random: bytes, code: str) -> None:
    assert new_code(random) == code


def test_a_code_needs_enough_chance() -> None:
    with pytest.raises(ValueError, match="6 random bytes"):
        new_code(bytes(5))
    assert len(new_code(bytes(5), symbols=8)) == 9


@pytest.mark.parametrize("typed", ["7K3QX9H", "7k3qx9h", "7k3-qx9 h", " 7K3QX–9H ", "7K3.QX9_H"])
def test_codes_are_taken_as_people_type_them(typed: str) -> None:
    assert tidy_code(typed) == "7K3QX9H"


def test_misread_letters_are_read_as_the_digits_they_look_like() -> None:
    code = "10" + "7K3QX9"
    code += check_symbol(code)
    for typed in (code, "I" + code[1:], "l" + code[1:], "1O" + code[2:], "io" + code[2:].lower()):
        assert tidy_code(typed) == code


@pytest.mark.parametrize("typed", ["", "7", "7K3QX9J", "7K3QX9U", "7K3QX9HH", "č" * 5, "H" * 10_000])
def test_mistyped_codes_are_refused(typed: str) -> None:
    assert tidy_code(typed) is None


@given(_BODIES, st.integers(0, 9), st.sampled_from(ALPHABET))
def test_every_single_wrong_symbol_is_caught(body: str, place: int, symbol: str) -> None:
    code = body + check_symbol(body)
    place %= len(code)
    if code[place] != symbol:
        assert tidy_code(code[:place] + symbol + code[place + 1 :]) is None


@given(_BODIES, st.integers(0, 8))
def test_swapped_neighbours_are_caught_but_for_the_one_known_pair(body: str, place: int) -> None:
    code = body + check_symbol(body)
    place %= len(code) - 1
    a, b = code[place], code[place + 1]
    if a != b and {a, b} != {"0", "Z"}:
        assert tidy_code(code[:place] + b + a + code[place + 2 :]) is None


@given(st.binary(min_size=6, max_size=16))
def test_a_new_code_reads_back_however_it_is_shown(random: bytes) -> None:
    code = new_code(random)
    assert len(code) == 10
    assert tidy_code(shown_code(code).lower()) == code


def test_codes_are_shown_in_groups() -> None:
    assert shown_code("7K3QX9ABCH") == "7K3QX-9ABCH"
    assert shown_code("7K3QX9H") == "7K3QX-9H"
