"""Wires the app together; decides nothing."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from flask_migrate import Migrate
from flask_wtf import CSRFProtect

from app import all_models
from app.adapters import clock
from app.db import Database, orm, prepare_reader, reader_options
from app.logs import init_logs
from app.services import Services
from app.texts import Texts
from app.tokens import Tokens
from app.web import health
from app.web.client_address import ClientAddress
from app.web.limiter import Limiter
from app.web.metrics import init_metrics
from app.web.security import init_security
from config import Settings

assert all_models

ROOT = Path(__file__).parent.parent


def create_app(settings: Settings) -> Flask:
    """The Flask app for these settings; it starts no thread and touches no table by itself."""
    app = Flask("app", template_folder=str(ROOT / "templates"), static_folder=None)
    app.config.update(_flask_config(settings))
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    init_logs(app, log_format=settings.log_format)
    init_metrics(app, now=clock.now())
    orm.init_app(app)
    Migrate(app, orm, directory=str(ROOT / "migrations"))
    CSRFProtect(app)
    app.extensions["gatepost"] = _services(app, settings)
    init_security(app)
    app.register_blueprint(health.blueprint)
    return app


def _flask_config(settings: Settings) -> dict[str, object]:
    return {
        "SECRET_KEY": settings.secret_keys[0],
        "SECRET_KEY_FALLBACKS": list(settings.secret_keys[1:]),
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": reader_options(settings.database_url),
        "MAX_CONTENT_LENGTH": settings.limits.max_body_bytes,
        "MAX_FORM_MEMORY_SIZE": settings.limits.max_body_bytes,
        "MAX_FORM_PARTS": settings.limits.max_fields,
        "SESSION_COOKIE_NAME": "gatepost",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.base_url.startswith("https:"),
        "WTF_CSRF_CHECK_DEFAULT": False,
        "TEMPLATES_AUTO_RELOAD": settings.dev,
    }


def _services(app: Flask, settings: Settings) -> Services:
    with app.app_context():
        reader = orm.engine
    prepare_reader(reader)
    database = Database(settings.database_url, reader=reader)
    return Services(
        settings=settings,
        database=database,
        texts=Texts(),
        tokens=Tokens(settings.secret_keys),
        addresses=ClientAddress(settings.trusted_proxies),
        limiter=Limiter(database),
    )
