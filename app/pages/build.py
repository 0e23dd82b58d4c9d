"""The whole site from its files: every page read, rendered and linted. Pure: texts and facts in, a plan out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.consent.wording import Purposes, parse_purposes
from app.pages.brand import Brand
from app.pages.compile import Look
from app.pages.fault import Fault
from app.pages.finding import Finding
from app.pages.lint import lint
from app.pages.lint_subject import LintFacts
from app.pages.prepare import Prepared, Surroundings, prepare
from app.pages.record import GatedFacts, ImageFacts
from app.pages.source import PageSource, read_page
from app.pages.yaml_text import checked, read_yaml


@dataclass(frozen=True, slots=True)
class PageFiles:
    """The folder of one page: its page files and texts by name, and the facts of what lies in media/ and gated/."""

    folder: str
    pages: Mapping[str, str]
    texts: Mapping[str, str]
    images: Mapping[str, ImageFacts] = field(default_factory=dict)
    gated: Mapping[str, GatedFacts] = field(default_factory=dict)
    unreadable: tuple[Fault, ...] = ()

    @property
    def slug(self) -> str:
        """The name of the folder, which is the slug of its pages."""
        return self.folder.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class SiteFiles:
    """The folder `_site`: its documents by name without ending (`brand`, `privacy.en`) and its images."""

    folder: str
    documents: Mapping[str, str]
    images: Mapping[str, ImageFacts] = field(default_factory=dict)
    unreadable: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the files do not say: addresses, languages, the time, how full the pools of codes are."""

    base_url: str
    default_locale: str
    locales: tuple[str, ...]
    now: datetime
    pools: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Build:
    """What publishing would store, and everything that speaks against it."""

    prepared: tuple[Prepared, ...]
    faults: tuple[Fault, ...]
    findings: tuple[Finding, ...]
    sources: Mapping[tuple[str, str], PageSource] = field(default_factory=dict)

    @property
    def may_be_published(self) -> bool:
        """Whether nothing but warnings was found."""
        return not self.faults and not any(finding.is_error for finding in self.findings)


@dataclass(frozen=True, slots=True)
class _Site:
    brand: Brand
    purposes: Purposes


def build(look: Look, site: SiteFiles, pages: Sequence[PageFiles], given: Circumstances) -> Build:
    """Build every page of `pages`. Pages with faults are left out; the others are prepared and linted."""
    read, faults = _read_site(site)
    if read is None:
        return Build((), tuple(faults), ())
    prepared: list[Prepared] = []
    findings: list[Finding] = []
    sources: dict[tuple[str, str], PageSource] = {}
    for files in pages:
        found, page_faults = read_sources(files)
        faults += page_faults
        if not page_faults:
            for source, made, said in _build_folder(look, site, read, files, found, given):
                sources[(made.document.slug, made.document.locale)] = source
                prepared.append(made)
                findings += said
    return Build(tuple(prepared), tuple(faults), tuple(findings), sources)


def read_sources(files: PageFiles) -> tuple[list[PageSource], list[Fault]]:
    """The readable pages of one folder, and every fault of its files."""
    sources: list[PageSource] = []
    faults = list(files.unreadable)
    for name, text in sorted(files.pages.items()):
        read = read_page(f"{files.folder}/{name}", text, files.texts)
        if isinstance(read, list):
            faults += read
        else:
            sources.append(read)
            faults += _misnamed(files, name, read)
    faults += _two_defaults(sources)
    return sources, faults


def _build_folder(
    look: Look,
    site: SiteFiles,
    read: _Site,
    files: PageFiles,
    sources: Sequence[PageSource],
    given: Circumstances,
) -> Iterable[tuple[PageSource, Prepared, list[Finding]]]:
    images = {**site.images, **files.images}
    around = Surroundings(read.brand, read.purposes, images, files.gated, given.base_url)
    siblings = tuple(source.document for source in sources)
    facts = LintFacts(
        now=given.now,
        purposes=read.purposes,
        site_documents=frozenset(site.documents),
        wanted_locales=given.locales,
        known_themes=_themes(look, read.brand),
        siblings=siblings,
        images=images,
        pools=given.pools,
    )
    for source in sources:
        made = prepare(look, source, around, siblings, default_locale=given.default_locale)
        yield source, made, lint(source, made, facts)


def _read_site(site: SiteFiles) -> tuple[_Site | None, list[Fault]]:
    faults = list(site.unreadable)
    missing = [name for name in ("brand", "purposes") if name not in site.documents]
    if missing:
        return None, [*faults, *(Fault(f"{site.folder}/{name}.yaml", 1, "", "is missing") for name in missing)]
    brand = _brand(f"{site.folder}/brand.yaml", site.documents["brand"])
    purposes, purpose_faults = parse_purposes(site.documents["purposes"], file=f"{site.folder}/purposes.yaml")
    faults += purpose_faults
    if isinstance(brand, list):
        return None, faults + brand
    if brand.logo and brand.logo not in site.images:
        faults.append(Fault(f"{site.folder}/brand.yaml", 1, "logo", f"there is no file media/{brand.logo}"))
    return (None if faults else _Site(brand, purposes)), faults


def _brand(file: str, text: str) -> Brand | list[Fault]:
    yaml = read_yaml(file, text)
    return yaml if isinstance(yaml, list) else checked(yaml, yaml.values, Brand)


def _misnamed(files: PageFiles, name: str, source: PageSource) -> list[Fault]:
    """The names of folder and file say slug and locale; a copy that was not finished is found here."""
    page, found = source.document, []
    if page.slug != files.slug:
        found.append(source.fault(("slug",), f"is {page.slug}, but the folder is named {files.slug}"))
    if name != f"page.{page.locale}.yaml":
        found.append(source.fault(("locale",), f"is {page.locale}, but the file is named {name}"))
    return found


def _two_defaults(sources: Sequence[PageSource]) -> list[Fault]:
    marked = [source for source in sources if source.document.default]
    return [source.fault(("default",), f"{marked[0].file} is the default already") for source in marked[1:]]


def _themes(look: Look, brand: Brand) -> frozenset[str]:
    art = {name[4:-4] for name in look.css_files if name.startswith("art/") and name.endswith(".css")}
    return frozenset(art | set(brand.themes) | {"brand"})
