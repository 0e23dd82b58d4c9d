"""What one running app is made of; edges reach it by `services()`, rooms receive values instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import current_app

from app.db import Database
from app.texts import Texts
from app.tokens import Tokens
from config import Settings

if TYPE_CHECKING:
    from app.adapters.asset_store import AssetStore
    from app.capture.limits import Limiter
    from app.journey.visits import VisitBuffer
    from app.journey.site import SiteCache
    from app.pages.live import LivePages
    from app.worker import Worker


@dataclass(slots=True)
class Services:
    """The parts of a running app, made once by `create_app`."""

    settings: Settings
    database: Database
    texts: Texts
    tokens: Tokens
    assets: AssetStore
    limiter: Limiter
    live: LivePages
    site: SiteCache
    visits: VisitBuffer
    worker: Worker | None = None


def services() -> Services:
    """The parts of the app that handles the current request or command."""
    found = current_app.extensions["gatepost"]
    assert isinstance(found, Services)
    return found
