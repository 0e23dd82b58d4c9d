"""The one style sheet of a page: the parts it needs, in a fixed order, small, with its hash for the policy."""

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping

from markupsafe import Markup

_STRING = re.compile(r"""("[^"\n]*"|'[^'\n]*')""")


def page_css(files: Mapping[str, str], *, theme: str, blocks: Iterable[str], tokens: str) -> Markup:
    """The style of a page. `files` maps names such as `base.css`, `art/<theme>.css`, `form.css` to their texts."""
    names = ["base.css", f"art/{theme}.css", *(f"blocks/{name}.css" for name in dict.fromkeys(blocks)), "form.css"]
    return _joined(files, names, tokens)


def state_css(files: Mapping[str, str], *, tokens: str) -> Markup:
    """The style of the pages around the form: waiting, confirm, delivered, errors and the like."""
    return _joined(files, ["base.css", "form.css", "state.css"], tokens)


def content_policy(css: str) -> str:
    """The Content-Security-Policy of a page with this style: nothing from elsewhere, nothing inline but the style."""
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src 'self'; script-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def minified(css: str) -> str:
    """The same rules without comments and needless blanks; texts in quotes stay as they are."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    pieces = _STRING.split(css)
    return "".join(piece if place % 2 else _tightened(piece) for place, piece in enumerate(pieces)).strip()


def _joined(files: Mapping[str, str], names: list[str], tokens: str) -> Markup:
    css = minified("\n".join([tokens, *(files[name] for name in names if name in files)]))
    if "</" in css:
        raise ValueError("a style sheet must not contain </")
    return Markup(css)  # noqa: S704  (our own style files and checked tokens)


def _tightened(piece: str) -> str:
    piece = re.sub(r"\s+", " ", piece)
    piece = re.sub(r" ?([{};]) ?", r"\1", piece)
    piece = re.sub(r"([,:]) ", r"\1", piece)
    return piece.replace(";}", "}")
