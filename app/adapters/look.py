"""The look of public pages, from the files of the program: templates, style, words, addresses of scripts."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.adapters.static_files import read_static
from app.pages import filters
from app.pages.compile import Look
from app.texts import Texts

TEMPLATES = Path(__file__).parent.parent.parent / "templates"
PAGE_SCRIPTS = ("page.js",)


def read_look(texts: Texts, *, is_dev: bool = False, templates: Path = TEMPLATES) -> Look:
    """Read everything once; in development templates are looked at again for every page."""
    environment = Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=is_dev,
    )
    filters.install(environment)
    static = read_static()
    icon = static.get("favicon.svg")
    return Look(
        environment=environment,
        css_files=read_css(templates / "public" / "css"),
        texts=texts,
        scripts=tuple(static[name].address for name in PAGE_SCRIPTS if name in static),
        favicon=icon.address if icon else "/static/favicon.svg",
    )


def read_css(folder: Path) -> dict[str, str]:
    """The style files by their path below `folder`."""
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.css"))
    }
