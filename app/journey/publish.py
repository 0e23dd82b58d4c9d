"""Pages go live: their revisions, the exact wordings they show, the campaigns they count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.attribution import actions as attribution
from app.attribution.campaign import CampaignMap
from app.consent import actions as consent
from app.consent.wording import Wording, wording
from app.pages import actions as pages
from app.pages.actions import Published
from app.pages.prepare import Prepared


def publish(
    session: Session,
    *,
    documents: Mapping[str, str],
    prepared: Sequence[Prepared],
    campaigns: CampaignMap,
    now: datetime,
    who: str,
) -> tuple[list[str], list[Published]]:
    """Publish site documents and pages together; names of changed documents, and what became of each page."""
    changed = [name for name, text in documents.items() if pages.publish_site(session, name, text, now=now, who=who)]
    consent.keep_wordings(session, _wordings(prepared), now=now)
    published = [pages.publish(session, each, now=now, who=who) for each in prepared]
    if "campaigns" in changed:
        attribution.remap_campaigns(session, campaigns)
    return changed, published


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
