"""Houses for crash tests, on databases that keep fsync on."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest

from tests.crash.house import House
from tests.crash.prepared import Prepared, prepare
from tests.factories import databases

MakeHouse = Callable[..., House]


@pytest.fixture(scope="session")
def preparing(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Prepared]:
    """What houses are copied from, by engine; each is made when it is first asked for."""

    @cache
    def by_engine(engine_name: str) -> Prepared:
        folder = tmp_path_factory.mktemp("prepared") / engine_name
        if engine_name == "sqlite":
            return prepare(folder)
        try:
            return prepare(folder, databases.durable_postgres())
        except databases.NoPostgres as fault:
            reason = f"no PostgreSQL: {fault}"
            if os.environ.get("CI") == "true":
                pytest.fail(reason)
            pytest.skip(reason)

    return by_engine


@pytest.fixture
def prepared(preparing: Callable[[str], Prepared], engine_name: str) -> Prepared:
    """What houses of this engine are copied from."""
    return preparing(engine_name)


@pytest.fixture
def make_house(prepared: Prepared, tmp_path: Path) -> Iterator[MakeHouse]:
    """Make a house, its server not started yet; `more` are further settings."""
    with ExitStack() as stack:

        def make(more: Mapping[str, str] | None = None) -> House:
            return stack.enter_context(prepared.house(tmp_path / "house", more))

        yield make


@pytest.fixture
def sqlite_house(preparing: Callable[[str], Prepared], tmp_path: Path) -> Iterator[House]:
    """A house on SQLite, for what does not depend on the engine."""
    with preparing("sqlite").house(tmp_path / "house") as house:
        yield house
