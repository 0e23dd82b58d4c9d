"""Rules 2, 3 and 4: imports point down, rooms keep to themselves, the outside is reached from the edges only."""

from collections.abc import Callable

import pytest

from tests.architecture.source import IMPURE_NAMES, ROOMS, Module, modules, planted, starts_with

Rule = Callable[[Module], list[str]]

JOURNEY = ("app.journey", "app.reports")
EDGES = ("app.web", "app.worker", "app.cli", "app.prepare")
WIRING = ("app", "app.services", "app.server", "app.prepare", "wsgi")
"""Files that put the parts together; they may know every part."""


def upward(module: Module) -> list[str]:
    """Imports that point up: from a room to a story or an edge, from a story to an edge, from the ground to a room."""
    if module.name in WIRING or module.is_edge:
        return []
    if starts_with(module.name, *JOURNEY):
        return _found(module, *EDGES)
    if module.room is not None:
        return _found(module, *EDGES, *JOURNEY, "app.services", "app.logs", "app.schema")
    if starts_with(module.name, "app.adapters"):
        return _found(module, *EDGES, *JOURNEY, *_impure_parts())
    if module.name == "app.all_models":
        return _found(module, *EDGES, *JOURNEY)
    return _found(module, *EDGES, *JOURNEY, *_impure_parts())


def into_another_room(module: Module) -> list[str]:
    """Imports of another room's tables, changes or reads."""
    if module.room is None:
        return []
    foreign = [part for part in _impure_parts() if not starts_with(part, f"app.{module.room}")]
    return _found(module, *foreign)


def to_the_outside(module: Module) -> list[str]:
    """Imports of adapters by anything but an edge, the wiring or another adapter."""
    if module.is_edge or module.name in WIRING or starts_with(module.name, "app.adapters"):
        return []
    return _found(module, "app.adapters")


def sending(module: Module) -> list[str]:
    """Rule 6: libraries that reach the network, anywhere but in an adapter."""
    if starts_with(module.name, "app.adapters") or module.name == "serve":
        return []
    network = ("smtplib", "aiosmtplib", "aiohttp", "requests", "httpx", "urllib.request", "http.client", "socket")
    return _found(module, *network)


def _impure_parts() -> list[str]:
    return [f"app.{room}.{name}" for room in ROOMS for name in sorted(IMPURE_NAMES)]


def _found(module: Module, *forbidden: str) -> list[str]:
    return [name for name in module.imports() if starts_with(name, *forbidden)]


@pytest.mark.parametrize("rule", [upward, into_another_room, to_the_outside, sending])
def test_no_file_breaks(rule: Rule) -> None:
    found = {module.name: rule(module) for module in modules()}
    assert {name: imports for name, imports in found.items() if imports} == {}


@pytest.mark.parametrize(
    ("rule", "name", "text"),
    [
        (upward, "app.capture.actions", "from app.journey.submit import submit"),
        (upward, "app.capture.actions", "from app.web import security"),
        (upward, "app.capture.actions", "from app.services import services"),
        (upward, "app.journey.submit", "from app.web.errors import handle"),
        (upward, "app.reports.leads", "from app.cli import leads"),
        (upward, "app.errors", "from app.leads.models import Lead"),
        (upward, "app.adapters.mailer", "from app.outbox.actions import put"),
        (into_another_room, "app.leads.actions", "from app.consent.models import Consent"),
        (into_another_room, "app.leads.actions", "from app.consent import queries"),
        (into_another_room, "app.leads.queries", "import app.capture.actions"),
        (to_the_outside, "app.journey.confirm", "from app.adapters import clock"),
        (to_the_outside, "app.outbox.actions", "from app.adapters.mailer import send"),
        (sending, "app.web.public.form", "import smtplib"),
        (sending, "app.outbox.actions", "from urllib.request import urlopen"),
        (sending, "app.journey.confirm", "import aiohttp"),
    ],
)
def test_the_rule_catches(rule: Rule, name: str, text: str) -> None:
    assert rule(planted(name, text))


def test_a_room_may_use_another_rooms_pure_files() -> None:
    assert into_another_room(planted("app.leads.actions", "from app.consent.status import State")) == []
