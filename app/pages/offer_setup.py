"""The `offer` section of a page file: an ebook, a seat in a webinar, or a coupon."""

from datetime import datetime
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from app.pages.moment import moment, zone

Title = Annotated[str, Field(min_length=1, max_length=200)]


def _gated_name(value: str) -> str:
    if "/" in value or "\\" in value or value.startswith("."):
        raise ValueError("write the name of a file in the page's gated/ folder, without a path")
    return value


def _zone_name(value: str) -> str:
    return zone(value).key


GatedFile = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_gated_name)]
ZoneName = Annotated[str, AfterValidator(_zone_name)]


class OfferSetup(BaseModel):
    """What every offer has."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)
    kind: str
    title: Title


class EbookSetup(OfferSetup):
    """A file of the page's `gated/` folder, for so many days and downloads."""

    kind: Literal["ebook"]
    file: GatedFile
    expires_days: Annotated[int, Field(ge=1, le=365)] = 7
    max_downloads: Annotated[int, Field(ge=1, le=100)] = 5


class WebinarSetup(OfferSetup):
    """A session at one time; written as a wall clock of `zone` or with an offset."""

    kind: Literal["webinar"]
    starts_at: datetime
    ends_at: datetime
    zone: ZoneName
    place: str = Field(default="", max_length=300)
    online_url: str = Field(default="", max_length=500, pattern=r"^(https://\S+)?$")
    description: str = Field(default="", max_length=4_000)
    host: str = Field(default="", max_length=200)

    @model_validator(mode="before")
    @classmethod
    def _on_the_wall(cls, data: Any) -> Any:
        return with_moments(data, ("starts_at", "ends_at"))

    @model_validator(mode="after")
    def _takes_place(self) -> "WebinarSetup":
        if self.ends_at <= self.starts_at:
            raise ValueError("ends_at is not after starts_at")
        if not (self.place or self.online_url):
            raise ValueError("a webinar needs a place or an online_url")
        return self


class CouponSetup(OfferSetup):
    """A code from a pool."""

    kind: Literal["coupon"]
    pool: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,79}$")]
    terms: str = Field(default="", max_length=4_000)
    valid_until: datetime | None = None

    @model_validator(mode="before")
    @classmethod
    def _on_the_wall(cls, data: Any) -> Any:
        return with_moments(data, ("valid_until",))


OFFER_SETUPS: dict[str, type[OfferSetup]] = {
    "ebook": EbookSetup,
    "webinar": WebinarSetup,
    "coupon": CouponSetup,
}
AnyOffer: TypeAlias = Annotated[EbookSetup | WebinarSetup | CouponSetup, Field(discriminator="kind")]


def with_moments(data: Any, names: tuple[str, ...]) -> Any:
    """`data` with the named texts read as moments in `data["zone"]`, where that is given."""
    if not isinstance(data, dict):
        return data
    place = data.get("zone")
    read = dict(data)
    for name in names:
        if isinstance(read.get(name), str):
            read[name] = moment(read[name], place if isinstance(place, str) else "")
    return read
