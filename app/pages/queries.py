"""Reading pages: what is live, one revision, the history; revisions are remembered, since they never change."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.pages.compile import state_at
from app.pages.encoding import Compiled
from app.pages.live import LivePage, RevisionFacts, facts_of
from app.pages.models import CompiledPage, Page, PageChange, PageRevision, SiteRevision
from app.pages.prepare import STAMP_LENGTH
from app.pages.record import PageRecord

_MOST_REMEMBERED = 2_000
_BATCH = 100
_remembered: dict[str, RevisionFacts] = {}


@dataclass(frozen=True, slots=True)
class PageLine:
    """One page in a list."""

    page_id: str
    slug: str
    locale: str
    is_default: bool
    number: int | None
    revision_id: str | None
    starts_at: datetime | None
    ends_at: datetime | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class RevisionLine:
    """One revision in the history of a page."""

    revision_id: str
    number: int
    content_hash: str
    created_at: datetime
    created_by: str
    is_live: bool


@dataclass(frozen=True, slots=True)
class SiteDocument:
    """A published site document."""

    id: int
    name: str
    content_hash: str
    text: str


def revision_facts(session: Session, revision_id: str) -> RevisionFacts:
    """One revision by its id, from memory after the first time. Raises NotFound."""
    known = _remembered.get(revision_id)
    if known is not None:
        return known
    row = session.get(PageRevision, revision_id)
    if row is None:
        raise NotFound("There is no such revision.", hint="flask pages show lists the revisions of a page.")
    return _facts(row)


def revision_seen(session: Session, page_id: str, stamp: str) -> RevisionFacts | None:
    """The revision of a page that a visitor saw, by the stamp in the form; None for a stamp that never was."""
    if len(stamp) != STAMP_LENGTH or not set(stamp) <= set("0123456789abcdef"):
        return None
    found = session.scalar(
        select(PageRevision).where(
            PageRevision.page_id == page_id,
            PageRevision.content_hash >= stamp,
            PageRevision.content_hash < stamp + "g",
        )
    )
    return _facts(found) if found is not None else None


def live_facts(session: Session, slug: str, locale: str | None = None) -> RevisionFacts | None:
    """What is live at a slug in a locale (the default one where none is given), or None."""
    wanted = select(Page.live_revision_id).where(Page.slug == slug, Page.live_revision_id.is_not(None))
    wanted = wanted.where(Page.is_default) if locale is None else wanted.where(Page.locale == locale)
    revision_id = session.scalar(wanted)
    return revision_facts(session, revision_id) if revision_id else None


def version(session: Session) -> tuple[int, int]:
    """A value that is another one after every publish, revert and unpublish, in whatever order they commit."""
    newest, count = session.execute(select(func.max(PageChange.id), func.count(PageChange.id))).one()
    return newest or 0, count


def live_pages(session: Session, known: Container[str]) -> tuple[list[str], list[LivePage]]:
    """Ids of all live revisions, oldest first, and those of them that are not yet `known` with their bytes."""
    ids = list(session.scalars(select(Page.live_revision_id).where(Page.live_revision_id.is_not(None))))
    live = sorted(revision_id for revision_id in ids if revision_id is not None)
    fresh = [revision_id for revision_id in live if revision_id not in known]
    batches = [fresh[start : start + _BATCH] for start in range(0, len(fresh), _BATCH)]
    return live, [page for batch in batches for page in _load(session, batch)]


def pages(session: Session) -> list[PageLine]:
    """Every page, by slug and locale, the default locale first."""
    rows = session.execute(
        select(Page, PageRevision)
        .outerjoin(PageRevision, PageRevision.id == Page.live_revision_id)
        .order_by(Page.slug, Page.is_default.desc(), Page.locale)
    )
    return [
        PageLine(
            page_id=page.id,
            slug=page.slug,
            locale=page.locale,
            is_default=page.is_default,
            number=revision.number if revision else None,
            revision_id=page.live_revision_id,
            starts_at=revision.starts_at if revision else None,
            ends_at=revision.ends_at if revision else None,
            updated_at=page.updated_at,
        )
        for page, revision in rows
    ]


def state_of(line: PageLine, now: datetime) -> str:
    """live, upcoming, ended, or `hidden` for a page that is not published."""
    return state_at(line.starts_at, line.ends_at, now) if line.revision_id else "hidden"


def history(session: Session, slug: str, locale: str) -> list[RevisionLine]:
    """The revisions of a page, newest first. Raises NotFound for a page that never was."""
    page = page_row(session, slug, locale)
    rows = session.scalars(
        select(PageRevision).where(PageRevision.page_id == page.id).order_by(PageRevision.number.desc())
    )
    return [_revision_line(row, page.live_revision_id) for row in rows]


def source_of(session: Session, slug: str, locale: str, number: int | None = None) -> str | None:
    """What the author wrote for a revision (the live one where no number is given), or None."""
    page = page_row(session, slug, locale)
    wanted = select(PageRevision.source).where(PageRevision.page_id == page.id)
    if number is None:
        return session.scalar(wanted.where(PageRevision.id == page.live_revision_id))
    return session.scalar(wanted.where(PageRevision.number == number))


def page_row(session: Session, slug: str, locale: str) -> Page:
    """The page of that slug and locale. Raises NotFound."""
    page = session.scalar(select(Page).where(Page.slug == slug, Page.locale == locale))
    if page is None:
        raise NotFound(f"There is no page {slug} in {locale}.", hint="flask pages list shows what there is.")
    return page


def site_documents(session: Session) -> dict[str, SiteDocument]:
    """The published site documents by name: brand, purposes, scoring, qualification, campaigns."""
    rows = session.scalars(select(SiteRevision).where(SiteRevision.is_live))
    return {row.name: SiteDocument(row.id, row.name, row.content_hash, row.source) for row in rows}


def site_version(session: Session) -> tuple[int, ...]:
    """A value that is another one after every change of a site document."""
    return tuple(session.scalars(select(SiteRevision.id).where(SiteRevision.is_live).order_by(SiteRevision.id)))


def _revision_line(row: PageRevision, live: str | None) -> RevisionLine:
    return RevisionLine(
        revision_id=row.id,
        number=row.number,
        content_hash=row.content_hash,
        created_at=row.created_at,
        created_by=row.created_by,
        is_live=row.id == live,
    )


def _facts(row: PageRevision) -> RevisionFacts:
    facts = facts_of(
        PageRecord.model_validate(row.document),
        page_id=row.page_id,
        revision_id=row.id,
        number=row.number,
        content_hash=row.content_hash,
    )
    if len(_remembered) >= _MOST_REMEMBERED:
        _remembered.clear()
    _remembered[row.id] = facts
    return facts


def _load(session: Session, revision_ids: list[str]) -> list[LivePage]:
    """Revisions with their bytes, in two queries however many they are."""
    compiled: dict[str, dict[str, Compiled]] = {revision_id: {} for revision_id in revision_ids}
    for row in session.scalars(select(CompiledPage).where(CompiledPage.revision_id.in_(revision_ids))):
        compiled[row.revision_id][row.state] = Compiled(
            row.state, row.etag, row.policy, row.identity, row.gzip, row.br, row.zstd
        )
    rows = session.scalars(select(PageRevision).where(PageRevision.id.in_(revision_ids)).order_by(PageRevision.id))
    return [LivePage(_remembered.get(row.id) or _facts(row), compiled[row.id]) for row in rows]
