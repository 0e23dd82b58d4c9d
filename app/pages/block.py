"""What every block has, and the parts that blocks share: images, links, calls to action."""

import re
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

_NAME = r"^[a-z][a-z0-9-]{0,59}$"


def _target(value: str) -> str:
    if re.fullmatch(r"#[a-z][a-z0-9-]{0,59}|/(?!/)\S*|https?://\S+|mailto:\S+|tel:\+?[0-9 ()-]+", value):
        return value
    raise ValueError("a link starts with #, /, https://, http://, mailto: or tel:")


def _media_name(value: str) -> str:
    if not re.fullmatch(r"[\w][\w .-]*\.(png|jpe?g|webp|avif|gif|svg)", value, re.IGNORECASE):
        raise ValueError("write the name of an image in the page's media/ folder (png, jpg, webp, avif, gif, svg)")
    return value


Target = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_target)]
MediaName = Annotated[str, Field(max_length=120), AfterValidator(_media_name)]
Name = Annotated[str, Field(pattern=_NAME)]
Line = Annotated[str, Field(min_length=1, max_length=200)]
OptionalLine = Annotated[str, Field(max_length=200)]
Markdown = Annotated[str, Field(max_length=40_000)]
IconName = Annotated[str, Field(pattern=r"^([a-z0-9-]{1,40})?$")]


class Part(BaseModel):
    """A piece of a block; unknown keys are faults."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Image(Part):
    """A picture from `media/`. `alt` says what it shows; an empty one marks it as mere decoration."""

    src: MediaName
    alt: Annotated[str, Field(max_length=300)]
    focus: Literal["", "left", "right", "top", "bottom", "center"] = ""


class Cta(Part):
    """A call to action: what one gets, and where it leads."""

    label: Annotated[str, Field(min_length=1, max_length=60)]
    target: Target


class Link(Part):
    """A plain link."""

    label: Line
    url: Target


class Show(Part):
    """Where a block appears; an empty list means everywhere."""

    locales: tuple[str, ...] = ()


class Block(Part):
    """Common to all blocks."""

    template: ClassVar[str]

    id: Name
    type: str
    anchor: Annotated[str, Field(pattern=r"^([a-z][a-z0-9-]{0,59})?$")] = ""
    theme: Literal["plain", "soft", "brand", "dark"] = "plain"
    width: Literal["text", "wide", "full"] = "wide"
    show: Show = Show()
    heading: OptionalLine = ""
    intro: Markdown = ""

    @property
    def target(self) -> str:
        """The id of the section in the page: where `#...` links point."""
        return self.anchor or self.id

    def is_shown_in(self, locale: str) -> bool:
        """Whether the block belongs to the page of that locale."""
        return not self.show.locales or locale in self.show.locales
