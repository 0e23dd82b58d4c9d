"""What a receiver is told: one pydantic model per event, the source of the JSON Schema that the contract prints."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

SCHEMA_DIALECT = "https://json-schema.org/draft/2020-12/schema"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Page(_Part):
    """The page the person answered on."""

    id: str
    url: str
    title: str


class Offer(_Part):
    """What was asked for."""

    id: str
    kind: str
    title: str


class Utm(_Part):
    """The campaign parameters of the visit the answers came from, unchanged."""

    source: str | None = None
    medium: str | None = None
    campaign: str | None = None
    term: str | None = None
    content: str | None = None


class PurposeConsent(_Part):
    """Agreement to one purpose, with the exact text the person saw."""

    purpose: str
    text: str
    version: str
    given_at: datetime


class Consent(_Part):
    """What the person agreed to; `given_at` is when the form was sent, `confirmed_at` the second step."""

    marketing: bool
    given_at: datetime
    confirmed_at: datetime
    ip: str | None = None
    purposes: tuple[PurposeConsent, ...] = ()


class Score(_Part):
    """Points with the bands set up on the site; total is fit plus engagement."""

    total: int
    fit: int
    engagement: int
    band: str


Answer = str | int | float | bool | list[str] | None
Sequence = Annotated[
    int, Field(description="Grows with every event of the same lead; drop what is older than what you have.")
]
Test = Annotated[bool, Field(description="True for events sent by `flask webhooks test`; never a real person.")]


class _Person(_Part):
    id: Annotated[str, Field(description="The lead's id; the same in every event about this person.")]
    email: str
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    phone: Annotated[str | None, Field(description="E.164")] = None
    job_title: str | None = None
    country: Annotated[str | None, Field(description="ISO 3166-1 alpha-2")] = None
    language: Annotated[str | None, Field(description="BCP 47")] = None
    page: Page
    offer: Offer | None = None
    form_id: Annotated[str, Field(description="The revision of the form that was answered.")]
    submission_id: str
    answers: dict[str, Answer] = {}
    utm: Utm = Utm()
    channel: str | None = None
    campaign: str | None = None
    referrer: Annotated[str | None, Field(description="Origin of the referring site")] = None
    click_ids: Annotated[
        dict[str, str | None],
        Field(description="Click ids that were present; the value is null unless the person agreed to its use."),
    ] = {}
    consent: Consent
    tags: tuple[str, ...] = ()
    sequence: Sequence
    test: Test = False


class LeadConfirmedData(_Person):
    """A person who asked for an offer and confirmed the address."""

    score: Score | None = None
    stage: str | None = None


class LeadQualifiedData(_Person):
    """A confirmed person who meets the site's rules of qualification, with the reasons."""

    score: Score
    stage: str
    reasons: tuple[str, ...]
    qualified_at: datetime


class ConsentWithdrawnData(_Part):
    """Stop using this person's data for this purpose."""

    id: str
    email: str
    purpose: str
    withdrawn_at: datetime
    source: Annotated[str, Field(description="How: one_click, preferences or staff.")]
    sequence: Sequence
    test: Test = False


class LeadErasedData(_Part):
    """Erase this person too (GDPR article 19). The address itself is gone here already."""

    id: str
    email_sha256: Annotated[
        str, Field(description="SHA-256, hex, of the address in lower case, for receivers that match by address.")
    ]
    erased_at: datetime
    sequence: Sequence
    test: Test = False


class Event(_Part):
    """The envelope all events share."""

    name: ClassVar[str]
    type: str
    timestamp: Annotated[datetime, Field(description="When it happened, not when it was sent.")]
    schema_version: Literal[1] = 1


class LeadConfirmed(Event):
    """A lead confirmed the address: the moment to create or update a contact."""

    name = "lead.confirmed"
    type: Literal["lead.confirmed"] = "lead.confirmed"
    data: LeadConfirmedData


class LeadQualified(Event):
    """A lead met the rules of qualification: the moment to hand over to sales."""

    name = "lead.qualified"
    type: Literal["lead.qualified"] = "lead.qualified"
    data: LeadQualifiedData


class ConsentWithdrawn(Event):
    """A person withdrew one consent."""

    name = "consent.withdrawn"
    type: Literal["consent.withdrawn"] = "consent.withdrawn"
    data: ConsentWithdrawnData


class LeadErased(Event):
    """A person asked to be erased."""

    name = "lead.erased"
    type: Literal["lead.erased"] = "lead.erased"
    data: LeadErasedData


AnyEvent = LeadConfirmed | LeadQualified | ConsentWithdrawn | LeadErased
EVENTS: tuple[type[AnyEvent], ...] = (LeadConfirmed, LeadQualified, ConsentWithdrawn, LeadErased)


def schema(event: type[AnyEvent]) -> dict[str, Any]:
    """The JSON Schema 2020-12 of one event's body."""
    return {"$schema": SCHEMA_DIALECT, **event.model_json_schema(mode="serialization")}
