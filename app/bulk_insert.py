"""Many rows in one statement with one parameter, a JSON array, the same on both engines.

The statement's text does not depend on the number of rows, and the engine reads them without Python: a crowd of
small rows costs a fraction of what row by row would. Not for columns of bytes, which JSON cannot hold.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import Table, TextClause, text
from sqlalchemy.orm import Session


def insert_rows(session: Session, table: Table, rows: Sequence[Mapping[str, Any]], *, unless_taken: str = "") -> int:
    """Insert rows that all have the same keys; gives how many were inserted.

    Rows whose value of the column `unless_taken` exists already are passed over.
    """
    if not rows:
        return 0
    dialect = session.get_bind().dialect.name
    statement = _statement(table, dialect, tuple(rows[0]), unless_taken)
    result = session.execute(statement, {"rows": _ENCODERS[dialect].encode(rows)})
    return int(result.rowcount)  # type: ignore[attr-defined]


@cache
def _statement(table: Table, dialect: str, columns: tuple[str, ...], unless_taken: str) -> TextClause:
    names = ", ".join(columns)  # all names come from the models, none from outside
    if dialect == "sqlite":
        values = ", ".join(f"json_extract(value, '$.{name}')" for name in columns)
        given = f"SELECT {values} FROM json_each(:rows) WHERE true"  # noqa: S608
    else:
        given = f"SELECT {names} FROM json_populate_recordset(CAST(NULL AS {table.name}), CAST(:rows AS json))"  # noqa: S608
    conflict = f" ON CONFLICT ({unless_taken}) DO NOTHING" if unless_taken else ""
    statement = text(f"INSERT INTO {table.name} ({names}) {given}{conflict}")
    return statement.execution_options(preserve_rowcount=True)


def _moment_on_sqlite(value: object) -> str:
    """As `UtcDateTime` is stored there: the UTC reading without its zone."""
    assert isinstance(value, datetime)
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _moment_on_postgres(value: object) -> str:
    assert isinstance(value, datetime)
    return value.isoformat()


_ENCODERS = {
    "sqlite": json.JSONEncoder(
        ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_moment_on_sqlite
    ),
    "postgresql": json.JSONEncoder(
        ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_moment_on_postgres
    ),
}  # fmt: skip
