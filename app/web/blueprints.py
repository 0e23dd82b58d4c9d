"""Every blueprint and hook of the app, in one place."""

from __future__ import annotations

from flask import Flask

from app.adapters import clock
from app.logs import init_logs
from app.web import dev, health
from app.web.errors import init_errors
from app.web.metrics import init_metrics
from app.web.public import confirmations, offers, preferences, receipts, site_pages, submissions, unsubscribe
from app.web.security import init_security
from config import Settings

PUBLIC = (submissions, receipts, confirmations, offers, preferences, unsubscribe, site_pages)


def register(app: Flask, settings: Settings) -> None:
    """Register views by audience, then what surrounds every request."""
    init_logs(app, log_format=settings.log_format)
    init_metrics(app, now=clock.now())
    init_security(app, is_https=settings.base_url.startswith("https:"))
    init_errors(app)
    for module in PUBLIC:
        app.register_blueprint(module.blueprint)
    app.register_blueprint(health.blueprint)
    if settings.dev:
        dev.register(app)
