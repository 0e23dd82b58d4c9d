"""The look of everything visitors see: templates, style files, words, and the addresses of our scripts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, select_autoescape

from app.adapters.static_files import StaticFile
from app.pages import filters
from app.pages.compile import Look
from app.texts import Texts

TEMPLATES = Path(__file__).parents[2] / "templates"


def make_look(
    texts: Texts, static: Mapping[str, StaticFile], *, folder: Path = TEMPLATES, is_dev: bool = False
) -> Look:
    """The look as the files in `folder` have it now; in development templates are read again when they change."""
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=select_autoescape(default=True, default_for_string=True),
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=is_dev,
    )
    filters.install(environment)
    return Look(
        environment=environment,
        css_files=_css_files(folder / "public" / "css"),
        texts=texts,
        scripts=tuple(static[name].address for name in ("page.js",) if name in static),
        favicon=static["favicon.svg"].address if "favicon.svg" in static else "/static/favicon.svg",
    )


def _css_files(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in sorted(folder.rglob("*.css"))}
