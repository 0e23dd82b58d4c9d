"""What a serving process does around the app: checks the schema, starts the watchers and the worker, stops cleanly."""

from __future__ import annotations

import gc
from multiprocessing.util import Finalize
from typing import TYPE_CHECKING

from flask import Flask

from app import create_app, schema
from app.adapters import clock
from app.cli.page_watch import PageWatcher
from app.services import Services
from app.web.dev.live_reload import live_reload
from app.worker import ring_over_postgres, worker_of
from app.worker.retention import daily
from config import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def serve(settings: Settings) -> WSGIApplication:
    """The WSGI application of a process that serves. Raises SchemaOutdated on a schema that is not at head."""
    app = create_app(settings)
    parts: Services = app.extensions["gatepost"]
    schema.require_head(parts.database.reader)
    parts.cache.start()
    parts.visits.remember(clock.now())
    parts.visits.start()
    bell = ring_over_postgres(settings)
    worker = worker_of(parts, upkeep=daily(settings, parts.database)) if settings.worker else None
    if worker is not None:
        worker.start()

    watcher = _watch_files(app, parts) if settings.dev else None

    def stop() -> None:
        """Release what is leased, store what is buffered, close what is open."""
        if worker is not None:
            worker.stop()
        if bell is not None:
            bell.stop()
        if watcher is not None:
            watcher.stop()
        parts.close()

    # The server forks its worker process, which on Python 3.11 leaves without calling atexit; finalizers are called,
    # and before thread pools are closed, so that what is on its way can still be finished.
    Finalize(None, stop, exitpriority=100)
    _settle_memory()
    return app.wsgi_app


def _settle_memory() -> None:
    """Look for garbage less often: a request makes hundreds of objects and leaves none of them in a circle.

    What is there when serving begins stays; looking through it after every few posts took a fifth of their time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)


def _watch_files(app: Flask, parts: Services) -> PageWatcher:
    """In development: saved files are published, and open pages reload."""
    watcher = PageWatcher(parts, parts.cache.refresh)
    app.register_blueprint(live_reload(watcher))
    watcher.start()
    return watcher
