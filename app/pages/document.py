"""A page as its author wrote it: typed, checked, without anything about how it looks."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

from babel import Locale, UnknownLocaleError
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from app.pages.block import Image, Line, MediaName, Name
from app.pages.blocks import AnyBlock
from app.pages.content_blocks import LogosBlock
from app.pages.form_spec import FormSetup
from app.pages.offer_setup import AnyOffer, with_moments


def _locale(value: str) -> str:
    try:
        Locale.parse(value, sep="-")
    except (UnknownLocaleError, ValueError):
        raise ValueError(f"{value!r} is not a locale; write for example en, vi or cs") from None
    return value


LocaleTag = Annotated[str, AfterValidator(_locale)]


class Seo(BaseModel):
    """What search engines and previews show. `og` is an image of `media/`, or `auto` for none of its own."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)
    title: Annotated[str, Field(min_length=1, max_length=70)]
    description: Annotated[str, Field(max_length=200)] = ""
    og: MediaName | str = "auto"
    noindex: bool = False


class PageDocument(BaseModel):
    """One page in one locale. `starts_at` and `ends_at` bound the time in which its form may be sent."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)
    slug: Name
    locale: LocaleTag
    default: bool = False
    seo: Seo
    theme: Name = "brand"
    offer: AnyOffer
    campaign: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,79}$")] | None = None
    form: FormSetup
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    ended_message: Annotated[str, Field(max_length=2_000)] = ""
    blocks: Annotated[tuple[AnyBlock, ...], Field(min_length=1, max_length=40)]

    @model_validator(mode="before")
    @classmethod
    def _moments(cls, data: Any) -> Any:
        return with_moments(data, ("starts_at", "ends_at"))

    @model_validator(mode="after")
    def _consistent(self) -> "PageDocument":
        ids = [block.id for block in self.blocks]
        for name in ids:
            if ids.count(name) > 1:
                raise ValueError(f"blocks: two blocks have the id {name}")
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValueError("ends_at is not after starts_at")
        return self

    @property
    def shown_blocks(self) -> tuple[AnyBlock, ...]:
        """The blocks of this locale, in order."""
        return tuple(block for block in self.blocks if block.is_shown_in(self.locale))

    @property
    def heading(self) -> Line:
        """The page in a few words: the heading of its first hero, else its title."""
        return next((block.heading for block in self.blocks if block.type == "hero"), self.seo.title)


def media_names(document: PageDocument) -> tuple[str, ...]:
    """Every file of `media/` the page shows, each once, in order."""
    found: dict[str, None] = {}
    for part in _parts(document):
        if isinstance(part, Image):
            found[part.src] = None
        elif isinstance(part, LogosBlock):
            found.update(dict.fromkeys(item.image for item in part.items))
    if document.seo.og not in {"auto", ""}:
        found[document.seo.og] = None
    return tuple(found)


def gated_names(document: PageDocument) -> tuple[str, ...]:
    """Every file of `gated/` the page promises, each once."""
    names = [document.offer.file] if document.offer.kind == "ebook" else []
    names += [block.asset for block in document.blocks if block.type == "asset_preview"]
    return tuple(dict.fromkeys(names))


def _parts(value: object) -> Iterator[BaseModel]:
    if isinstance(value, BaseModel):
        yield value
        for name in type(value).model_fields:
            yield from _parts(getattr(value, name))
    elif isinstance(value, tuple):
        for item in value:
            yield from _parts(item)
