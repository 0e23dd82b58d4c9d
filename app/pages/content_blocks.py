"""Blocks that tell: hero, benefits, rich text, testimonials, logos, faq, stats, steps, cta band, footer."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from app.pages.block import (
    Block,
    Cta,
    IconName,
    Image,
    Line,
    Link,
    Markdown,
    MediaName,
    OptionalLine,
    Part,
    Target,
)


class HeroBlock(Block):
    """The opening: what is offered, to whom, and the way to it."""

    type: Literal["hero"]
    template: ClassVar[str] = "blocks/hero.html"
    heading: Line
    lead: Markdown = ""
    eyebrow: OptionalLine = ""
    image: Image | None = None
    cta: Cta | None = None
    cta2: Cta | None = None
    form_slot: bool = False
    layout: Literal["split", "centred", "background"] = "split"


class Benefit(Part):
    """One thing the visitor gains."""

    icon: IconName = ""
    title: Line
    text: Markdown = ""


class BenefitsBlock(Block):
    """Two to twelve benefits in columns."""

    type: Literal["benefits"]
    template: ClassVar[str] = "blocks/benefits.html"
    items: Annotated[tuple[Benefit, ...], Field(min_length=2, max_length=12)]
    columns: Literal[2, 3, 4] = 3


class RichTextBlock(Block):
    """Running text in Markdown."""

    type: Literal["rich_text"]
    template: ClassVar[str] = "blocks/rich_text.html"
    body: Annotated[Markdown, Field(min_length=1)]


class Testimonial(Part):
    """What somebody said."""

    quote: Annotated[str, Field(min_length=1, max_length=800)]
    name: Line
    role: OptionalLine = ""
    company: OptionalLine = ""
    photo: Image | None = None
    rating: Annotated[int, Field(ge=1, le=5)] | None = None


class TestimonialsBlock(Block):
    """Voices of customers."""

    type: Literal["testimonials"]
    template: ClassVar[str] = "blocks/testimonials.html"
    items: Annotated[tuple[Testimonial, ...], Field(min_length=1, max_length=12)]
    layout: Literal["cards", "single"] = "cards"


class Logo(Part):
    """A mark of a company; `alt` is its name."""

    image: MediaName
    alt: Line
    url: Target | None = None


class LogosBlock(Block):
    """A row of marks."""

    type: Literal["logos"]
    template: ClassVar[str] = "blocks/logos.html"
    items: Annotated[tuple[Logo, ...], Field(min_length=1, max_length=20)]
    caption: OptionalLine = ""


class Question(Part):
    """A question and its answer."""

    question: Line
    answer: Annotated[Markdown, Field(min_length=1)]


class FaqBlock(Block):
    """Questions that open."""

    type: Literal["faq"]
    template: ClassVar[str] = "blocks/faq.html"
    items: Annotated[tuple[Question, ...], Field(min_length=1, max_length=40)]
    open_first: bool = False
    structured_data: bool = False


class Stat(Part):
    """A figure and where it comes from."""

    value: Annotated[str, Field(min_length=1, max_length=30)]
    label: Line
    source: OptionalLine = ""


class StatsBlock(Block):
    """Figures."""

    type: Literal["stats"]
    template: ClassVar[str] = "blocks/stats.html"
    items: Annotated[tuple[Stat, ...], Field(min_length=1, max_length=8)]


class Step(Part):
    """One step of a way."""

    title: Line
    text: Markdown = ""
    icon: IconName = ""


class StepsBlock(Block):
    """What happens, in order."""

    type: Literal["steps"]
    template: ClassVar[str] = "blocks/steps.html"
    items: Annotated[tuple[Step, ...], Field(min_length=2, max_length=10)]


class CtaBandBlock(Block):
    """A last call before the end."""

    type: Literal["cta_band"]
    template: ClassVar[str] = "blocks/cta_band.html"
    text: Markdown = ""
    cta: Cta
    cta2: Cta | None = None


class FooterBlock(Block):
    """Links, imprint and the language switch. The privacy link is always there, whatever `links` says."""

    type: Literal["footer"]
    template: ClassVar[str] = "blocks/footer.html"
    links: Annotated[tuple[Link, ...], Field(max_length=12)] = ()
    imprint: Markdown = ""
    social: Annotated[tuple[Link, ...], Field(max_length=8)] = ()
    language_switch: bool = True
