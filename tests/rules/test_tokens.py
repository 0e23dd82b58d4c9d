"""Signed links and codes: bound to their purpose, to their submission, and to the keys we keep."""

import pytest

from app.errors import LinkInvalid
from app.tokens import Purpose, Tokens

OLD, NEW = "old-key-0123456789abcdef", "new-key-0123456789abcdef"
ID = "01M83QJ4N9AF2HE5QMHKAKK42D"


def test_a_link_opens_its_own_door_only() -> None:
    tokens = Tokens([NEW])
    for purpose in Purpose:
        token = tokens.sign(purpose, ID)
        assert tokens.read(purpose, token) == ID
        for other in set(Purpose) - {purpose}:
            with pytest.raises(LinkInvalid):
                tokens.read(other, token)


def test_the_same_thing_has_the_same_link() -> None:
    assert Tokens([NEW]).sign(Purpose.RECEIPT, ID) == Tokens([NEW]).sign(Purpose.RECEIPT, ID)


@pytest.mark.parametrize("place", [0, 5, 26, 27, 40, -1])
def test_a_changed_letter_closes_the_door(place: int) -> None:
    tokens = Tokens([NEW])
    token = list(tokens.sign(Purpose.CONFIRM, ID))
    token[place] = "A" if token[place] != "A" else "B"
    with pytest.raises(LinkInvalid):
        tokens.read(Purpose.CONFIRM, "".join(token))


@pytest.mark.parametrize("token", ["", ".", "x", ID, "\x00", "é" * 20, "a" * 10_000])
def test_nonsense_is_no_link(token: str) -> None:
    with pytest.raises(LinkInvalid):
        Tokens([NEW]).read(Purpose.CONFIRM, token)


def test_links_of_a_kept_key_go_on_working_and_new_ones_use_the_newest() -> None:
    before, after = Tokens([OLD]), Tokens([NEW, OLD])
    assert after.read(Purpose.UNSUBSCRIBE, before.sign(Purpose.UNSUBSCRIBE, ID)) == ID
    with pytest.raises(LinkInvalid):
        before.read(Purpose.UNSUBSCRIBE, after.sign(Purpose.UNSUBSCRIBE, ID))
    with pytest.raises(LinkInvalid):
        Tokens([NEW]).read(Purpose.UNSUBSCRIBE, before.sign(Purpose.UNSUBSCRIBE, ID))


def test_a_code_has_six_digits_and_belongs_to_one_submission() -> None:
    tokens = Tokens([NEW])
    code = tokens.code(ID)
    assert len(code) == 6
    assert code.isdigit()
    assert tokens.is_code(ID, code)
    assert not tokens.is_code(ID, f"{(int(code) + 1) % 1_000_000:06d}")
    assert not tokens.is_code("01M83QJ4N9AF2HE5QMHKAKK42E", code)


def test_a_code_of_a_kept_key_still_counts() -> None:
    code = Tokens([OLD]).code(ID)
    assert Tokens([NEW, OLD]).is_code(ID, code)
    assert not Tokens([NEW]).is_code(ID, code)


def test_fingerprints_of_different_names_have_nothing_in_common() -> None:
    tokens = Tokens([NEW])
    assert tokens.fingerprint("address", "a@b.cz") != tokens.fingerprint("replay", "a@b.cz")


def test_without_a_key_nothing_is_signed() -> None:
    with pytest.raises(ValueError, match="key"):
        Tokens([])
