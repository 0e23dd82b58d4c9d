"""Tools of `./dev run`: mail catcher and webhook receiver. Registered only where the setting says dev."""

from flask import Blueprint, Flask

from app.web.dev import mail, pages, sink
from app.web.dev.endpoint import ensure_dev_endpoint

__all__ = ["ensure_dev_endpoint", "register"]


def register(app: Flask) -> None:
    """Add the tools to the app."""
    blueprint = Blueprint("dev", __name__, url_prefix="/dev")
    for part in (pages, mail, sink):
        part.add_to(blueprint)
    app.register_blueprint(blueprint)
