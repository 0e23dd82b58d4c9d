"""What the linter looks at: one page with its source, its HTML and the facts of the world, and places in its file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel

from app.consent.wording import Purposes
from app.pages.block import Image
from app.pages.document import PageDocument
from app.pages.finding import Finding, Severity
from app.pages.html_facts import HtmlFacts
from app.pages.prepare import Prepared
from app.pages.record import ImageFacts
from app.pages.source import PageSource
from app.pages.yaml_text import Path


@dataclass(frozen=True, slots=True)
class LintFacts:
    """What the linter is told about the world; `pools` maps coupon pools to free codes, None where nobody looked."""

    now: datetime
    purposes: Purposes
    site_documents: frozenset[str]
    wanted_locales: tuple[str, ...]
    known_themes: frozenset[str]
    siblings: tuple[PageDocument, ...]
    images: Mapping[str, ImageFacts]
    pools: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """One page under the linter's eye; `error` and `warning` make findings at a place of its file."""

    source: PageSource
    prepared: Prepared
    html: HtmlFacts
    facts: LintFacts

    @property
    def page(self) -> PageDocument:
        """The page as written."""
        return self.source.document

    def error(self, rule: str, path: Path, message: str) -> Finding:
        """What blocks publishing."""
        return Finding(Severity.ERROR, rule, self.source.fault(path, message))

    def warning(self, rule: str, path: Path, message: str) -> Finding:
        """What should be better."""
        return Finding(Severity.WARNING, rule, self.source.fault(path, message))


def parts_of(document: PageDocument) -> Iterator[tuple[Path, BaseModel]]:
    """Every part of a document with its path."""
    return _parts(document, ())


def image_places(page: PageDocument) -> Iterator[tuple[Path, str]]:
    """Every name of a file of `media/`, with its place."""
    for path, part in parts_of(page):
        if isinstance(part, Image):
            yield (*path, "src"), part.src
    for place, block in enumerate(page.blocks):
        if block.type == "logos":
            yield from ((("blocks", place, "items", n, "image"), item.image) for n, item in enumerate(block.items))
    if page.seo.og not in {"auto", ""}:
        yield ("seo", "og"), page.seo.og


def gated_places(page: PageDocument) -> Iterator[tuple[Path, str]]:
    """Every name of a file of `gated/`, with its place."""
    if page.offer.kind == "ebook":
        yield ("offer", "file"), page.offer.file
    for place, block in enumerate(page.blocks):
        if block.type == "asset_preview":
            yield ("blocks", place, "asset"), block.asset


def _parts(value: object, path: Path) -> Iterator[tuple[Path, BaseModel]]:
    if isinstance(value, BaseModel):
        yield path, value
        for name in type(value).model_fields:
            yield from _parts(getattr(value, name), (*path, name))
    elif isinstance(value, tuple):
        for place, item in enumerate(value):
            yield from _parts(item, (*path, place))
