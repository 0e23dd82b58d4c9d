"""Houses made ready once and copied from then on: schema, pages, files."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import sqlalchemy as sa

from tests.crash.house import ENVIRON, House, house_on
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
            name = f"house_{next(_numbers)}"
            _execute(self.postgres, f"CREATE DATABASE {name} TEMPLATE template_house")
            url = self.postgres.url(name)
        with house_on(folder, url, more) as house:
            yield house


def prepare(folder: Path, postgres: PostgresServer | None = None) -> Prepared:
    """Bring schema and pages into `folder` and, where given, into a database of `postgres`."""
    if postgres is not None:
        _execute(postgres, "CREATE DATABASE template_house")
    url = postgres.url("template_house") if postgres else _sqlite(folder)
    pages = folder / "pages"
    for name in ("_site", PAGE):
        shutil.copytree(ROOT / "landing_pages" / name, pages / name)
    environ = {**ENVIRON, "GATEPOST_DATABASE_URL": url, "GATEPOST_PAGES_DIR": str(pages)}
    ServerProcess(folder, environ).prepare()
    return Prepared(folder, postgres)


def _sqlite(folder: Path) -> str:
    return f"sqlite:///{folder / 'gatepost.sqlite3'}"


def _execute(postgres: PostgresServer, statement: str) -> None:
    engine = sa.create_engine(postgres.url(), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()
