"""A brand's tokens as CSS custom properties, and the contrast of every pair of colours that meet on a page."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from app.pages.brand import Brand, Palette, Tokens
from app.pages.colour import contrast, readable_on

TEXT, SHAPE = 4.5, 3.0  # WCAG 2.2: 1.4.3 (text) and 1.4.11 (edges of controls)
PAIRS: tuple[tuple[str, str, float], ...] = (
    *((text, ground, TEXT) for text in ("ink", "muted", "link") for ground in ("paper", "soft", "raised")),
    ("on-accent", "accent", TEXT),
    ("on-brand", "brand", TEXT),
    *((text, "deep", TEXT) for text in ("on-deep", "deep-muted", "deep-link")),
    *(("danger", ground, TEXT) for ground in ("paper", "raised")),
    *(("edge", ground, SHAPE) for ground in ("paper", "raised")),
)
_RULE = re.compile(r"(@media[^{]*prefers-color-scheme:\s*dark[^{]*\{\s*)?(:where\(:root\)|:root)\s*\{([^}]*)\}")
_TOKEN = re.compile(r"--([a-z][a-z-]*):\s*(#[0-9a-fA-F]{3,6})\s*(?:;|$)")


@dataclass(frozen=True, slots=True)
class PoorContrast:
    """Two colours that meet and are too alike."""

    scheme: str
    text: str
    ground: str
    ratio: float
    needed: float


def token_css(brand: Brand, theme: str) -> str:
    """The custom properties of a theme, day and night, to stand after the defaults of the style sheet."""
    light: dict[str, str] = {}
    dark: dict[str, str] = {}
    for tokens in (brand.tokens, brand.themes.get(theme, Tokens())):
        light |= _colours(tokens.light) | _shapes(tokens)
        dark |= _colours(tokens.dark)
    css = f":root{{{_declarations(light)}}}" if light else ""
    return css + (f"@media(prefers-color-scheme:dark){{:root{{{_declarations(dark)}}}}}" if dark else "")


def poor_contrasts(css: str) -> list[PoorContrast]:
    """Every pair of tokens in a style sheet whose contrast is below what WCAG 2.2 AA asks, in both schemes."""
    light, dark = _schemes(css)
    return [*_poor("light", light), *_poor("dark", dark)]


def _poor(scheme: str, tokens: Mapping[str, str]) -> list[PoorContrast]:
    met = [(text, ground, need) for text, ground, need in PAIRS if text in tokens and ground in tokens]
    measured = [(text, ground, contrast(tokens[text], tokens[ground]), need) for text, ground, need in met]
    return [PoorContrast(scheme, text, ground, ratio, need) for text, ground, ratio, need in measured if ratio < need]


def _schemes(css: str) -> tuple[dict[str, str], dict[str, str]]:
    """Tokens by scheme. Rules on `:where(:root)` are defaults that any rule on `:root` beats, by specificity."""
    light: dict[str, str] = {}
    dark: dict[str, str] = {}
    for rule in sorted(_RULE.finditer(css), key=lambda found: (found[2] == ":root", bool(found[1]))):
        tokens = dict(_TOKEN.findall(rule[3]))
        dark.update(tokens)
        if not rule[1]:
            light.update(tokens)
    return light, dark


def _colours(palette: Palette) -> dict[str, str]:
    chosen = {name.replace("_", "-"): colour for name, colour in palette if colour}
    for ground in ("accent", "brand"):
        if ground in chosen:
            chosen.setdefault(f"on-{ground}", readable_on(chosen[ground]))
    return chosen


def _shapes(tokens: Tokens) -> dict[str, str]:
    fonts = {"text": tokens.text_font, "head": tokens.heading_font}
    shapes = {name: f"var(--{font})" for name, font in fonts.items() if font}
    return shapes | ({"radius": tokens.radius} if tokens.radius else {})


def _declarations(tokens: Mapping[str, str]) -> str:
    return ";".join(f"--{name}:{value}" for name, value in tokens.items())
