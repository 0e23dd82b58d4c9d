"""What the templates of public pages are given; templates/public/README.md lists the same names.

A page gets: `page` (PageDocument with the blocks of its locale), `site` (Brand), `form` (FormView), `urls` (Urls),
`css` (the whole style sheet), `scripts`, `locale`, `t`, `tn`, `state`; a block also `block`; a field `field`
(FieldSpec), `value`, `error`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from app.pages.form_spec import FieldSpec, FormSpec


class MediaUrl(str):
    """The address of a published image, with its size in pixels where it is known (0 where not)."""

    __slots__ = ("height", "width")
    width: int
    height: int

    def __new__(cls, address: str, width: int = 0, height: int = 0) -> "MediaUrl":
        made = super().__new__(cls, address)
        made.width, made.height = width, height
        return made


@dataclass(frozen=True, slots=True)
class ConsentView:
    """A box for one purpose: the wording at the box, and what stands below it (who, how often, how to withdraw)."""

    purpose: str
    text: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class FormView:
    """The form as it stands: empty on the published page, with answers and errors after a refused post.

    `values[key]` is a text, or a list of texts for a field with several answers; `errors[key]` is a sentence, under
    the key "" one about the whole form; `ticked` holds the purposes this visitor ticked. `stamp` goes
    into the hidden field `gp_rev`, so that a post names the revision its sender saw.
    """

    spec: FormSpec
    consents: tuple[ConsentView, ...] = ()
    values: Mapping[str, str | list[str]] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    ticked: frozenset[str] = frozenset()
    stamp: str = ""

    @property
    def fields(self) -> tuple[FieldSpec, ...]:
        """The fields in order."""
        return self.spec.fields

    @property
    def honeypot(self) -> str:
        """The name of the trap field."""
        return self.spec.honeypot

    @property
    def submit_label(self) -> str:
        """What the button says."""
        return self.spec.submit_label


@dataclass(frozen=True, slots=True)
class Urls:
    """Addresses of one page: paths, but for `canonical` and `og`, which are absolute; `base` ends without slash."""

    self: str
    privacy: str
    base: str
    alternates: Mapping[str, str]
    x_default: str
    images: Mapping[str, MediaUrl]
    og: str = ""

    @property
    def canonical(self_) -> str:
        """The one absolute address of the page."""
        return self_.base + self_.self

    def media(self_, name: str) -> MediaUrl:
        """The address of a file of `media/`; a missing one leads nowhere and is a finding of the linter."""
        return self_.images.get(name, MediaUrl(f"/m/missing/{name}"))


def page_path(slug: str, locale: str, *, is_default: bool) -> str:
    """Where a page lives: the default locale without a prefix."""
    return f"/p/{slug}" if is_default else f"/{locale}/p/{slug}"


def privacy_path(locale: str) -> str:
    """Where the privacy notice of a locale lives."""
    return f"/{locale}/privacy"


def media_path(digest: str, name: str) -> str:
    """Where a published file lives; the digest in the path makes it cacheable for ever."""
    return f"/m/{digest[:16]}/{quote(name)}"
