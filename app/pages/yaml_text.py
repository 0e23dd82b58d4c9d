"""YAML of authors to plain values, remembering the line of every key, and checked by a model with faults by line."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.tokens import (
    AliasToken,
    BlockEndToken,
    BlockMappingStartToken,
    BlockSequenceStartToken,
    FlowMappingEndToken,
    FlowMappingStartToken,
    FlowSequenceEndToken,
    FlowSequenceStartToken,
)

from app.pages.fault import Fault

LARGEST = 262_144
DEEPEST = 40
M = TypeVar("M", bound=BaseModel)
Path = tuple[str | int, ...]
_OPENING = (BlockMappingStartToken, BlockSequenceStartToken, FlowMappingStartToken, FlowSequenceStartToken)
_CLOSING = (BlockEndToken, FlowMappingEndToken, FlowSequenceEndToken)


@dataclass(frozen=True)
class YamlText:
    """The plain values of one YAML file; `nodes` is the same with positions."""

    file: str
    nodes: Any = field(repr=False)

    @cached_property
    def values(self) -> Any:
        """The content as plain dicts, lists, texts, numbers and booleans; dates stay texts."""
        return _plain(self.nodes)

    def line(self, path: Path) -> int:
        """The line of the key or item that `path` leads to, or of the nearest one above it."""
        return _walk(self.nodes, path)[0]

    def spelled(self, path: Path) -> str:
        """`path` as an author reads it: `blocks[1].heading`."""
        return _walk(self.nodes, path)[1]


class _Constructor(RoundTripConstructor):
    """Reads dates as the texts they were written as; our own types know what to make of them."""


_Constructor.add_constructor(
    "tag:yaml.org,2002:timestamp", lambda constructor, node: constructor.construct_scalar(node)
)


def read_yaml(file: str, text: str) -> YamlText | list[Fault]:
    """Parse one file. Aliases are refused (they can blow up a small file), and so is a key given twice."""
    if len(text) > LARGEST:
        return [Fault(file, 1, "", f"the file is larger than {LARGEST // 1024} KB; put long texts beside it")]
    try:
        refused = _refused(file, text)
        if refused:
            return [refused]
        parser = YAML()
        parser.Constructor = _Constructor
        nodes = parser.load(text)
    except MarkedYAMLError as error:
        return [_syntax_fault(file, error)]
    except (YAMLError, ValueError, TypeError) as error:  # the parser raises TypeError for a map used as a key
        return [Fault(file, 1, "", f"this is not YAML: {str(error).splitlines()[0] if str(error) else ''}")]
    if not isinstance(nodes, CommentedMap):
        return [Fault(file, 1, "", "the file must be a list of `key: value` lines")]
    return YamlText(file, nodes)


def _refused(file: str, text: str) -> Fault | None:
    """What a small file could do harm with, found before anything is built from it."""
    depth = 0
    for token in YAML().scan(text):
        line = token.start_mark.line + 1
        depth += isinstance(token, _OPENING) - isinstance(token, _CLOSING)
        if depth > DEEPEST:
            return Fault(file, line, "", "lists and maps are nested too deeply")
        if isinstance(token, AliasToken):
            return Fault(file, line, "", "aliases (*name) are not used here; repeat the text")
    return None


def checked(yaml: YamlText, values: Any, model: type[M]) -> M | list[Fault]:
    """`values` (those of `yaml`, texts filled in) as a model, or a fault for each thing that does not fit."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        return [
            Fault(yaml.file, yaml.line(item["loc"]), yaml.spelled(item["loc"]), _sentence(item))
            for item in error.errors(include_url=False)
        ]


def _sentence(item: Any) -> str:
    kind, context, message = item["type"], item.get("ctx", {}), str(item["msg"])
    sentences = {
        "missing": "is missing",
        "extra_forbidden": "is not a key that belongs here; check its spelling",
        "string_type": "must be a text; put it in quotes",
        "union_tag_invalid": f"{context.get('tag')!r} is not known; use one of {context.get('expected_tags')}",
        "union_tag_not_found": f"needs the key {str(context.get('discriminator')).strip(chr(39))}",
        "string_too_long": f"is too long; at most {context.get('max_length')} characters",
        "string_too_short": "must not be empty",
        "literal_error": f"must be one of {context.get('expected')}",
    }
    return sentences.get(kind, message.removeprefix("Value error, "))


def _syntax_fault(file: str, error: MarkedYAMLError) -> Fault:
    mark = error.problem_mark or error.context_mark
    problem = (error.problem or "this is not YAML").split("\n")[0]
    return Fault(file, mark.line + 1 if mark else 1, "", problem)


def _walk(node: Any, path: Path) -> tuple[int, str]:
    """Line and spelling of a path. Parts that are no key (tags of unions) are passed over; a missing key is spelled."""
    line, spelled = 1, ""
    for part in path:
        if isinstance(node, CommentedMap) and part in node:
            line, node = node.lc.key(part)[0] + 1, node[part]
            spelled += f".{part}"
        elif isinstance(node, CommentedSeq) and isinstance(part, int) and part < len(node):
            line, node = node.lc.item(part)[0] + 1, node[part]
            spelled += f"[{part}]"
        elif isinstance(node, CommentedMap) and part == path[-1] and part != node.get("type", node.get("kind")):
            spelled += f".{part}"
    return line, spelled.removeprefix(".")


def _plain(node: Any) -> Any:
    if isinstance(node, dict):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value) for value in node]
    if isinstance(node, bool) or node is None:
        return node
    for kind in (int, float, str):
        if isinstance(node, kind):
            return kind(node)
    return str(node)
