"""What all commands share: broken rules become a message with its hint and exit code 1, never a traceback."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.exc import DBAPIError

from app.errors import AppError, SchemaOutdated
from app.services import services

as_json = click.option("--json", "is_json", is_flag=True, help="Print JSON for programs.")


class Group(AppGroup):
    """A group of commands that run inside the app."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; an AppError ends it with exit code 1."""
        try:
            return super().invoke(ctx)
        except AppError as error:
            raise failure(error.message, hint=error.hint) from error
        except DBAPIError as error:
            raise _explained(error) from error


def _explained(error: DBAPIError) -> Exception:
    """A missing table means an old schema, and there is a command that mends it; anything else is a fault of ours."""
    from app import schema

    try:
        schema.require_head(services().database.reader)
    except SchemaOutdated as outdated:
        return failure(outdated.message, hint=outdated.hint)
    return error


def failure(message: str, *, hint: str = "") -> click.ClickException:
    """An error for a person: what happened, then what to do."""
    return click.ClickException(f"{message}\n{hint}" if hint else message)


def print_json(value: Any) -> None:
    """One JSON document, times as ISO 8601 in UTC."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_plain))


def print_table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Columns as wide as their widest cell; nothing is cut, so that ids can be copied."""
    cells = [[_shown(value) for value in row] for row in rows]
    widths = [max(len(line[i]) for line in [list(heads), *cells]) for i in range(len(heads))]
    for line in [list(heads), *cells]:
        text = "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        click.echo(text.rstrip())


def _shown(value: object) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%SZ")
    return "" if value is None else str(value)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    raise TypeError(f"{type(value).__name__} has no JSON form")
