"""What one revision means to the rest of the house, and a live page: a revision with its bytes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.pages.compile import state_at
from app.pages.encoding import Compiled
from app.pages.form_spec import FormSpec
from app.pages.offer_setup import AnyOffer
from app.pages.prepare import STAMP_LENGTH
from app.pages.record import ConsentRecord, PageRecord


@dataclass(frozen=True, slots=True)
class RevisionFacts:
    """One immutable revision; may be kept for ever by its id."""

    page_id: str
    revision_id: str
    number: int
    stamp: str
    slug: str
    locale: str
    form_spec: FormSpec
    offer: AnyOffer
    campaign: str | None
    consents: tuple[ConsentRecord, ...]
    starts_at: datetime | None
    ends_at: datetime | None
    record: PageRecord

    def state(self, now: datetime) -> str:
        """live, upcoming or ended."""
        return state_at(self.starts_at, self.ends_at, now)


@dataclass(frozen=True, slots=True)
class LivePage:
    """What visitors of one page in one locale see now, by state."""

    facts: RevisionFacts
    compiled: Mapping[str, Compiled]

    @property
    def page_id(self) -> str:
        """The page."""
        return self.facts.page_id

    @property
    def revision_id(self) -> str:
        """The live revision."""
        return self.facts.revision_id


def facts_of(record: PageRecord, *, page_id: str, revision_id: str, number: int, content_hash: str) -> RevisionFacts:
    """The facts of a stored revision."""
    page = record.page
    return RevisionFacts(
        page_id=page_id,
        revision_id=revision_id,
        number=number,
        stamp=content_hash[:STAMP_LENGTH],
        slug=page.slug,
        locale=page.locale,
        form_spec=record.form_spec,
        offer=page.offer,
        campaign=page.campaign,
        consents=record.consents,
        starts_at=page.starts_at,
        ends_at=page.ends_at,
        record=record,
    )
