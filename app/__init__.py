"""Wires the app together; decides nothing."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask
from flask_wtf import CSRFProtect

from app import all_models, cli
from app.adapters.asset_store import AssetStore
from app.adapters.static_files import read_static
from app.db import Database, orm, prepare_reader, reader_options
from app.journey.addresses import Addresses
from app.pages import filters
from app.services import Services
from app.texts import Texts
from app.tokens import Tokens
from app.web import blueprints
from app.web.cached_response import static_entry
from app.web.client_address import ClientAddress
from app.web.dev.live_reload import SCRIPT
from app.web.fetches import FetchLog
from app.web.intake import Intake
from app.web.limiter import Limiter
from app.web.look import make_look
from app.web.page_cache import PageCache
from app.web.site import SiteCache
from app.web.visits import VisitBuffer
from config import Settings

assert all_models

ROOT = Path(__file__).parent.parent


def create_app(settings: Settings) -> Flask:
    """The Flask app for these settings, page cache in front; it starts no thread and touches no table by itself."""
    app = Flask("app", template_folder=str(ROOT / "templates"), static_folder=None)
    app.config.update(_flask_config(settings))
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    orm.init_app(app)
    CSRFProtect(app)
    filters.install(app.jinja_env)
    built = _services(app, settings)
    app.extensions["gatepost"] = built
    built.cache.intake = Intake(built, app.wsgi_app)
    blueprints.register(app, settings)
    cli.register(app)
    app.wsgi_app = built.cache  # type: ignore[method-assign]
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
    texts, tokens = Texts(), Tokens(settings.secret_keys)
    clients = ClientAddress(settings.trusted_proxies)
    visits = VisitBuffer(database, clients, frozenset({urlsplit(settings.base_url).hostname or "localhost"}))
    assets = AssetStore(settings.data_dir / "assets")
    static = read_static()
    cached = {
        file.address: static_entry(file.body, file.digest, file.media_type, is_hashed=True) for file in static.values()
    }
    plain = {
        f"/static/{file.name}": static_entry(file.body, file.digest, file.media_type, is_hashed=False)
        for file in static.values()
    }
    return Services(
        settings=settings,
        database=database,
        texts=texts,
        tokens=tokens,
        links=Addresses(settings.base_url, tokens),
        clients=clients,
        limiter=Limiter(database),
        visits=visits,
        fetches=FetchLog(database),
        assets=assets,
        static=static,
        look=make_look(texts, static, is_dev=settings.dev),
        site=SiteCache(database),
        cache=PageCache(
            app.wsgi_app,
            database,
            visits.note if settings.visits else None,
            assets=assets,
            static={**plain, **cached},
            strict_transport=settings.base_url.startswith("https:"),
            dev_script=static[SCRIPT].address if settings.dev else "",
        ),
    )
