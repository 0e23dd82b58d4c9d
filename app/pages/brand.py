"""`_site/brand.yaml`: who publishes, and the tokens of the look."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from app.pages.block import Target
from app.pages.colour import rgb


def _colour(value: str) -> str:
    rgb(value)
    return value.lower()


Colour = Annotated[str, AfterValidator(_colour)]
Line = Annotated[str, Field(max_length=300)]
Font = Literal["sans", "serif", "mono"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Palette(_Part):
    """Colours by their task; what is absent keeps the default of the style sheet."""

    paper: Colour | None = None
    raised: Colour | None = None
    soft: Colour | None = None
    ink: Colour | None = None
    muted: Colour | None = None
    line: Colour | None = None
    edge: Colour | None = None
    accent: Colour | None = None
    on_accent: Colour | None = None
    link: Colour | None = None
    brand: Colour | None = None
    on_brand: Colour | None = None
    deep: Colour | None = None
    on_deep: Colour | None = None
    deep_muted: Colour | None = None
    deep_link: Colour | None = None
    danger: Colour | None = None
    danger_soft: Colour | None = None


class Tokens(_Part):
    """The look of one theme: colours by day and by night, corners, typefaces."""

    light: Palette = Palette()
    dark: Palette = Palette()
    radius: Annotated[str, Field(pattern=r"^(\d{1,2}px)?$")] = ""
    text_font: Font | None = None
    heading_font: Font | None = None


class Brand(_Part):
    """The publisher of all pages. `tokens` holds for every page, `themes` adds to it for pages of that theme."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    legal_name: Line = ""
    tagline: Line = ""
    address: Line = ""
    company_id: Line = ""
    url: Target | Literal[""] = ""
    email: Annotated[str, Field(max_length=254, pattern=r"^([^@\s]+@[^@\s]+)?$")] = ""
    phone: Line = ""
    logo: Annotated[str, Field(max_length=120, pattern=r"^([\w][\w.-]*\.(svg|png|webp))?$")] = ""
    tokens: Tokens = Tokens()
    themes: dict[str, Tokens] = {}
