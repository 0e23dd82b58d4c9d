"""Reading one YAML file of `landing_pages/_site/`: a cursor that knows its line and collects faults, never raises."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from app.pages.fault import Fault

Faults = tuple[Fault, ...]

_TEXT_LIMIT = 2000


@dataclass(frozen=True, slots=True)
class Node:
    """One place in a file: its value, its line, its dotted field, and the list all places share for faults."""

    value: Any
    file: str
    line: int
    field: str
    faults: list[Fault]

    def fault(self, message: str, key: str | int | None = None) -> None:
        """Note what is wrong here, or at `key` below this place."""
        self.faults.append(Fault(self.file, self._line_of(key), self._field_of(key), message))

    def keys(self) -> tuple[str, ...]:
        """The keys of a mapping, as text; none for anything else."""
        return tuple(str(key) for key in self.value) if isinstance(self.value, dict) else ()

    def only(self, *allowed: str) -> None:
        """Note every key that is not one of `allowed`, so that a typing error is never silently ignored."""
        for key in self.keys():
            if key not in allowed:
                self.fault(f"unknown field; known here: {', '.join(allowed)}", key)

    def has(self, key: str) -> bool:
        """Whether this mapping has `key` with a value."""
        return isinstance(self.value, dict) and self.value.get(key) is not None

    def text(self, key: str, *, default: str | None = None, limit: int = _TEXT_LIMIT) -> str:
        """A text of 1 to `limit` characters; absent without a default is a fault."""
        found = self._get(key)
        if found is None:
            return str(self._absent(key, default, ""))
        if isinstance(found, bool) or not isinstance(found, str | int | float):
            self.fault("must be a text", key)
            return default or ""
        text = str(found).strip()
        if not text or len(text) > limit:
            self.fault(f"must have 1 to {limit} characters", key)
        return text

    def whole(self, key: str, *, low: int, high: int, default: int | None = None) -> int:
        """A whole number from `low` to `high`."""
        found = self._get(key)
        if found is None:
            return int(self._absent(key, default, low))
        if isinstance(found, bool) or not isinstance(found, int) or not low <= found <= high:
            self.fault(f"must be a whole number from {low} to {high}", key)
            return low
        return int(found)

    def choice(self, key: str, allowed: tuple[str, ...], *, default: str | None = None) -> str:
        """One of the `allowed` words."""
        found = self.text(key, default=default)
        if found and found not in allowed:
            self.fault(f"must be one of {', '.join(allowed)}", key)
            return default or allowed[0]
        return found or allowed[0]

    def texts(self, key: str, *, limit: int = 200) -> tuple[str, ...]:
        """One text or a list of texts; empty when absent."""
        found = self._get(key)
        if found is None:
            return ()
        values = found if isinstance(found, list) else [found]
        if not all(isinstance(value, str | int) and str(value).strip() for value in values):
            self.fault("must be a text or a list of texts", key)
            return ()
        if any(len(str(value)) > limit for value in values):
            self.fault(f"each may have {limit} characters", key)
        return tuple(str(value).strip() for value in values)

    def at(self, key: str) -> "Node":
        """The mapping below `key`; an empty one when absent, a fault when it is something else."""
        found = self._get(key)
        if found is not None and not isinstance(found, dict):
            self.fault("must be a group of fields", key)
            found = None
        return self._child(key, CommentedMap() if found is None else found)

    def each(self, key: str) -> Iterator["Node"]:
        """The mappings in the list below `key`."""
        found = self._get(key)
        if found is None:
            return
        if not isinstance(found, list):
            self.fault("must be a list", key)
            return
        yield from self._child(key, found).members()

    def members(self) -> Iterator["Node"]:
        """The mappings in this list."""
        for index, value in enumerate(self.value):
            if isinstance(value, dict):
                yield self._child(index, value)
            else:
                self.fault("must be a group of fields", index)

    def named(self, key: str) -> Iterator[tuple[str, "Node"]]:
        """The named mappings below `key`, in file order."""
        group = self.at(key)
        for name in group.keys():  # noqa: SIM118 - a Node is no dict
            yield name, group.at(name)

    def _get(self, key: str) -> Any:
        return self.value.get(key) if isinstance(self.value, dict) else None

    def _absent(self, key: str, default: Any, empty: Any) -> Any:
        if default is None:
            self.fault("is required", key)
            return empty
        return default

    def _child(self, key: str | int, value: Any) -> "Node":
        return Node(value, self.file, self._line_of(key), self._field_of(key), self.faults)

    def _field_of(self, key: str | int | None) -> str:
        if key is None:
            return self.field
        if isinstance(key, int):
            return f"{self.field}[{key}]"
        return f"{self.field}.{key}" if self.field else key

    def _line_of(self, key: str | int | None) -> int:
        places = self.value.lc.data if isinstance(self.value, CommentedMap | CommentedSeq) else None
        place = places.get(key) if places and key is not None else None
        return place[0] + 1 if place else self.line


def read(text: str, *, file: str) -> Node:
    """The top of a YAML file whose top is a mapping; a file that is not one gives a fault and an empty top."""
    faults: list[Fault] = []
    try:
        value = YAML(typ="rt", pure=True).load(text)
    except YAMLError as error:
        faults.append(Fault(file, _line_of_error(error), "", f"is not valid YAML: {_words_of(error)}"))
        value = None
    else:
        if value is not None and not isinstance(value, dict):
            faults.append(Fault(file, 1, "", "must be a group of fields"))
            value = None
    return Node(value if value is not None else CommentedMap(), file, 1, "", faults)


def _line_of_error(error: YAMLError) -> int:
    mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
    return mark.line + 1 if mark is not None else 1


def _words_of(error: YAMLError) -> str:
    problem = error.problem if isinstance(error, MarkedYAMLError) else None
    return str(problem or error).splitlines()[0]
