"""Pages beside the demo's: every field, every block, a page that is over, one that opens later, one without codes."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.factories import demo_site

_HEAD = """\
slug: {slug}
locale: en
default: true
theme: {theme}
seo: {{title: {title}, description: A page of the tests}}
offer: {{kind: webinar, title: {title}, starts_at: 2027-03-18 10:00, ends_at: 2027-03-18 11:00, zone: Europe/Prague,
  place: "Café Meandr, Lipová 12, Praha"}}
form:
  submit_label: Save my seat
  fields: [{{key: email, type: email, label: Email, required: true}}]
{more}blocks:
  - {{id: top, type: hero, heading: {title}{hero}}}
  - {{id: form, type: form}}
{blocks}  - {{id: end, type: footer, language_switch: true, social: [{{label: Elsewhere, url: "https://elsewhere.example/"}}]}}
"""
_HERO = """, eyebrow: Small, lead: "Every *block*, once", image: {src: bar.svg, alt: A bowl},
      cta: {label: Go, target: "#form"}"""
_BLOCKS = """\
  - {id: known, type: logos, heading: Where they pour it, caption: Houses made up for the demo, items: [
      {image: bar.svg, alt: Café Meandr, url: "https://meandr.example/"}, {image: bar.svg, alt: Hotel Lipa}]}
  - id: voices
    type: testimonials
    theme: dark
    heading: What they say
    items:
      - {quote: We went from twenty-two teas to six., name: The floor manager, company: Café Meandr, rating: 5}
      - {quote: Ninety seconds and the tray is at the table., name: A bar trainer, photo: {src: bar.svg, alt: ""}}
      - {quote: Good tea., name: A guest}
  - {id: figures, type: stats, theme: brand, items: [{value: 90 s, label: from order to table, source: our own watch},
      {value: 7 %, label: of the price}]}
  - {id: why, type: benefits, columns: 2, heading: Why, items: [{icon: leaf, title: Fresh, text: Picked in spring},
      {icon: cup, title: Hot}]}
  - {id: how, type: steps, theme: soft, heading: How, items: [{title: Ask}, {title: Confirm, text: One press}]}
  - {id: when, type: event_details, theme: dark, start: 2027-03-18 10:00, end: 2027-03-18 11:00, zone: Europe/Prague,
      place: "Lipová 12", capacity: 30, waitlist: true, calendar_file: true}
  - {id: who, type: speakers, theme: brand, heading: Who, items: [{name: Our head of tasting, role: Chooses every lot,
      photo: {src: bar.svg, alt: ""}, links: [{label: More, url: "https://elsewhere.example/"}]}]}
  - id: text
    type: rich_text
    heading: A long text
    body: |
      ## A part

      Some *words*, a [link](https://elsewhere.example/), and a wordthatislongerthananynarrowscreencouldshowononeline.

      | leaf | heat |
      |---|---|
      | green | 70 °C |

      > A quotation.

      1. one
      2. two
  - {id: ask, type: faq, theme: brand, open_first: true, heading: Asked, items: [{question: Why?, answer: Because.}]}
  - {id: last, type: cta_band, theme: dark, heading: Ready?, text: It starts soon., cta: {label: Save my seat, target:
      "#form"}, cta2: {label: Read on, target: "#text"}}
"""


def write(folder: Path) -> None:
    """Write the pages into a folder of page files."""
    _page(folder, "parts", theme="brand", hero=_HERO, blocks=_BLOCKS)
    _page(
        folder, "over", theme="poster", more="ends_at: 2026-01-31 18:00 Europe/Prague\nended_message: It was lovely.\n"
    )
    _page(folder, "soon", theme="editorial", more="starts_at: 2031-01-31 18:00 Europe/Prague\n")
    _page(folder, "live", theme="ticket")
    every = folder / "every"
    (every / "gated").mkdir(parents=True)
    (every / "gated" / "Průvodce čajem.pdf").write_bytes(demo_site.GUIDE_FILE)
    (every / "page.en.yaml").write_text(demo_site.EVERY, "utf-8")


def _page(folder: Path, slug: str, *, theme: str, hero: str = "", blocks: str = "", more: str = "") -> None:
    text = _HEAD.format(slug=slug, theme=theme, title=f"The {slug} page", hero=hero, blocks=blocks, more=more)
    (folder / slug / "media").mkdir(parents=True)
    (folder / slug / "page.en.yaml").write_text(text, "utf-8")
    shutil.copy(folder / "tea-service-live" / "media" / "bar.svg", folder / slug / "media")
