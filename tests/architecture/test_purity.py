"""Rule 1: in a room only models, actions and queries touch the database; every other file is pure."""

import pytest

from tests.architecture.source import Module, modules, planted, starts_with

OUTSIDE = (
    "flask", "flask_sqlalchemy", "flask_migrate", "werkzeug", "sqlalchemy", "alembic", "sqlite3", "psycopg",
    "random", "secrets", "uuid", "time", "socket", "ssl", "asyncio", "threading", "subprocess",
    "http.client", "urllib.request", "smtplib", "aiohttp", "requests", "structlog", "logging", "config",
)  # fmt: skip
HOUSE = ("app.errors", "app.json_text", "app.site_file", "app.texts")
"""Files beside the rooms that pure files may use, because they are pure themselves."""

MOMENTS = (
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "os.urandom", "os.environ", "os.getenv",
    "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.date.today", "open",
)  # fmt: skip


def offences(module: Module) -> list[str]:
    """What a pure file may not do and does."""
    found = [f"imports {name}" for name in module.imports() if starts_with(name, *OUTSIDE)]
    found += [f"imports {name}, which is not pure" for name in module.imports() if _is_impure_part(name)]
    used = [name for name, _ in (*module.calls(), *module.attributes())]
    return found + [f"uses {name}" for name in used if name in MOMENTS]


def _is_impure_part(name: str) -> bool:
    if not name.startswith("app.") or starts_with(name, *HOUSE):
        return False
    return not any(starts_with(name, other.name) for other in modules() if other.is_pure) and not _is_room(name)


def _is_room(name: str) -> bool:
    """`from app.pages import blocks` names app.pages.blocks, which is looked at by itself."""
    return any(other.is_package and other.name == name for other in modules())


def test_every_file_of_a_room_but_its_database_files_is_pure() -> None:
    found = {module.name: offences(module) for module in modules() if module.is_pure}
    assert {name: faults for name, faults in found.items() if faults} == {}


@pytest.mark.parametrize(
    "text",
    [
        "from sqlalchemy import select",
        "import flask",
        "from datetime import datetime\nx = datetime.now()",
        "from datetime import date\nx = date.today()",
        "import random",
        "import os\nx = os.environ['HOME']",
        "from app.pages.models import Page",
        "from app.ids import new_id",
        "from app.adapters.clock import now",
        "def f():\n    import time",
        "x = open('file')",
    ],
)
def test_the_rule_catches(text: str) -> None:
    assert offences(planted("app.pages.planted", text))


def test_there_are_pure_files_in_every_working_room() -> None:
    rooms = {module.room for module in modules() if module.is_pure}
    assert {"attribution", "capture", "consent", "leads", "offers", "outbox", "pages"} <= rooms
