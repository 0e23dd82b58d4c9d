"""What a revision remembers: all that is needed to show its page again and handle its form, whatever changed since."""

from functools import cached_property
from typing import Any

from pydantic import BaseModel, ConfigDict

from app.pages.brand import Brand
from app.pages.document import PageDocument
from app.pages.form_spec import FormSpec, form_spec
from app.pages.page_view import ConsentView, FormView, MediaUrl, Urls, media_path, page_path, privacy_path


class ImageFacts(BaseModel):
    """One published file: its SHA-256, its type, and its size in pixels (0 where unknown)."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    digest: str
    media_type: str
    size: int
    width: int = 0
    height: int = 0


class GatedFacts(BaseModel):
    """One gated file: its SHA-256, its type, its size in bytes."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    digest: str
    media_type: str
    size: int


class ConsentRecord(BaseModel):
    """A purpose as offered on the page: the wording's hash and its texts, word for word."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    purpose: str
    version: str
    wording: str
    label: str
    notice: str = ""
    frequency: str = ""
    withdraw: str = ""


class PageRecord(BaseModel):
    """A page with everything around it, as published; kept as JSON in the revision."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    page: PageDocument
    brand: Brand
    is_default: bool
    base_url: str
    alternates: dict[str, str]
    x_default: str
    images: dict[str, ImageFacts]
    gated: dict[str, GatedFacts]
    consents: tuple[ConsentRecord, ...]

    @cached_property
    def form_spec(self) -> FormSpec:
        """The form, ready for checking."""
        return form_spec(self.page.form, self.page.locale)

    @property
    def path(self) -> str:
        """Where the page lives."""
        return page_path(self.page.slug, self.page.locale, is_default=self.is_default)

    def form(self, **given: Any) -> FormView:
        """The form to show; `given` are stamp, and values, errors and ticked of a refused post."""
        shown = tuple(
            ConsentView(item.purpose, item.label, " ".join(filter(None, (item.notice, item.frequency, item.withdraw))))
            for item in self.consents
        )
        return FormView(self.form_spec, shown, **given)

    def urls(self) -> Urls:
        """The addresses the templates use."""
        images = {
            name: MediaUrl(media_path(facts.digest, name), facts.width, facts.height)
            for name, facts in self.images.items()
        }
        og = images.get(self.page.seo.og, "")
        return Urls(
            self=self.path,
            privacy=privacy_path(self.page.locale),
            base=self.base_url,
            alternates=self.alternates,
            x_default=self.x_default,
            images=images,
            og=f"{self.base_url}{og}" if og else "",
        )

    def as_json(self) -> dict[str, Any]:
        """The form in which it is stored."""
        return self.model_dump(mode="json")
