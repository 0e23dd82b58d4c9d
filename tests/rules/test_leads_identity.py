"""Who is the same person."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.leads.identity import FieldValue, IdentityFacts, MatchKind, address_of, compare, is_empty, merge_fields

NOW = datetime(2027, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        (" Eva@Tea.Example ", "eva@tea.example"),
        ("NGUYEN.Van.A+web@Gmail.com", "nguyen.van.a+web@gmail.com"),
        ("eva@ČAJ.cz", "eva@xn--aj-dma.cz"),
        ("eva@xn--aj-dma.cz", "eva@xn--aj-dma.cz"),
        ("ĐỨC@tea.example", "đức@tea.example"),
        ("a\u0301@tea.example", "á@tea.example"),
        ("eva@tea.example.", "eva@tea.example"),
        ('"a@b"@tea.example', '"a@b"@tea.example'),
    ],
)
def test_an_address_has_one_key(typed: str, key: str) -> None:
    address = address_of(typed)
    assert address is not None
    assert address.key == key


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "eva",
        "@tea.example",
        "eva@",
        "eva@ tea.example",
        "eva@tea..example",
        "e\u200bva@tea.example",
        "a\n@b.cz",
        "a" * 320 + "@tea.example",
        "eva@\ud800.cz",
    ],
)
def test_what_is_no_address_has_none(typed: str) -> None:
    assert address_of(typed) is None


def test_mail_goes_to_the_address_as_typed() -> None:
    address = address_of(" Eva.N+x@Tea.Example ")
    assert address is not None
    assert address.shown == "Eva.N+x@Tea.Example"
    assert (address.local, address.domain) == ("eva.n+x", "tea.example")


@pytest.mark.parametrize(
    ("typed", "collapsed"),
    [
        ("N.V.A+web@gmail.com", "nva@gmail.com"),
        ("nva@googlemail.com", "nva@gmail.com"),
        ("a.b+x@outlook.com", "a.b@outlook.com"),
        ("a.b+x@icloud.com", "a.b@icloud.com"),
        ("a.b+x@fastmail.com", "a.b@fastmail.com"),
        ("a.b+x@tea.example", "a.b+x@tea.example"),
        ("a.b@seznam.cz", "a.b@seznam.cz"),
    ],
)
def test_only_spellings_that_the_provider_ignores_are_collapsed(typed: str, collapsed: str) -> None:
    address = address_of(typed)
    assert address is not None
    assert address.collapsed == collapsed


@given(
    st.emails()
    | st.text(max_size=40)
    | st.builds("{}@{}".format, st.text(min_size=1, max_size=10), st.text(max_size=10))
)
@example("İ@tea.example")
@example("ǰ@ẞ.example")
def test_the_key_of_a_key_is_itself(text: str) -> None:
    address = address_of(text)
    if address is not None:
        again = address_of(address.key)
        assert again is not None
        assert again.key == address.key
        again.key.encode("utf-8")


@pytest.mark.parametrize(
    ("other", "kind", "reason"),
    [
        (IdentityFacts("a@x.cz", phone="+420603123456"), MatchKind.SAME, "same address"),
        (IdentityFacts("b@x.cz", collapsed="c"), MatchKind.CANDIDATE, "same mailbox under another spelling"),
        (IdentityFacts("b@x.cz", phone="+84912345678"), MatchKind.CANDIDATE, "same phone number"),
        (IdentityFacts("b@x.cz", name="EVA  Nová", company="Čaj"), MatchKind.CANDIDATE, "same name and company"),
    ],
)
def test_only_the_same_address_is_proof(other: IdentityFacts, kind: MatchKind, reason: str) -> None:
    held = IdentityFacts("a@x.cz", collapsed="c", phone="+84912345678", name="Eva Nová", company="čaj")
    match = compare(held, other)
    assert match.kind is kind
    assert match.reasons == (reason,)


def test_the_same_name_alone_or_nothing_known_is_different() -> None:
    held = IdentityFacts("a@x.cz", name="Eva Nová")
    assert compare(held, IdentityFacts("b@x.cz", name="Eva Nová")).kind is MatchKind.DIFFERENT
    assert compare(IdentityFacts("a@x.cz"), IdentityFacts("b@x.cz")).kind is MatchKind.DIFFERENT


def at(value: object, hours: int) -> FieldValue:
    return FieldValue(value, NOW + timedelta(hours=hours))


@pytest.mark.parametrize(
    ("held", "told", "winner"),
    [
        (at("a", 0), at("b", 1), "b"),
        (at("a", 1), at("b", 0), "a"),
        (at("a", 0), at("", 1), "a"),
        (at("a", 0), at("  ", 1), "a"),
        (at("a", 0), at(None, 1), "a"),
        (at("a", 0), at([], 1), "a"),
        (at("", 1), at("b", 0), "b"),
        (at("a", 0), at(0, 1), 0),
        (at(True, 0), at(False, 1), False),
        (at("a", 0), at("b", 0), "a"),
    ],
)
def test_the_newest_value_that_says_something_wins(held: FieldValue, told: FieldValue, winner: object) -> None:
    assert merge_fields({"f": held}, {"f": told})["f"].value == winner


def test_fields_told_by_one_side_only_are_kept() -> None:
    merged = merge_fields({"a": at(1, 0)}, {"b": at(2, 0), "c": at("", 5)})
    assert {name: field.value for name, field in merged.items()} == {"a": 1, "b": 2}


_FIELDS = st.dictionaries(
    st.sampled_from("abc"), st.builds(at, st.sampled_from(["", "x", "y", None]), st.integers(0, 3))
)


@given(_FIELDS, _FIELDS)
def test_merging_again_changes_nothing_and_loses_nothing(
    held: dict[str, FieldValue], told: dict[str, FieldValue]
) -> None:
    merged = merge_fields(held, told)
    assert merge_fields(merged, told) == merged
    for name in (*held, *told):
        said = [side[name] for side in (held, told) if name in side and not is_empty(side[name].value)]
        if said:
            assert merged[name].at == max(value.at for value in said)
