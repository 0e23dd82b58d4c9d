"""Pages go live: their revisions, the exact wordings they show, the campaigns they count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.attribution import actions as attribution
from app.attribution.campaign import CampaignMap
from app.consent import actions as consent
from app.consent.wording import Wording, wording
from app.pages import actions as pages
from app.pages.actions import Published
from app.pages.prepare import Prepared


@dataclass(frozen=True, slots=True)
class Release:
    """What publishing did: names of changed site documents, each page, and (slug, locale) of pages without a file."""

    documents: list[str]
    pages: list[Published]
    retired: list[tuple[str, str]]


def publish(
    session: Session,
    *,
    documents: Mapping[str, str],
    prepared: Sequence[Prepared],
    campaigns: CampaignMap,
    now: datetime,
    who: str,
) -> Release:
    """Publish site documents and pages together, and take away languages of these pages whose files are gone."""
    changed = [name for name, text in documents.items() if pages.publish_site(session, name, text, now=now, who=who)]
    consent.keep_wordings(session, _wordings(prepared), now=now)
    published = [pages.publish(session, each, now=now, who=who) for each in prepared]
    if "campaigns" in changed:
        attribution.remap_campaigns(session, campaigns)
    written: dict[str, set[str]] = {}
    for page in prepared:
        written.setdefault(page.document.slug, set()).add(page.document.locale)
    retired = [
        (slug, locale)
        for slug, kept in written.items()
        for locale in pages.retire(session, slug, kept, now=now, who=who)
    ]
    return Release(changed, published, retired)


def _wordings(prepared: Sequence[Prepared]) -> list[Wording]:
    return [
        wording(
            purpose=each.purpose,
            version=each.version,
            locale=page.document.locale,
            texts={
                "label": each.label,
                "notice": each.notice,
                "frequency": each.frequency,
                "withdraw": each.withdraw,
            },
        )
        for page in prepared
        for each in page.record.consents
    ]
