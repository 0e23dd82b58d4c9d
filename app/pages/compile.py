"""A record of a page to what visitors get: the HTML of its states, the policy of its style, the bytes.

Given the templates, rendering is pure: the same record and the same look give the same bytes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from jinja2 import Environment

from app.pages.encoding import Compiled, encoded
from app.pages.page_view import FormView
from app.pages.record import PageRecord
from app.pages.style_sheet import content_policy, page_css, state_css
from app.pages.theme import token_css
from app.pages.time_words import moment_words, zone_words
from app.texts import Texts

LIVE, ENDED, UPCOMING = "live", "ended", "upcoming"
_BLANK_LINES = re.compile(r"\n\s*\n+")
_INDENT = re.compile(r"\n[ \t]+(?=<)")
_KEPT = re.compile(r"(<(?:textarea|pre)\b.*?</(?:textarea|pre)>)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Look:
    """What turns records into HTML: the templates, the style files, the words, the addresses of scripts and icon."""

    environment: Environment
    css_files: Mapping[str, str]
    texts: Texts
    scripts: tuple[str, ...] = ()
    favicon: str = "/static/favicon.svg"


@dataclass(frozen=True, slots=True)
class Rendered:
    """HTML and the Content-Security-Policy it needs."""

    html: str
    policy: str


def render_page(look: Look, record: PageRecord, form: FormView | None = None) -> Rendered:
    """The page with its form as it stands: empty where none is given, with answers and errors after a refused post."""
    page = record.page.model_copy(update={"blocks": record.page.shown_blocks})
    css = page_css(
        look.css_files,
        theme=page.theme,
        blocks=[block.type for block in page.blocks],
        tokens=token_css(record.brand, page.theme),
    )
    context = _context(look, record, css) | {"page": page, "form": form or record.form(), "state": LIVE}
    return _rendered(look, "public/page.html", context, css)


def render_closed(look: Look, record: PageRecord, state: str) -> Rendered:
    """What stands in the page's place before it starts (`upcoming`) and after it ended (`ended`)."""
    css = state_css(look.css_files, tokens=token_css(record.brand, record.page.theme))
    moment = record.page.starts_at if state == UPCOMING else record.page.ends_at
    context = _context(look, record, css) | {
        "state": state,
        "page_title": record.page.heading,
        "when_text": when_text(moment, record.page.locale) if moment else "",
        "message": record.page.ended_message if state == ENDED else "",
    }
    return _rendered(look, f"public/{state}.html", context, css)


def render_states(look: Look, record: PageRecord, *, stamp: str) -> dict[str, Rendered]:
    """Every state the page can be in."""
    made = {LIVE: render_page(look, record, record.form(stamp=stamp))}
    if record.page.starts_at:
        made[UPCOMING] = render_closed(look, record, UPCOMING)
    if record.page.ends_at:
        made[ENDED] = render_closed(look, record, ENDED)
    return made


def compile_states(states: Mapping[str, Rendered]) -> tuple[Compiled, ...]:
    """The bytes of every state in all encodings."""
    return tuple(encoded(state, rendered.html, rendered.policy) for state, rendered in states.items())


def state_at(starts_at: datetime | None, ends_at: datetime | None, now: datetime) -> str:
    """Which state a page is in; its form may be sent from `starts_at` on and before `ends_at`."""
    if starts_at is not None and now < starts_at:
        return UPCOMING
    return ENDED if ends_at is not None and now >= ends_at else LIVE


def when_text(moment: datetime, locale: str) -> str:
    """A moment in the words of a locale, with its zone."""
    shown = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return f"{moment_words(shown, locale, 'long')} {zone_words(shown, locale)}"


def _context(look: Look, record: PageRecord, css: str) -> dict[str, Any]:
    words = look.texts.for_locale(record.page.locale)
    return {
        "locale": record.page.locale,
        "t": words.t,
        "tn": words.tn,
        "site": record.brand,
        "urls": record.urls(),
        "css": css,
        "scripts": look.scripts,
        "favicon": look.favicon,
    }


def _rendered(look: Look, template: str, context: dict[str, Any], css: str) -> Rendered:
    html = look.environment.get_template(template).render(context)
    return Rendered(_compact(html), content_policy(css))


def _compact(html: str) -> str:
    """Without indentation and empty lines, but for the text of text areas and preformatted parts."""
    pieces = _KEPT.split(html.strip())
    return "".join(
        piece if place % 2 else _INDENT.sub("\n", _BLANK_LINES.sub("\n", piece)) for place, piece in enumerate(pieces)
    )
