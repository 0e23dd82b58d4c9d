"""The Range header of a download."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.offers.range import Part, Unsatisfiable, Whole, parse_range

SIZE = 1000


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-499", Part(0, 499)),
        ("bytes=500-999", Part(500, 999)),
        ("bytes=500-", Part(500, 999)),
        ("bytes=0-", Part(0, 999)),
        ("bytes=0-0", Part(0, 0)),
        ("bytes=-500", Part(500, 999)),
        ("bytes=-5000", Part(0, 999)),
        ("bytes=900-5000", Part(900, 999)),
        ("Bytes = 0 - 1 ", Part(0, 1)),
        ("bytes=1000-", Unsatisfiable()),
        ("bytes=1000-2000", Unsatisfiable()),
        ("bytes=-0", Unsatisfiable()),
        (None, Whole()),
        ("", Whole()),
        ("bytes=-", Whole()),
        ("bytes=5-4", Whole()),
        ("bytes=a-b", Whole()),
        ("items=0-1", Whole()),
        ("bytes=0-1,5-6", Whole()),
        ("bytes=" + "0-1," * 5000, Whole()),
        ("bytes=0-" + "9" * 30, Whole()),
    ],
)
def test_one_range_is_served_and_anything_else_is_the_whole_file(header: str | None, expected: object) -> None:
    assert parse_range(header, SIZE) == expected


def test_an_empty_file_has_no_range() -> None:
    assert parse_range("bytes=0-", 0) == Unsatisfiable()
    assert parse_range("bytes=-5", 0) == Unsatisfiable()


@pytest.mark.parametrize(
    ("if_range", "etag", "expected"),
    [
        ('"a"', '"a"', Part(0, 1)),
        ('"b"', '"a"', Whole()),
        ('W/"a"', 'W/"a"', Whole()),
        ("Mon, 01 Mar 2027 00:00:00 GMT", '"a"', Whole()),
        (None, '"a"', Part(0, 1)),
    ],
)
def test_a_changed_file_is_sent_whole(if_range: str | None, etag: str, expected: object) -> None:
    assert parse_range("bytes=0-1", SIZE, if_range=if_range, etag=etag) == expected


def test_content_range_tells_place_and_size() -> None:
    assert Part(500, 999).content_range(SIZE) == "bytes 500-999/1000"
    assert Part(500, 999).length == 500
    assert Unsatisfiable().content_range(SIZE) == "bytes */1000"


@given(st.text("bytes=-0123456789, ", max_size=30), st.integers(0, 5000))
def test_a_part_always_lies_inside_the_file(header: str, size: int) -> None:
    found = parse_range("bytes=" + header, size)
    if isinstance(found, Part):
        assert 0 <= found.first <= found.last < size
