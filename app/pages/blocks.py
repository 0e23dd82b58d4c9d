"""The one registry of blocks. A new block is one class here, one template, one line in docs/pages.md."""

from typing import Annotated, TypeAlias

from pydantic import Field

from app.pages.block import Block
from app.pages.content_blocks import (
    BenefitsBlock,
    CtaBandBlock,
    FaqBlock,
    FooterBlock,
    HeroBlock,
    LogosBlock,
    RichTextBlock,
    StatsBlock,
    StepsBlock,
    TestimonialsBlock,
)
from app.pages.offer_blocks import AssetPreviewBlock, EventDetailsBlock, FormBlock, SpeakersBlock

BLOCKS: dict[str, type[Block]] = {
    "hero": HeroBlock,
    "benefits": BenefitsBlock,
    "form": FormBlock,
    "rich_text": RichTextBlock,
    "testimonials": TestimonialsBlock,
    "logos": LogosBlock,
    "faq": FaqBlock,
    "stats": StatsBlock,
    "steps": StepsBlock,
    "event_details": EventDetailsBlock,
    "speakers": SpeakersBlock,
    "asset_preview": AssetPreviewBlock,
    "cta_band": CtaBandBlock,
    "footer": FooterBlock,
}

AnyBlock: TypeAlias = Annotated[
    HeroBlock
    | BenefitsBlock
    | FormBlock
    | RichTextBlock
    | TestimonialsBlock
    | LogosBlock
    | FaqBlock
    | StatsBlock
    | StepsBlock
    | EventDetailsBlock
    | SpeakersBlock
    | AssetPreviewBlock
    | CtaBandBlock
    | FooterBlock,
    Field(discriminator="type"),
]
