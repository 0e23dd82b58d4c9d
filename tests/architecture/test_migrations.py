"""Migrations: numbered, one head, in step with the models; up, down and up again with data on both engines."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from app import all_models, schema
from app.db import Base, UtcDateTime
from tests.architecture.source import ROOT

assert all_models
NOW = datetime(2026, 11, 2, 3, 4, 5, tzinfo=UTC)


def test_migrations_are_numbered_without_a_gap() -> None:
    names = sorted(path.name for path in (ROOT / "migrations" / "versions").glob("*.py"))
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    assert all(re.fullmatch(r"\d{4}_[a-z0-9_]+\.py", name) for name in names)


def test_there_is_one_head() -> None:
    assert ScriptDirectory(str(ROOT / "migrations")).get_heads() == [schema.head_version()]


def test_every_migration_is_known_by_its_number() -> None:
    scripts = ScriptDirectory(str(ROOT / "migrations")).walk_revisions()
    assert all(schema.is_known(script.revision) for script in scripts)
    assert not schema.is_known("9999")


def test_the_schema_at_head_is_what_the_models_say(engine_url: str) -> None:
    engine = schema.migration_engine(engine_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        differences = compare_metadata(context, Base.metadata)
    engine.dispose()
    assert differences == []


def test_migrations_go_up_down_and_up_with_data(engine_url: str) -> None:
    engine = sa.create_engine(engine_url)
    fill(engine)
    assert min(row_counts(engine).values()) == 1
    command.downgrade(schema.alembic_config(engine_url), "base")
    assert set(sa.inspect(engine).get_table_names()) <= {"alembic_version"}
    schema.upgrade(engine_url)
    assert set(row_counts(engine).values()) == {0}
    fill(engine)
    assert min(row_counts(engine).values()) == 1
    engine.dispose()


def test_an_empty_database_comes_to_head(empty_url: str) -> None:
    schema.upgrade(empty_url)
    engine = sa.create_engine(empty_url)
    schema.require_head(engine)
    engine.dispose()


def fill(engine: sa.Engine) -> None:
    """One row in every table, parents first; references point at the row of the other table."""
    keys: dict[str, dict[str, Any]] = {}
    with engine.begin() as connection:
        for table in Base.metadata.sorted_tables:
            row = {column.name: value_for(column, keys) for column in table.columns}
            connection.execute(table.insert().values(row))
            keys[table.name] = row


def value_for(column: sa.Column[Any], keys: dict[str, dict[str, Any]]) -> Any:
    for key in column.foreign_keys:
        other, name = key.target_fullname.split(".")
        if other in keys:
            return keys[other][name]
    kind = column.type
    if isinstance(kind, (sa.DateTime, UtcDateTime)):
        return NOW
    if isinstance(kind, sa.Date):
        return NOW.date()
    if isinstance(kind, sa.Boolean):
        return True
    if isinstance(kind, sa.Integer):
        return 1
    if isinstance(kind, sa.LargeBinary):
        return b"0123456789abcdef"
    if isinstance(kind, sa.JSON):
        return {"key": "hodnota č"}
    return "x"


def row_counts(engine: sa.Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {
            table.name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }


@pytest.mark.parametrize("change", ["ALTER TABLE lead ADD COLUMN planted INTEGER", "DROP TABLE link_fetch"])
def test_a_schema_that_differs_is_noticed(engine_url: str, change: str) -> None:
    engine = schema.migration_engine(engine_url)
    with engine.begin() as connection:
        connection.exec_driver_sql(change)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) != []
    engine.dispose()
