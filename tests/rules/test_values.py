"""The values of the pure files: nobody changes one after it was made."""

from dataclasses import is_dataclass
from importlib import import_module
from pathlib import Path

import pytest

APP = Path(__file__).parents[2] / "app"
ROOMS = ("attribution", "capture", "consent", "leads", "offers")
IMPURE = {"models", "actions", "queries", "__init__"}
FILES = sorted(path for room in ROOMS for path in (APP / room).glob("*.py") if path.stem not in IMPURE)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_values_are_frozen_and_slotted(path: Path) -> None:
    module = import_module(f"app.{path.parent.name}.{path.stem}")
    for value in vars(module).values():
        if isinstance(value, type) and is_dataclass(value) and value.__module__ == module.__name__:
            assert value.__dataclass_params__.frozen, value  # type: ignore[attr-defined]
            assert "__slots__" in vars(value), value
