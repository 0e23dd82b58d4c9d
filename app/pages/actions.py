"""Changing what visitors see: publish, revert, unpublish, and the site's documents."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.ids import new_id
from app.pages.models import Asset, CompiledPage, Page, PageChange, PageRevision, SiteRevision
from app.pages.prepare import AssetFacts, Prepared
from app.pages.queries import page_row


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing did. `is_new` marks a new revision, `is_changed` that visitors see something else now."""

    page_id: str
    revision_id: str
    number: int
    is_new: bool
    is_changed: bool


def publish(session: Session, prepared: Prepared, *, now: datetime, who: str) -> Published:
    """Make `prepared` what visitors see. Content that already is a revision of the page makes no second one."""
    page = _page(session, prepared, now)
    revision = session.scalar(
        select(PageRevision).where(PageRevision.page_id == page.id, PageRevision.content_hash == prepared.content_hash)
    )
    is_new = revision is None
    if revision is None:
        revision = _add_revision(session, page, prepared, now, who)
    is_changed = page.live_revision_id != revision.id
    if is_changed:
        _point(session, page, revision.id, "publish", now, who)
    page.is_default = prepared.record.is_default
    session.flush()
    return Published(page.id, revision.id, revision.number, is_new, is_changed)


def revert(session: Session, slug: str, locale: str, *, number: int, now: datetime, who: str) -> Published:
    """Show an earlier revision again. Raises NotFound."""
    page = page_row(session, slug, locale)
    revision = session.scalar(
        select(PageRevision).where(PageRevision.page_id == page.id, PageRevision.number == number)
    )
    if revision is None:
        raise NotFound(
            f"The page {slug} in {locale} has no revision {number}.",
            hint=f"flask pages show {slug} --locale {locale} lists them.",
        )
    is_changed = page.live_revision_id != revision.id
    if is_changed:
        _point(session, page, revision.id, "revert", now, who)
    return Published(page.id, revision.id, revision.number, False, is_changed)


def unpublish(session: Session, slug: str, locale: str, *, now: datetime, who: str) -> bool:
    """Take a page away; its revisions stay. False if it was not live. Raises NotFound."""
    page = page_row(session, slug, locale)
    if page.live_revision_id is None:
        return False
    _point(session, page, None, "unpublish", now, who)
    return True


def retire(session: Session, slug: str, kept: Collection[str], *, now: datetime, who: str) -> list[str]:
    """Take away the languages of a page whose files are gone; gives the locales that were live and are not any more."""
    rows = session.scalars(
        select(Page).where(Page.slug == slug, Page.origin == "file", Page.live_revision_id.is_not(None))
    )
    gone = sorted((page for page in rows if page.locale not in kept), key=lambda page: page.locale)
    for page in gone:
        page.is_default = False
        _point(session, page, None, "unpublish", now, who)
    return [page.locale for page in gone]


def publish_site(session: Session, name: str, text: str, *, now: datetime, who: str) -> bool:
    """Make `text` the site document of that name; False if it already is."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    live = session.scalar(select(SiteRevision).where(SiteRevision.name == name, SiteRevision.is_live))
    if live is not None and live.content_hash == digest:
        return False
    session.execute(update(SiteRevision).where(SiteRevision.name == name).values(is_live=False))
    known = session.scalar(select(SiteRevision).where(SiteRevision.name == name, SiteRevision.content_hash == digest))
    if known is not None:
        known.is_live, known.at, known.who = True, now, who
    else:
        session.add(SiteRevision(name=name, content_hash=digest, source=text, is_live=True, at=now, who=who))
    session.flush()
    return True


def note_assets(session: Session, assets: tuple[AssetFacts, ...], *, now: datetime) -> None:
    """Remember stored files; one that is known stays as it is."""
    for facts in assets:
        if session.get(Asset, (facts.digest, facts.visibility)) is None:
            session.add(
                Asset(
                    digest=facts.digest,
                    visibility=facts.visibility,
                    name=facts.name,
                    media_type=facts.media_type,
                    size=facts.size,
                    created_at=now,
                )
            )
            session.flush()


def _page(session: Session, prepared: Prepared, now: datetime) -> Page:
    document = prepared.document
    page = session.scalar(
        select(Page).where(Page.slug == document.slug, Page.locale == document.locale).with_for_update()
    )
    if page is None:
        page = Page(
            id=new_id(),
            slug=document.slug,
            locale=document.locale,
            is_default=prepared.record.is_default,
            origin="file",
            live_revision_id=None,
            created_at=now,
            updated_at=now,
        )
        session.add(page)
        session.flush()
    return page


def _add_revision(session: Session, page: Page, prepared: Prepared, now: datetime, who: str) -> PageRevision:
    newest = session.scalar(select(func.max(PageRevision.number)).where(PageRevision.page_id == page.id)) or 0
    revision = PageRevision(
        id=new_id(),
        page_id=page.id,
        number=newest + 1,
        content_hash=prepared.content_hash,
        source=prepared.source,
        document=prepared.record.as_json(),
        starts_at=prepared.document.starts_at,
        ends_at=prepared.document.ends_at,
        created_at=now,
        created_by=who,
    )
    session.add(revision)
    session.flush()
    session.add_all(
        CompiledPage(
            revision_id=revision.id,
            state=item.state,
            etag=item.etag,
            policy=item.policy,
            identity=item.identity,
            gzip=item.gzip,
            br=item.br,
            zstd=item.zstd,
        )
        for item in prepared.compiled
    )
    note_assets(session, prepared.assets, now=now)
    return revision


def _point(session: Session, page: Page, revision_id: str | None, action: str, now: datetime, who: str) -> None:
    page.live_revision_id = revision_id
    page.updated_at = now
    session.add(PageChange(page_id=page.id, revision_id=revision_id, action=action, at=now, who=who))
    session.flush()
