"""Blocks about the offer: the form, an event's details, its speakers, a look into a file."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from app.pages.block import Block, Image, Line, Link, Markdown, OptionalLine, Part
from app.pages.offer_setup import GatedFile, ZoneName, with_moments


class FormBlock(Block):
    """The page's form (its fields stand in the section `form` of the file)."""

    type: Literal["form"]
    template: ClassVar[str] = "blocks/form.html"
    submit_label: Annotated[str, Field(max_length=60)] = ""
    privacy_note: Markdown = ""
    success: Markdown = ""


class EventDetailsBlock(Block):
    """When and where."""

    type: Literal["event_details"]
    template: ClassVar[str] = "blocks/event_details.html"
    start: datetime
    end: datetime
    zone: ZoneName
    place: OptionalLine = ""
    online_url: Annotated[str, Field(max_length=500, pattern=r"^(https://\S+)?$")] = ""
    capacity: Annotated[int, Field(ge=1)] | None = None
    waitlist: bool = False
    calendar_file: bool = False

    @model_validator(mode="before")
    @classmethod
    def _on_the_wall(cls, data: Any) -> Any:
        return with_moments(data, ("start", "end"))

    @model_validator(mode="after")
    def _in_order(self) -> "EventDetailsBlock":
        if self.end <= self.start:
            raise ValueError("end is not after start")
        return self


class Speaker(Part):
    """A person who speaks."""

    name: Line
    role: OptionalLine = ""
    company: OptionalLine = ""
    bio: Markdown = ""
    photo: Image | None = None
    links: Annotated[tuple[Link, ...], Field(max_length=6)] = ()


class SpeakersBlock(Block):
    """Who speaks."""

    type: Literal["speakers"]
    template: ClassVar[str] = "blocks/speakers.html"
    items: Annotated[tuple[Speaker, ...], Field(min_length=1, max_length=20)]


class AssetPreviewBlock(Block):
    """A look into a gated file; nothing of the file itself is public."""

    type: Literal["asset_preview"]
    template: ClassVar[str] = "blocks/asset_preview.html"
    asset: GatedFile
    cover: Image | None = None
    pages: Annotated[int, Field(ge=1, le=10_000)] | None = None
    toc: Annotated[tuple[Line, ...], Field(max_length=40)] = ()
