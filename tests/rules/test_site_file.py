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


@pytest.mark.parametrize(("text", "has"), [("a: 1", True), ("a: ", False), ("b: 1", False), ("a: 0", True)])
def test_a_key_without_a_value_is_not_there(text: str, has: bool) -> None:
    assert read(text, file="f.yaml").has("a") is has


@pytest.mark.parametrize("value", ["[1]", "true", "{x: 1}"])
def test_only_words_and_numbers_are_texts(value: str) -> None:
    top = read(f"a: {value}", file="f.yaml")
    assert top.text("a", default="d") == "d"
    assert [fault.field for fault in top.faults] == ["a"]


@pytest.mark.parametrize(("length", "faults"), [(1, 0), (5, 0), (6, 1)])
def test_a_text_has_its_limit(length: int, faults: int) -> None:
    top = read("a: " + "x" * length, file="f.yaml")
    top.text("a", limit=5)
    top.texts("a", limit=5)
    assert len(top.faults) == faults * 2


def test_a_choice_is_one_of_the_words() -> None:
    top = read("a: red\nb: blue", file="f.yaml")
    assert top.choice("a", ("red", "green")) == "red"
    assert top.choice("c", ("red", "green"), default="green") == "green"
    assert top.faults == []
    assert top.choice("b", ("red", "green")) == "red"
    assert "red, green" in top.faults[0].message
