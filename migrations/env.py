"""Runs migrations on either engine: from `flask db ...` and from `app.schema.upgrade`."""

from typing import Any

from alembic import context
from sqlalchemy import JSON

from app import all_models
from app.db import Base, UtcDateTime
from app.schema import migration_engine

assert all_models


def _url() -> str:
    given = context.config.attributes.get("url")
    if given is not None:
        return str(given)
    from app.services import services

    return services().settings.database_url


def _render(kind: str, item: Any, _context: Any) -> str | bool:
    """Write types as SQLAlchemy's own, so that old migrations never depend on the code of today."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, JSON):
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


def _run() -> None:
    engine = migration_engine(_url())
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            transactional_ddl=True,
            compare_type=True,
            render_item=_render,
            render_as_batch=engine.dialect.name == "sqlite",
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


_run()
