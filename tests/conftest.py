"""What every test may ask for: databases on both engines, settings, the app, a client, a browser.

A test that takes `database`, `app` or `client` runs on SQLite and on PostgreSQL. Where PostgreSQL or a browser is
missing its tests are skipped with the reason, except under CI=true, where that is a failure.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.db import Database, prepare_reader, reader_options
from config import Settings
from tests.factories import databases

_run_folder: Path | None = None
_SLOW_FIRST = {"crash": 0, "browser": 1}


def pytest_configure(config: pytest.Config) -> None:
    """Open the folder that the processes of this run share; xdist's workers find it in the environment."""
    global _run_folder
    if not hasattr(config, "workerinput"):
        _run_folder = databases.open_run()


def pytest_unconfigure() -> None:
    """Stop PostgreSQL and remove the folder."""
    if _run_folder is not None:
        databases.close_run(_run_folder)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by folder, keep each slow kind in one process, and begin with the slow ones."""
    for item in items:
        folder = Path(item.path).relative_to(Path(__file__).parent).parts[0]
        if folder in _SLOW_FIRST:
            item.add_marker(getattr(pytest.mark, folder))
            item.add_marker(pytest.mark.xdist_group(folder))
    items.sort(key=_slowness)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With --dist loadgroup, keep each kind that shares a running server in one process, by its folder.

    xdist 3.8 does this by renaming items, which pytest 9 no longer lets it do: its groups have no effect.
    """
    if config.getvalue("dist") != "loadgroup":
        return None
    from tests.factories.groups import FolderScheduling

    return FolderScheduling(config, log)


def _slowness(item: pytest.Item) -> int:
    return min((rank for mark, rank in _SLOW_FIRST.items() if item.get_closest_marker(mark)), default=9)


def missing(reason: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine_name(request: pytest.FixtureRequest) -> str:
    """sqlite or postgres; a test that asks for it runs once on each."""
    return str(request.param)


@pytest.fixture
def engine_url(engine_name: str, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh database of its own, schema at head."""
    if engine_name == "sqlite":
        yield databases.fresh_sqlite(tmp_path)
        return
    try:
        url = databases.fresh_postgres()
    except databases.NoPostgres as fault:
        missing(f"no PostgreSQL: {fault}")
    yield url
    databases.drop_postgres(url)


@pytest.fixture
def empty_url(engine_name: str, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh database without any table."""
    if engine_name == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite3'}"
        return
    try:
        url = databases.empty_postgres()
    except databases.NoPostgres as fault:
        missing(f"no PostgreSQL: {fault}")
    yield url
    databases.drop_postgres(url)


@pytest.fixture
def settings_overrides() -> dict[str, Any]:
    """Fields of `settings` that a test file wants otherwise; override this fixture there."""
    return {}


@pytest.fixture
def settings(engine_url: str, tmp_path: Path, settings_overrides: dict[str, Any]) -> Settings:
    """Settings of a server on a fresh database, without a worker and without visit recording threads."""
    made = Settings.for_tests(data_dir=tmp_path / "data", database_url=engine_url)
    return replace(made, **settings_overrides)


@pytest.fixture
def database(engine_url: str) -> Iterator[Database]:
    """A database of its own, without an app around it."""
    reader = sa.create_engine(engine_url, **reader_options(engine_url))
    prepare_reader(reader)
    opened = Database(engine_url, reader=reader)
    yield opened
    opened.close()


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The whole app on a fresh database."""
    from app import create_app

    made = create_app(settings)
    made.testing = True
    yield made
    made.extensions["gatepost"].close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor's browser without script."""
    return app.test_client()
