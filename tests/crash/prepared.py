"""Houses made ready once and copied from then on: schema, pages, files."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.crash.house import ENVIRON, House, house_on
from tests.factories import databases
from tests.factories.postgres_server import PostgresServer
from tests.factories.server_process import ROOT, ServerProcess

PAGE = "tea-list-guide"
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A data folder, and on PostgreSQL a database, that are copied for every house."""

    folder: Path
    postgres: PostgresServer | None = None

    @contextmanager
    def house(self, folder: Path, more: Mapping[str, str] | None = None) -> Iterator[House]:
        """A house of its own in the new folder `folder`."""
        shutil.copytree(self.folder, folder)
        if self.postgres is None:
            url = _sqlite(folder)
        else:
            name = f"house_{os.getpid()}_{next(_numbers)}"
            _execute(self.postgres, f"CREATE DATABASE {name} TEMPLATE {_template()}")
            url = self.postgres.url(name)
        with house_on(folder, url, more) as house:
            yield house


def prepare(folder: Path, postgres: PostgresServer | None = None) -> Prepared:
    """Bring schema and pages into `folder` and, where given, into a database of `postgres`."""
    if postgres is not None:
        _execute(postgres, f"CREATE DATABASE {_template()}")
    url = postgres.url(_template()) if postgres else _sqlite(folder)
    pages = folder / "pages"
    for name in ("_site", PAGE):
        shutil.copytree(ROOT / "landing_pages" / name, pages / name)
    environ = {**ENVIRON, "GATEPOST_DATABASE_URL": url, "GATEPOST_PAGES_DIR": str(pages)}
    ServerProcess(folder, environ).prepare()
    return Prepared(folder, postgres)


@cache
def prepared_on(engine_name: str) -> Prepared:
    """What all houses of this process on that engine are copied from; skips, or under CI fails, without PostgreSQL."""
    folder = Path(os.environ[databases.RUN_FOLDER]) / f"prepared-{engine_name}-{os.getpid()}"
    if engine_name == "sqlite":
        return prepare(folder)
    try:
        return prepare(folder, databases.durable_postgres())
    except databases.NoPostgres as fault:
        if os.environ.get("CI") == "true":
            pytest.fail(f"no PostgreSQL: {fault}")
        pytest.skip(f"no PostgreSQL: {fault}")


def _template() -> str:
    return f"template_{os.getpid()}"


def _sqlite(folder: Path) -> str:
    return f"sqlite:///{folder / 'gatepost.sqlite3'}"


def _execute(postgres: PostgresServer, statement: str) -> None:
    engine = sa.create_engine(postgres.url(), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()
