"""Houses for crash tests, on databases that keep fsync on."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.crash.house import House
from tests.crash.prepared import prepared_on

MakeHouse = Callable[..., House]


@pytest.fixture
def make_house(engine_name: str, tmp_path: Path) -> Iterator[MakeHouse]:
    """Make a house on either engine, its server not started yet; `more` are further settings."""
    with ExitStack() as stack:

        def make(more: Mapping[str, str] | None = None) -> House:
            return stack.enter_context(prepared_on(engine_name).house(tmp_path / "house", more))

        yield make


@pytest.fixture
def sqlite_house(tmp_path: Path) -> Iterator[House]:
    """A house on SQLite, for what does not depend on the engine."""
    with prepared_on("sqlite").house(tmp_path / "house") as house:
        yield house
