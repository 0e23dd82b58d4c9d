"""The database schema: which version it has, which it should have, and how it gets there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine, create_engine, event, inspect, text

from app.db import set_pragmas, sqlite_path
from app.errors import SchemaOutdated

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent.parent / "migrations"


def head_version() -> str:
    """The version this code needs: migrations are numbered without a gap, and their versions are these numbers."""
    return max(_versions())


def is_known(version: str) -> bool:
    """Whether this code has a migration of that name, so that it can bring the schema from there to head."""
    return version in _versions()


def current_version(engine: Engine) -> str | None:
    """The version the database has; None for an empty one."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return version


def require_head(engine: Engine) -> None:
    """Raise SchemaOutdated, with the command that mends it, unless the schema is exactly at head."""
    current, head = current_version(engine), head_version()
    if current != head:
        raise SchemaOutdated(
            f"The database schema is at version {current or 'none'}, this program needs {head}.",
            hint="Run: ./dev flask db upgrade",
        )


def upgrade(url: str) -> None:
    """Bring the database at `url` to the newest schema; a SQLite file and its folder are made when missing."""
    # A serving process looks at versions only; alembic would cost it a third of a second and 12 MB.
    from alembic import command

    command.upgrade(alembic_config(url), "head")


def alembic_config(url: str) -> Config:
    """Alembic's configuration for the database at `url`."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    return config


def migration_engine(url: str) -> Engine:
    """An engine that may change the schema, each migration in one transaction on both databases."""
    path = sqlite_path(url)
    if path is None:
        return create_engine(url)
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"isolation_level": None})
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def _versions() -> set[str]:
    return {path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py")}


def _on_connect(connection: object, _record: object) -> None:
    set_pragmas(connection, writable=True)
