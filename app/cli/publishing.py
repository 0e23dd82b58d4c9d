"""From the folder of pages to what visitors see: read, build, store the files, publish in one unit of work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.adapters import clock
from app.adapters.page_files import Folder, read_folder
from app.attribution.campaign import parse_campaigns
from app.journey import publish as journey
from app.leads.qualification import parse_qualification
from app.leads.score_rules import parse_scoring
from app.offers.queries import pool_levels
from app.pages import actions
from app.pages.build import Build, Circumstances, SiteFiles, build, read_sources
from app.pages.compile import Look
from app.pages.fault import Fault
from app.pages.prepare import Prepared
from app.pages.source import PageSource
from app.services import Services

_OTHER_DOCUMENTS: dict[str, Callable[..., tuple[object, tuple[Fault, ...]]]] = {
    "scoring": parse_scoring,
    "qualification": parse_qualification,
    "campaigns": parse_campaigns,
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What was read and built, and all faults of all files."""

    folder: Folder
    build: Build
    faults: tuple[Fault, ...]

    @property
    def may_be_published(self) -> bool:
        """Whether nothing but warnings was found."""
        return not self.faults and self.build.may_be_published


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one page."""

    prepared: Prepared
    published: actions.Published


def plan(parts: Services, slugs: tuple[str, ...] = (), *, look: Look | None = None) -> Plan:
    """Read and build the pages of `slugs`, all where none is named."""
    settings = parts.settings
    folder = read_folder(settings.pages_dir)
    levels = {level.pool: level.free for level in parts.database.read(pool_levels)}
    given = Circumstances(
        base_url=settings.base_url,
        default_locale=settings.default_locale,
        locales=settings.locales,
        now=clock.now(),
        pools=levels,
    )
    made = build(look or parts.look, folder.site, folder.only(slugs), given)
    return Plan(folder, made, (*made.faults, *_other_faults(folder.site)))


def publish(parts: Services, planned: Plan, *, who: str) -> tuple[journey.Release, list[Outcome]]:
    """Store the files, then publish site documents and pages together; what was done, and each page's outcome."""
    planned.folder.store(parts.assets)
    now = clock.now()
    documents, prepared = planned.folder.site.documents, planned.build.prepared
    campaigns = parse_campaigns(documents.get("campaigns", ""), file="campaigns.yaml")[0]
    release = parts.database.write(
        lambda session: journey.publish(
            session,
            documents=documents,
            prepared=prepared,
            campaigns=campaigns,
            now=now,
            who=who,
        )
    )
    return release, [Outcome(*pair) for pair in zip(prepared, release.pages, strict=True)]


def sources(folder: Folder, slug: str) -> list[PageSource]:
    """The readable page files of one slug."""
    return [source for files in folder.only((slug,)) for source in read_sources(files)[0]]


def _other_faults(site: SiteFiles) -> list[Fault]:
    """Faults of the documents that other rooms read."""
    found: list[Fault] = []
    for name, parse in _OTHER_DOCUMENTS.items():
        if name in site.documents:
            found += parse(site.documents[name], file=f"{site.folder}/{name}.yaml")[1]
    return found
