"""What one running app is made of; edges reach it by `services()`, rooms receive values instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import current_app

if TYPE_CHECKING:
    from app.adapters.asset_store import AssetStore
    from app.adapters.static_files import StaticFile
    from app.db import Database
    from app.journey.addresses import Addresses
    from app.pages.compile import Look
    from app.texts import Texts
    from app.tokens import Tokens
    from app.web.client_address import ClientAddress
    from app.web.fetches import FetchLog
    from app.web.limiter import Limiter
    from app.web.page_cache import PageCache
    from app.web.site import SiteCache
    from app.web.visits import VisitBuffer
    from config import Settings


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of a running app, made once by `create_app`."""

    settings: Settings
    database: Database
    texts: Texts
    tokens: Tokens
    links: Addresses
    clients: ClientAddress
    limiter: Limiter
    visits: VisitBuffer
    fetches: FetchLog
    assets: AssetStore
    static: Mapping[str, StaticFile]
    look: Look
    site: SiteCache
    cache: PageCache

    def close(self) -> None:
        """Store what is buffered, then let go of threads and connections."""
        self.cache.stop()
        self.visits.close()
        self.fetches.close()
        self.limiter.close()
        self.database.close()


def services() -> Services:
    """The parts of the app that handles the current request or command."""
    return current_app.extensions["gatepost"]  # type: ignore[no-any-return]
