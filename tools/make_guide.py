"""Prints the demo's guide: `tools/guide/<locale>.md` to a PDF in `gated/`, and its cover to an SVG in `media/`.

Run by hand after a change of the text: `.venv/bin/python tools/make_guide.py` (needs Chromium and the Noto fonts).
"""

import html
import os
import shutil
from pathlib import Path

from markdown_it import MarkdownIt
from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent / "guide"
PAGE = HERE.parents[1] / "landing_pages" / "tea-list-guide"
LOCALES = ("en", "vi", "cs")
CHAPTER = {"en": "Chapter {n}", "vi": "Chương {n}", "cs": "Kapitola {n}"}
TEAS = ("#7a2f14", "#b5622a", "#c9c75b", "#e3a9b9", "#e8c766", "#8d9a4a")
SERIF = "ui-serif,'Palatino Linotype',Palatino,'Noto Serif',Georgia,serif"
COVER = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 420 594"><rect width="420" height="594" fill="#e6efe5"/>'
    '<path d="M40 36H380" stroke="#14241d" stroke-width="2"/><g font-family="{serif}">'
    '<text y="84" font-size="40" letter-spacing="-.8" fill="#14241d">{title}</text>{subtitle}</g>{bowls}'
    '<path d="M40 556H380" stroke="#14241d"/><text x="40" y="577" font-size="11" font-family="sans-serif" '
    'font-weight="700" fill="#9b0e4e">Linden &amp; Lotus</text></svg>'
)
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


def main() -> None:
    """Make the three guides and their covers."""
    chromium = os.environ.get("CHROMIUM_PATH") or shutil.which("chromium")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for locale in LOCALES:
            sections = (HERE / f"{locale}.md").read_text("utf-8").split("\n===\n")
            title, subtitle = (line.lstrip("# ") for line in sections[0].strip().split("\n\n"))
            drawn = cover(title, subtitle)
            (PAGE / "media" / f"guide-cover.{locale}.svg").write_text(drawn, "utf-8")
            page = browser.new_page()
            page.set_content(book(locale, title, drawn, sections[1:]))
            page.pdf(
                path=PAGE / "gated" / f"tea-list-guide.{locale}.pdf",
                prefer_css_page_size=True,
                print_background=True,
                tagged=True,
                outline=True,
            )
        browser.close()


def book(locale: str, title: str, drawn: str, chapters: list[str]) -> str:
    """The whole guide as one HTML document, one section a page."""
    pages = "".join(
        f'<section class="{"wall" if number == len(chapters) else ""}">'
        f'{_ornament(number)}<span class="no">{CHAPTER[locale].format(n=number)}</span>{_MARKDOWN.render(chapter)}'
        f'<div class="foot"><span>{html.escape(title)}</span><span>{number + 1}</span></div></section>'
        for number, chapter in enumerate(chapters, start=1)
    )
    style = (HERE / "guide.css").read_text("utf-8")
    head = f'<meta charset="utf-8"><title>{html.escape(title)}</title><style>{style}</style>'
    return (
        f'<!doctype html><html lang="{locale}"><head>{head}</head>'
        f'<body><section class="cover">{drawn}</section>{pages}</body></html>'
    )


def cover(title: str, subtitle: str) -> str:
    """The cover: the title, and six bowls in the colours of the six teas."""
    lines = _wrapped(title, 19)
    text = "".join(
        f'<tspan x="40" dy="{47 if place else 0}">{html.escape(line)}</tspan>' for place, line in enumerate(lines)
    )
    below = 116 + 47 * (len(lines) - 1)
    small = "".join(
        f'<text x="40" y="{below + 18 * place}" font-size="13.5" fill="#4b5e54">{html.escape(line)}</text>'
        for place, line in enumerate(_wrapped(subtitle, 40))
    )
    bowls = "".join(_bowl(102 + 108 * (n % 3), 372 + 92 * (n // 3), tea) for n, tea in enumerate(TEAS))
    return COVER.format(serif=SERIF, title=text, subtitle=small, bowls=bowls)


def _ornament(number: int) -> str:
    tea = TEAS[(number - 1) % len(TEAS)]
    return f'<svg class="bowl" viewBox="-50 -16 100 80" aria-hidden="true">{_bowl(0, 0, tea)}</svg>'


def _bowl(x: int, y: int, tea: str) -> str:
    return (
        f'<g transform="translate({x} {y})" stroke="#14241d" stroke-width="2.500" stroke-linejoin="round">'
        '<path d="M-44 0C-44 40-26 58 0 58S44 40 44 0Z" fill="#fff"/>'
        f'<ellipse rx="44" ry="11" fill="{tea}"/></g>'
    )


def _wrapped(text: str, width: int) -> list[str]:
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


if __name__ == "__main__":
    main()
