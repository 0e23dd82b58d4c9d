"""The small language of rules: a condition names a fact and what it must be; see docs/scoring.md.

No code runs and every condition ends quickly: a pattern that could run away is refused when the file is read.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from app.site_file import Node

Fact: TypeAlias = str | int | float | bool | tuple[str, ...]
Facts: TypeAlias = Mapping[str, Fact]

_VALUE_LIMIT = 200
_PATTERN_LIMIT = 100
_DEPTH_LIMIT = 6
_FACT_NAME = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-zA-Z0-9_-]+)*")
_GROUPS = ("all", "any", "not")
_TESTS = ("is", "in", "contains", "matches", "present", "at_least", "at_most", "domain_in")
# Everything that makes a pattern slow: references, look-around, a repeated group, several open repeats.
_RUNAWAY = re.compile(r"\\[1-9]|\(\?[^:]|\)\s*[*+{?]|[*+}]\s*[*+{]")
_OPEN_REPEAT = re.compile(r"(?<!\\)(?:[*+]|\{\d*,\d*\})")

Test: TypeAlias = Callable[[Fact | None], bool]


@dataclass(frozen=True, slots=True)
class Is:
    """A fact passes a test; a fact that is unknown passes none but `present: false`."""

    fact: str
    test: Test

    def holds(self, facts: Facts) -> bool:
        """Whether it does."""
        return self.test(facts.get(self.fact))


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds."""

    parts: tuple["Condition", ...]

    def holds(self, facts: Facts) -> bool:
        """Whether they do."""
        return all(part.holds(facts) for part in self.parts)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple["Condition", ...]

    def holds(self, facts: Facts) -> bool:
        """Whether one does."""
        return any(part.holds(facts) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold; an unknown fact makes it hold, so say `present: true` beside it where that matters."""

    part: "Condition"

    def holds(self, facts: Facts) -> bool:
        """Whether it does not."""
        return not self.part.holds(facts)


Condition: TypeAlias = Is | AllOf | AnyOf | Not
ALWAYS = AllOf(())
NEVER = AnyOf(())


def match_of(node: Node) -> Condition:
    """The condition in the field `match`, which must be there."""
    if not node.has("match"):
        node.fault("is required", "match")
        return NEVER
    return parse_condition(node.at("match"))


def parse_condition(node: Node, *, depth: int = 0) -> Condition:
    """Read one condition; faults are noted at their line and leave a condition that never holds."""
    keys = node.keys()
    if depth > _DEPTH_LIMIT:
        node.fault(f"may be nested {_DEPTH_LIMIT} deep")
        return NEVER
    group = next((name for name in _GROUPS if name in keys), None)
    if group is None:
        return _parse_is(node)
    node.only(group)
    if group == "not":
        return Not(parse_condition(node.at("not"), depth=depth + 1))
    parts = tuple(parse_condition(part, depth=depth + 1) for part in node.each(group))
    if not parts:
        node.fault("needs at least one condition", group)
        return NEVER
    return AllOf(parts) if group == "all" else AnyOf(parts)


def _parse_is(node: Node) -> Condition:
    node.only("fact", *_TESTS)
    fact = node.text("fact", limit=80)
    if fact and not _FACT_NAME.fullmatch(fact):
        node.fault("is not the name of a fact; write for example answers.role or email.domain", "fact")
    named = [name for name in _TESTS if name in node.keys()]  # noqa: SIM118 - a Node is no dict
    if len(named) != 1:
        node.fault(f"needs exactly one of {', '.join(_TESTS)}")
        return NEVER
    return Is(fact, _READERS[named[0]](node, named[0]))


def _read_words(node: Node, key: str) -> Test:
    words = _words(node, key)
    return lambda fact: any(_text(part) in words for part in _parts(fact))


def _read_contains(node: Node, key: str) -> Test:
    words = _words(node, key)
    return lambda fact: any(word in _text(part) for part in _parts(fact) for word in words)


def _read_domains(node: Node, key: str) -> Test:
    domains = _words(node, key)
    endings = tuple(f".{domain}" for domain in domains)
    return lambda fact: any(_text(part) in domains or _text(part).endswith(endings) for part in _parts(fact))


def _read_pattern(node: Node, key: str) -> Test:
    pattern = node.text(key, limit=_PATTERN_LIMIT)
    try:
        compiled = re.compile(pattern, re.IGNORECASE)
    except re.error as error:
        node.fault(f"is not a pattern: {error}", key)
        return _never
    if _RUNAWAY.search(pattern) or len(_OPEN_REPEAT.findall(pattern)) > 2:
        node.fault("could take too long; use at most two of * and +, no repeated groups and no references", key)
        return _never
    return lambda fact: any(compiled.search(_text(part)) is not None for part in _parts(fact))


def _read_present(node: Node, key: str) -> Test:
    wanted = node.value.get(key)
    if not isinstance(wanted, bool):
        node.fault("must be true or false", key)
    return lambda fact: (fact is not None and fact not in ("", ())) is wanted


def _read_bound(node: Node, key: str) -> Test:
    bound = node.whole(key, low=-1_000_000_000, high=1_000_000_000)
    if key == "at_least":
        return lambda fact: (number := _number(fact)) is not None and number >= bound
    return lambda fact: (number := _number(fact)) is not None and number <= bound


_READERS: dict[str, Callable[[Node, str], Test]] = {
    "is": _read_words,
    "in": _read_words,
    "contains": _read_contains,
    "matches": _read_pattern,
    "present": _read_present,
    "at_least": _read_bound,
    "at_most": _read_bound,
    "domain_in": _read_domains,
}


def _never(fact: Fact | None) -> bool:
    return False


def _words(node: Node, key: str) -> frozenset[str]:
    value = node.value.get(key)
    if isinstance(value, bool):
        return frozenset((_text(value),))
    words = frozenset(_text(word) for word in node.texts(key, limit=_VALUE_LIMIT))
    if not words:
        node.fault("needs at least one value", key)
    return words


def _parts(fact: Fact | None) -> tuple[Any, ...]:
    if fact is None:
        return ()
    return fact if isinstance(fact, tuple) else (fact,)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)[:_VALUE_LIMIT].strip().casefold()


def _number(fact: Fact | None) -> float | None:
    if fact is None or isinstance(fact, bool | tuple):
        return None
    try:
        return float(fact)
    except ValueError:
        return None
