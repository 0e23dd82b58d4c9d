"""The small language of rules."""

from collections.abc import Mapping
from typing import Any

import pytest

from app.leads.conditions import Condition, Facts, parse_condition
from app.site_file import read

FACTS: Facts = {
    "answers.role": "Head of Tea",
    "answers.size": 12,
    "answers.topics": ("Green", "Black"),
    "answers.note": "We open in Huế next spring",
    "answers.year": "2027",
    "email.domain": "shop.tea.example",
    "email.free": False,
}


def parsed(text: str) -> tuple[Condition, tuple[Any, ...]]:
    top = read("match:\n  " + text.replace("\n", "\n  "), file="s.yaml")
    condition = parse_condition(top.at("match"))
    return condition, tuple(top.faults)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("{fact: answers.role, is: head of tea}", True),
        ("{fact: answers.role, is: head}", False),
        ("{fact: answers.role, in: [owner, head of tea]}", True),
        ("{fact: answers.role, contains: head}", True),
        ("{fact: answers.note, contains: huế}", True),
        ("{fact: answers.topics, is: green}", True),
        ("{fact: answers.topics, in: [white]}", False),
        ("{fact: answers.role, matches: '^head\\b'}", True),
        ("{fact: answers.role, matches: 'tea$'}", True),
        ("{fact: answers.role, matches: '^tea'}", False),
        ("{fact: answers.size, at_least: 12}", True),
        ("{fact: answers.size, at_least: 13}", False),
        ("{fact: answers.size, at_most: 12}", True),
        ("{fact: answers.year, at_least: 2027}", True),
        ("{fact: answers.role, at_least: 0}", False),
        ("{fact: email.domain, domain_in: [tea.example]}", True),
        ("{fact: email.domain, domain_in: [a.example]}", False),
        ("{fact: email.domain, domain_in: [ea.example]}", False),
        ("{fact: email.free, is: false}", True),
        ("{fact: email.free, is: true}", False),
        ("{fact: answers.role, present: true}", True),
        ("{fact: answers.gone, present: true}", False),
        ("{fact: answers.gone, present: false}", True),
        ("{fact: answers.gone, is: x}", False),
        ("{fact: answers.gone, at_most: 5}", False),
        ("{all: [{fact: answers.size, is: 12}, {fact: answers.topics, is: black}]}", True),
        ("{all: [{fact: answers.size, is: 12}, {fact: answers.topics, is: white}]}", False),
        ("{any: [{fact: answers.size, is: 99}, {fact: answers.topics, is: black}]}", True),
        ("{any: [{fact: answers.size, is: 99}, {fact: answers.topics, is: white}]}", False),
        ("{not: {fact: answers.size, is: 99}}", True),
        ("{not: {any: [{fact: answers.size, is: 12}]}}", False),
    ],
)
def test_conditions_hold_or_not(text: str, holds: bool) -> None:
    condition, faults = parsed(text)
    assert faults == ()
    assert condition.holds(FACTS) is holds


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("{fact: answers.role}", "match"),
        ("{fact: answers.role, is: a, in: [b]}", "match"),
        ("{is: a}", "match.fact"),
        ("{fact: Role Name, is: a}", "match.fact"),
        ("{fact: a, equals: b}", "match.equals"),
        ("{fact: a, in: []}", "match.in"),
        ("{fact: a, at_least: lots}", "match.at_least"),
        ("{fact: a, present: maybe}", "match.present"),
        ("{all: []}", "match.all"),
        ("{all: [{fact: a, is: b}], any: [{fact: a, is: b}]}", "match.any"),
        ("{all: [{fact: a, is: []}]}", "match.all[0].is"),
        ("{not: {not: {not: {not: {not: {not: {not: {fact: a, is: b}}}}}}}}", "match" + ".not" * 7),
        ("{all: [" * 7 + "{fact: a, is: b}" + "]}" * 7, "match" + ".all[0]" * 7),
    ],
)
def test_what_is_no_condition_is_a_fault_with_its_field(text: str, field: str) -> None:
    _, faults = parsed(text)
    assert field in {fault.field for fault in faults}


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "(a|a)*b", r"(a)\1", "(?=a)a", "a*b*c*d", "a{1,50}b{1,50}c{1,50}d", "a**", "["]
)
def test_patterns_that_could_run_away_are_refused(pattern: str) -> None:
    _, faults = parsed(f"{{fact: a, matches: '{pattern}'}}")
    assert [fault.field for fault in faults] == ["match.matches"]


@pytest.mark.parametrize(
    "pattern", [r"^(head|chief) of", r"\bteas?\b", "(?:vp|director)", "^[a-z]+@", r"20\d{2}", r"1\+1"]
)
def test_ordinary_patterns_are_taken(pattern: str) -> None:
    _, faults = parsed(f"{{fact: a, matches: '{pattern}'}}")
    assert faults == ()


def test_a_long_value_is_cut_before_it_is_searched() -> None:
    condition, _ = parsed("{fact: a, contains: needle}")
    facts: Mapping[str, str] = {"a": "x" * 500 + "needle"}
    assert not condition.holds(facts)
