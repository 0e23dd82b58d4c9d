"""A page's source and what surrounds it, made into everything that publishing stores. Pure: nothing is stored here."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from app.consent.wording import Purposes
from app.json_text import dumps
from app.pages.brand import Brand
from app.pages.compile import Look, Rendered, compile_states, render_states
from app.pages.document import PageDocument, gated_names, media_names
from app.pages.encoding import Compiled
from app.pages.page_view import page_path
from app.pages.record import ConsentRecord, GatedFacts, ImageFacts, PageRecord
from app.pages.source import PageSource

STAMP_LENGTH = 16
F = TypeVar("F")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a page is published into: the site's documents and files, the files beside the page, its base address."""

    brand: Brand
    purposes: Purposes
    images: Mapping[str, ImageFacts]
    gated: Mapping[str, GatedFacts]
    base_url: str


@dataclass(frozen=True, slots=True)
class AssetFacts:
    """One stored file as its table row."""

    digest: str
    visibility: str
    name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Prepared:
    """A revision to be: its record, its source, the hash over both and over what visitors will see, its bytes."""

    record: PageRecord
    source: str
    content_hash: str
    states: Mapping[str, Rendered]
    compiled: tuple[Compiled, ...]
    assets: tuple[AssetFacts, ...]

    @property
    def document(self) -> PageDocument:
        """The page."""
        return self.record.page


def prepare(
    look: Look, source: PageSource, around: Surroundings, siblings: Sequence[PageDocument], *, default_locale: str
) -> Prepared:
    """Make the revision of `source`. `siblings` are all locales of the page, itself included, in order.

    The hash covers what the author wrote, the record (site documents, wordings, files, siblings) and the rendered
    bytes (templates, style, translations): whatever a visitor would see differently makes another revision.
    """
    record = _record(source.document, around, siblings, default_locale)
    unstamped = render_states(look, record, stamp="")
    content_hash = _content_hash(source, record, unstamped)
    states = render_states(look, record, stamp=content_hash[:STAMP_LENGTH])
    return Prepared(
        record=record,
        source=source.joined,
        content_hash=content_hash,
        states=states,
        compiled=compile_states(states),
        assets=_assets(record),
    )


def default_of(siblings: Sequence[PageDocument], default_locale: str) -> PageDocument:
    """The sibling at `/p/<slug>`: the one that says so, else the one in the settings' locale, else the first."""
    marked = [page for page in siblings if page.default]
    settled = [page for page in siblings if page.locale == default_locale]
    return (marked or settled or list(siblings))[0]


def _record(
    page: PageDocument, around: Surroundings, siblings: Sequence[PageDocument], default_locale: str
) -> PageRecord:
    default = default_of(siblings, default_locale)
    paths = {
        other.locale: page_path(other.slug, other.locale, is_default=other.locale == default.locale)
        for other in siblings
    }
    images = _chosen(around.images, (*media_names(page), *([around.brand.logo] if around.brand.logo else [])))
    return PageRecord(
        page=page,
        brand=around.brand,
        is_default=page.locale == default.locale,
        base_url=around.base_url.rstrip("/"),
        alternates=paths if len(paths) > 1 else {},
        x_default=paths[default.locale] if len(paths) > 1 else "",
        images=images,
        gated=_chosen(around.gated, gated_names(page)),
        consents=tuple(_consents(page, around.purposes)),
    )


def _consents(page: PageDocument, purposes: Purposes) -> list[ConsentRecord]:
    found = ((offer.purpose, purposes.wording(offer.purpose, page.locale)) for offer in page.form.consents)
    return [
        ConsentRecord(purpose=purpose, version=words.version, wording=words.content_hash, **words.texts())
        for purpose, words in found
        if words is not None
    ]


def _chosen(files: Mapping[str, F], names: Sequence[str]) -> dict[str, F]:
    return {name: files[name] for name in names if name in files}


def _content_hash(source: PageSource, record: PageRecord, states: Mapping[str, Rendered]) -> str:
    parts = [source.joined, dumps(record.as_json())]
    parts += [f"{state}\n{rendered.policy}\n{rendered.html}" for state, rendered in sorted(states.items())]
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()


def _assets(record: PageRecord) -> tuple[AssetFacts, ...]:
    return tuple(
        AssetFacts(facts.digest, visibility, name, facts.media_type, facts.size)
        for visibility, files in (("public", record.images), ("gated", record.gated))
        for name, facts in files.items()
    )
