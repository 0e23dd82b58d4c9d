"""Page files and what surrounds them, for tests: a small complete site that lints without an error."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from textwrap import dedent
from typing import Any

from app.adapters.static_files import read_static
from app.pages.build import Build, Circumstances, PageFiles, SiteFiles, build
from app.pages.compile import Look
from app.pages.form_spec import FormSetup, FormSpec, form_spec
from app.pages.record import GatedFacts, ImageFacts
from app.texts import Texts
from app.web.look import make_look

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
BRAND = "name: Linden\nlegal_name: Linden s.r.o.\nemail: hello@linden.example\n"
PURPOSES = dedent(
    """\
    purposes:
      deliver_offer:
        kind: request
        version: "1"
        wording:
          en: {label: Delivering what you asked for}
      newsletter:
        kind: consent
        version: "1"
        wording:
          en: {label: Yes please, notice: About tea, frequency: Monthly, withdraw: One press}
          vi: {label: Vâng, notice: Về trà, frequency: Hàng tháng, withdraw: Một lần bấm}
          cs: {label: Ano, notice: O čaji, frequency: Měsíčně, withdraw: Jedním stisknutím}
    """
)
PAGE = dedent(
    """\
    slug: guide
    locale: en
    default: true
    seo: {title: The guide, description: Eight pages about tea}
    offer: {kind: ebook, title: The guide, file: guide.pdf}
    form:
      submit_label: Send me the guide
      consents: [newsletter]
      fields:
        - {key: email, type: email, label: Email, required: true}
        - {key: first_name, type: text, label: First name}
    blocks:
      - {id: top, type: hero, heading: The guide, cta: {label: Get it, target: "#form"}}
      - {id: form, type: form, heading: Where to}
      - {id: end, type: footer}
    """
)


def png(width: int = 4, height: int = 3) -> bytes:
    """The beginning of a PNG file, as far as its size."""
    return b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + width.to_bytes(4, "big") + height.to_bytes(4, "big")


@cache
def look() -> Look:
    """The look of the program itself."""
    return make_look(Texts(), read_static())


def spec(*fields: dict[str, Any], locale: str = "en", **setup: Any) -> FormSpec:
    """A form of these fields, labels added; without an email field it gets one that is not required."""
    listed = [{"label": each["key"], **each} for each in fields]
    return form_spec(FormSetup.model_validate({"fields": listed, "submit_label": "Go on", **setup}), locale)


def page_files(page: str = PAGE, **others: str) -> PageFiles:
    """The folder `guide` with its English page; `others` are pages of more locales."""
    return PageFiles(
        folder="landing_pages/guide",
        pages={"page.en.yaml": page, **{f"page.{locale}.yaml": text for locale, text in others.items()}},
        texts={"body.en.md": "Some *words*."},
        images={"bowl.png": ImageFacts(digest="ab" * 32, media_type="image/png", size=900, width=4, height=3)},
        gated={"guide.pdf": GatedFacts(digest="cd" * 32, media_type="application/pdf", size=2000)},
    )


def site_files(**documents: str) -> SiteFiles:
    """The folder `_site`; names with a dot are written with two underscores (`privacy__en`)."""
    given = {name.replace("__", "."): text for name, text in documents.items()}
    plain = {f"privacy.{locale}": "Who we are." for locale in ("en", "vi", "cs")}
    return SiteFiles("landing_pages/_site", {"brand": BRAND, "purposes": PURPOSES, **plain, **given})


def circumstances(**given: Any) -> Circumstances:
    """A site in English alone, on the day of the tests."""
    usual: dict[str, Any] = {
        "base_url": "https://tea.example",
        "default_locale": "en",
        "locales": ("en",),
        "now": NOW,
    }
    return Circumstances(**(usual | given))


def built(page: str = PAGE, *, site: SiteFiles | None = None, **given: Any) -> Build:
    """The site with this one English page."""
    return build(look(), site or site_files(), [page_files(page)], circumstances(**given))


def write_site(root: Path, page: str = PAGE, **others: str) -> Path:
    """The same site as files below `root`; gives back the folder of pages."""
    folder = root / "landing_pages"
    for name, text in {"brand.yaml": BRAND, "purposes.yaml": PURPOSES}.items():
        _write(folder / "_site" / name, text.encode())
    for locale in ("en", "vi", "cs"):
        _write(folder / "_site" / f"privacy.{locale}.md", b"Who we are.")
    _write(folder / "guide" / "page.en.yaml", page.encode())
    for locale, text in others.items():
        _write(folder / "guide" / f"page.{locale}.yaml", text.encode())
    _write(folder / "guide" / "gated" / "guide.pdf", b"%PDF-1.4 the guide")
    _write(folder / "guide" / "media" / "bowl.png", png())
    return folder


def _write(path: Path, body: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
