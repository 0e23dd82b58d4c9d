"""What one running app is made of; edges reach it by `services()`, rooms receive values instead."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import current_app

from app.db import Database
from app.texts import Texts
from app.tokens import Tokens
from app.web.client_address import ClientAddress
from app.web.limiter import Limiter
from config import Settings


@dataclass(slots=True)
class Services:
    """The parts of a running app, made once by `create_app`."""

    settings: Settings
    database: Database
    texts: Texts
    tokens: Tokens
    addresses: ClientAddress
    limiter: Limiter
    parts: dict[type[Any], Any] = field(default_factory=dict)


def services() -> Services:
    """The parts of the app that handles the current request or command."""
    found = current_app.extensions["gatepost"]
    assert isinstance(found, Services)
    return found
