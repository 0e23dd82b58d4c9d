"""Reading a file of the site with the lines of its faults."""

import pytest

from app.site_file import read

TEXT = """# a comment
first: one
group:
  count: 5
  list:
    - {a: x}
    - b
"""


def test_values_are_read_and_faults_know_their_place() -> None:
    top = read(TEXT, file="f.yaml")
    assert top.text("first") == "one"
    group = top.at("group")
    assert group.whole("count", low=1, high=9) == 5
    assert [node.text("a") for node in group.each("list")] == ["x"]
    assert [(fault.line, fault.field) for fault in top.faults] == [(7, "group.list[1]")]


def test_an_absent_value_is_a_fault_at_its_group_unless_it_has_a_default() -> None:
    top = read(TEXT, file="f.yaml")
    assert top.at("group").text("name", default="n") == "n"
    assert top.at("group").text("name") == ""
    assert [(fault.line, fault.field, fault.message) for fault in top.faults] == [(3, "group.name", "is required")]


@pytest.mark.parametrize("value", ["true", "1.5", "'7'", "10", "[]"])
def test_only_a_whole_number_within_its_bounds_is_one(value: str) -> None:
    top = read(f"n: {value}", file="f.yaml")
    top.whole("n", low=1, high=9)
    assert len(top.faults) == 1


def test_an_unknown_key_is_a_fault_that_names_the_known_ones() -> None:
    top = read("frist: 1\n", file="f.yaml")
    top.only("first")
    assert "first" in top.faults[0].message
    assert top.faults[0].field == "frist"


@pytest.mark.parametrize(
    ("text", "line"), [("a: [", 1), ("a: 1\nb: 2\na: 3\n", 3), ("- a\n", 1), ("a: !!python/object:x {}\n  b", 2)]
)
def test_what_is_no_mapping_is_one_fault_with_its_line(text: str, line: int) -> None:
    top = read(text, file="f.yaml")
    assert [(fault.file, fault.line) for fault in top.faults] == [("f.yaml", line)]
    assert top.keys() == ()


def test_words_like_no_stay_words() -> None:
    assert read("a: no\nb: [on, 2-5]\n", file="f.yaml").texts("b") == ("on", "2-5")
