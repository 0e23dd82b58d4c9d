"""A lead takes what was granted: the download is counted, remembered, and may make the lead qualified."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.attribution import queries as attribution
from app.capture import queries as capture
from app.errors import LinkExpired, NotFound
from app.journey import handover
from app.journey.judge import judge
from app.journey.rules import SiteRules
from app.leads import actions as leads
from app.leads import queries as lead_queries
from app.offers import actions as offers
from app.offers import queries as offer_queries
from app.offers.access import AccessFacts, continues, may_use
from app.offers.models import Access
from app.pages import queries as pages


class AccessEnded(LinkExpired):
    """The access ran out of days or downloads; asking again on the page renews it."""


def download(session: Session, access_id: str, *, rules: SiteRules, network: str, now: datetime) -> None:
    """Take one download from the allowance, unless one was taken within ten minutes. Raises AccessEnded."""
    access = offer_queries.locked_access(session, access_id)
    if access is None:
        raise NotFound("This download is not here any more.")
    is_same = continues(offer_queries.last_counted_download(session, access_id), now=now)
    decision = may_use(access_facts(access), now=now, continues=is_same)
    if not decision.allowed:
        raise AccessEnded("This download has ended.", hint="Ask for it again on the page; you get a new one at once.")
    offers.count_download(session, access.id, is_counted=not is_same, network=network or None, now=now)
    if is_same:
        return
    lead = lead_queries.lead(session, access.lead_id)
    if lead is None:
        return
    deed = f"downloaded:{access.submission_id}:{access.downloads}"
    leads.remember(session, lead.id, key=deed, kind="downloaded", facts=_facts(access), at=now)
    judged = judge(session, lead, rules=rules, cause="downloaded", now=now)
    if judged.became_qualified:
        submission = capture.submission(session, access.submission_id)
        if submission is not None:
            facts = pages.revision_facts(session, submission.revision_id)
            story = handover.Story(facts, attribution.touches_of(session, lead.id), access.offer, judged)
            handover.tell_qualified(session, lead, submission, story, now=now)


def access_facts(access: Access) -> AccessFacts:
    """What the rules of access ask about."""
    return AccessFacts(access.expires_at, access.max_downloads, access.downloads)


def _facts(access: Access) -> dict[str, str]:
    return {"offer.kind": access.kind, "page.slug": str(access.facts.get("slug", ""))}
