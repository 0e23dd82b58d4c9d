"""What the tools share: the first page, the style sheet, the policy of their pages."""

from pathlib import Path

from flask import Blueprint, Response, g, render_template, send_file

_STYLE = Path(__file__).parents[3] / "templates" / "dev" / "style.css"
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


def add_to(blueprint: Blueprint) -> None:
    """Register the views."""
    blueprint.add_url_rule("", view_func=index)
    blueprint.add_url_rule("/style.css", view_func=style)


def index() -> str:
    """Where to look."""
    return page("dev/index.html")


def style() -> Response:
    """The style sheet of the tools."""
    return send_file(_STYLE, mimetype="text/css", conditional=True)


def page(template: str, **names: object) -> str:
    """A page of the tools under their policy: no script at all."""
    g.policy = POLICY
    return render_template(template, **names)
