"""One unit of work on two engines: declarative base, column types, and `Database` with its durable `write`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import flask_sqlalchemy
from sqlalchemy import JSON, DateTime, Engine, MetaData, create_engine, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from app.group_writer import GroupConnection, GroupWriter
from app.json_text import dumps
from app.storage_faults import is_forbidden_change, translated
from app.transaction_writer import TransactionWriter
from app.unit_of_work import Writer

T = TypeVar("T")
Item = TypeVar("Item")

# How long libpq waits for a server that says nothing, so that a lost one holds no thread for minutes.
_PATIENCE = {"connect_timeout": 3, "tcp_user_timeout": 15_000, "keepalives_idle": 30}

_CONSTRAINT_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC moment; a naive one is a mistake and raises ValueError."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive values; SQLite stores the UTC reading without its zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back an aware UTC value on both engines."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
"""JSON text on SQLite, JSONB on PostgreSQL; Python None is SQL NULL."""


class Base(DeclarativeBase):
    """All tables of all rooms; names of constraints are fixed so that migrations can name them."""

    metadata = MetaData(naming_convention=_CONSTRAINT_NAMES)
    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: Json, list[Any]: Json}


orm = flask_sqlalchemy.SQLAlchemy(metadata=Base.metadata)
"""Flask-SQLAlchemy's handle: the reading engine and session of a request, and Flask-Migrate's metadata."""


class Database:
    """Where facts are kept. Reads see committed facts only; a write is answered after it is durable."""

    def __init__(self, url: str, *, reader: Engine) -> None:
        self.url = url
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self.reader = reader
        self._writer: Writer = GroupWriter(lambda: _group_engine(url)) if self.is_sqlite else TransactionWriter(reader)

    def write(self, work: Callable[[Session], T]) -> T:
        """Run `work` as one unit; its result comes back only after a durable commit.

        Raises what `work` raises (the unit is then undone alone), or StorageUnavailable when nothing could
        be made durable.
        """
        return self._writer.write(work)

    def gather(self, work: Callable[[Session, Sequence[Item]], Sequence[T]], item: Item) -> T:
        """The same as `write` for work that comes in crowds: `work` runs once for the items of all who wait.

        It gives one result an item, in their order. Where it raises, each item is tried in a unit of its own, so one
        that cannot be kept harms nobody else's.
        """
        return self._writer.gather(work, item)

    def submit(self, work: Callable[[Session], T]) -> Future[T]:
        """The same as `write` for callers that must not block; the future resolves after the commit."""
        return self._writer.submit(work)

    def read(self, work: Callable[[Session], T]) -> T:
        """Run `work` on one snapshot; it cannot change anything. Raises StorageUnavailable as `write` does."""
        try:
            with Session(self.reader, autoflush=False) as session:
                if not self.is_sqlite:
                    session.connection(execution_options={"postgresql_readonly": True})
                return work(session)
        except (DBAPIError, PoolTimeout) as error:
            if is_forbidden_change(error):
                raise
            raise translated(error) from error

    def close(self) -> None:
        """Finish the units that wait, then let go of every connection."""
        self._writer.close()
        self.reader.dispose()


def after_commit(session: Session, call: Callable[[], None]) -> None:
    """Call `call` once the unit of `session` is durable; it must be quick and must not raise."""
    session.info.setdefault("after_commit", []).append(call)


def reader_options(url: str) -> dict[str, Any]:
    """Engine options of the reading engine (and, on PostgreSQL, of the only one)."""
    # Errors of the driver are logged; they must not carry answers or addresses.
    common: dict[str, Any] = {"json_serializer": dumps, "hide_parameters": True, "pool_timeout": 10}
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return {**common, "pool_size": 8, "max_overflow": 120, "connect_args": {"isolation_level": None}}
    pool = {"pool_size": 20, "max_overflow": 60, "pool_pre_ping": True, "pool_recycle": 1800}
    return {**common, **pool, "connect_args": {**_PATIENCE, **parsed.query}}


def prepare_reader(engine: Engine) -> None:
    """Give every new SQLite connection of the reading engine its pragmas, and its transactions a snapshot."""
    if engine.dialect.name != "sqlite":
        return
    event.listen(engine, "connect", _on_reader_connect)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))


def sqlite_path(url: str) -> Path | None:
    """The file of a SQLite URL, or None for PostgreSQL and for a database in memory."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database or parsed.database == ":memory:":
        return None
    return Path(parsed.database)


def set_pragmas(connection: Any, *, writable: bool) -> None:
    """WAL, full durability, foreign keys; a reader can change nothing even by mistake."""
    connection.execute("PRAGMA busy_timeout=5000")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA temp_store=MEMORY")
    if not writable:
        connection.execute("PRAGMA query_only=ON")


def _on_reader_connect(connection: Any, _record: Any) -> None:
    set_pragmas(connection, writable=False)


def _group_engine(url: str) -> Engine:
    """The engine of the one writer thread; only that thread may begin or end a transaction on it."""
    engine = create_engine(
        url,
        json_serializer=dumps,
        hide_parameters=True,
        connect_args={"isolation_level": None, "factory": GroupConnection, "check_same_thread": False},
    )
    event.listen(engine, "connect", lambda connection, _record: set_pragmas(connection, writable=True))
    return engine
