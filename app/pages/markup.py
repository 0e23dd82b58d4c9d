"""Markdown to safe HTML: the only place where text becomes markup, and the only user of both cleaners.

Raw HTML in the source is shown as text. The output passes bleach and then nh3, so that safety rests on the
maintained one (decision in ARCHITECTURE.md, Pages).
"""

from functools import lru_cache
from urllib.parse import urlsplit

import bleach
import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

_TABLE_TAGS = frozenset({"table", "thead", "tbody", "tr", "th", "td"})
_LIST_TAGS = frozenset({"ul", "ol", "li"})
_TEXT_TAGS = frozenset({"p", "br", "strong", "em", "a", "h3", "h4", "blockquote", "code", "pre", "hr"})
TAGS = _TEXT_TAGS | _LIST_TAGS | _TABLE_TAGS
_SCHEMES = frozenset({"http", "https", "mailto", "tel"})
_NH3_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
_BLEACH_ATTRIBUTES = {"a": ["href", "title"], "ol": ["start"]}
_LARGEST = 200_000


@lru_cache(maxsize=512)
def render(source: str) -> Markup:
    """The HTML of a Markdown text. Headings start at level 3, since sections of a page have level 2.

    Links keep http, https, mailto, tel, `#...` and paths of this site; others lose their address.
    """
    html = _PARSER.render(source[:_LARGEST])
    html = bleach.clean(html, tags=TAGS, attributes=_BLEACH_ATTRIBUTES, protocols=_SCHEMES, strip=True)
    return Markup(  # noqa: S704  (the output of two cleaners)
        nh3.clean(
            html,
            tags=set(TAGS),
            attributes=_NH3_ATTRIBUTES,
            url_schemes=set(_SCHEMES),
            attribute_filter=_attribute,
            link_rel="noopener",
        ).strip()
    )


def plain(source: str) -> str:
    """The words of a Markdown text without any markup, for mails, calendars and previews."""
    return " ".join(render(source).striptags().split())


def is_safe_link(address: str) -> bool:
    """Whether a link may point there: a known scheme, a path of this site, or a place in the page."""
    if not address or any(letter <= " " or letter == "\x7f" for letter in address) or "\\" in address:
        return False
    if address.startswith("#"):
        return True
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    if parts.scheme:
        return parts.scheme in _SCHEMES and (bool(parts.netloc) or parts.scheme in {"mailto", "tel"})
    return not parts.netloc


def _attribute(tag: str, name: str, value: str) -> str | None:
    if (tag, name) == ("a", "href"):
        return value if is_safe_link(value) else None
    if (tag, name) == ("ol", "start"):
        return value if value.isascii() and value.isdigit() else None
    return value


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False, "typographer": False})
    parser.enable("table").disable("image")
    parser.core.ruler.push("page_headings", _shift_headings)
    return parser


def _shift_headings(state: object) -> None:
    for token in state.tokens:  # type: ignore[attr-defined]
        if token.type in {"heading_open", "heading_close"}:
            token.tag = "h3" if token.tag in {"h1", "h2", "h3"} else "h4"


_PARSER = _parser()
