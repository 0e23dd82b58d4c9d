"""Each block, field type and offer is one class, one template, one line of documentation; every example holds."""

import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest
from ruamel.yaml import YAML

from app.pages.block import Block
from app.pages.blocks import BLOCKS, AnyBlock
from app.pages.field import FieldSetup
from app.pages.field_types import FIELD_TYPES, AnyField
from app.pages.offer_setup import OFFER_SETUPS, AnyOffer
from tests.factories.pages import PAGE, built

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates" / "public"
DOCS = (ROOT / "docs" / "pages.md").read_text(encoding="utf-8")
EXAMPLES = [text.replace("\n", " ") for text in re.findall(r"`(\{[^`]+\})`", DOCS)]


def classes(union: Any) -> set[type]:
    return set(get_args(get_args(union)[0]))


@pytest.mark.parametrize(("registry", "union"), [(BLOCKS, AnyBlock), (FIELD_TYPES, AnyField), (OFFER_SETUPS, AnyOffer)])
def test_the_registry_and_the_schema_hold_the_same_classes(registry: dict[str, type], union: Any) -> None:
    assert set(registry.values()) == classes(union)


@pytest.mark.parametrize(("registry", "key"), [(BLOCKS, "type"), (FIELD_TYPES, "type"), (OFFER_SETUPS, "kind")])
def test_a_class_is_registered_under_its_own_name(registry: dict[str, Any], key: str) -> None:
    for name, one in registry.items():
        assert get_args(one.model_fields[key].annotation) == (name,)


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
def test_a_block_has_a_template(block: type[Block]) -> None:
    assert (TEMPLATES / block.template).is_file()


@pytest.mark.parametrize("field", FIELD_TYPES.values(), ids=FIELD_TYPES)
def test_a_field_type_has_a_template(field: type[FieldSetup]) -> None:
    assert (TEMPLATES / field.template).is_file()


@pytest.mark.parametrize("folder", ["blocks", "fields"])
def test_no_template_stands_without_its_class(folder: str) -> None:
    known = {one.template for one in (*BLOCKS.values(), *FIELD_TYPES.values())}
    found = {f"{folder}/{path.name}" for path in (TEMPLATES / folder).glob("*.html")}
    assert found <= known


@pytest.mark.parametrize("name", [*BLOCKS, *OFFER_SETUPS])
def test_a_block_or_offer_has_its_line_in_the_documentation(name: str) -> None:
    assert re.search(rf"^- `{name}`: ", DOCS, re.MULTILINE)


@pytest.mark.parametrize("name", FIELD_TYPES)
def test_a_field_type_has_its_line_in_the_documentation(name: str) -> None:
    assert re.search(rf"^\| `{name}` \|", DOCS, re.MULTILINE)


@pytest.mark.parametrize(("name", "one"), [*BLOCKS.items(), *FIELD_TYPES.items()])
def test_every_own_key_is_documented(name: str, one: Any) -> None:
    line = next(
        (text for text in re.split(r"\n(?=[-|#])", DOCS) if text.startswith((f"- `{name}`:", f"| `{name}` |"))), ""
    )
    common = Block if issubclass(one, Block) else FieldSetup
    own = set(one.model_fields) - set(common.model_fields) - {"type"}
    assert [key for key in sorted(own) if key not in line] == []


def test_the_documentation_has_an_example_of_each() -> None:
    written = [example(text) for text in EXAMPLES]
    assert {one["type"] for one in written if "type" in one} == {*BLOCKS, *FIELD_TYPES}
    assert {one["kind"] for one in written if "kind" in one} == set(OFFER_SETUPS)


@pytest.mark.parametrize("text", [text for text in EXAMPLES if "type:" in text or "kind:" in text])
def test_an_example_of_the_documentation_holds(text: str) -> None:
    found = example(text)
    kinds: dict[str, Any] = {**BLOCKS, **FIELD_TYPES, **OFFER_SETUPS}
    model = FIELD_TYPES[found["type"]] if "key" in found else kinds[found.get("type") or found["kind"]]
    assert model.model_validate(found)


@pytest.mark.parametrize("name", BLOCKS)
def test_the_example_of_each_block_can_be_shown(name: str) -> None:
    found = next(one for one in map(example, EXAMPLES) if one.get("type") == name and "id" in one)
    made = built(PAGE + f"  - {flow({**found, 'id': 'shown'} | ({'body': 'Words'} if 'body' in found else {}))}\n")
    assert made.faults == ()
    assert 'id="shown"' in made.prepared[0].states["live"].html or name in {"form", "footer"}


@pytest.mark.parametrize("name", FIELD_TYPES)
def test_the_example_of_each_field_can_be_shown(name: str) -> None:
    found = next(one for one in map(example, EXAMPLES) if one.get("type") == name and "key" in one)
    text = PAGE.replace("{key: first_name, type: text, label: First name}", flow({**found, "key": "asked"}))
    made = built(text)
    assert made.faults == ()
    assert 'name="asked"' in made.prepared[0].states["live"].html


def example(text: str) -> dict[str, Any]:
    found = YAML(typ="safe").load(text)
    return {
        key: str(value) if key in {"start", "end", "starts_at", "ends_at"} else value for key, value in found.items()
    }


def flow(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False)
