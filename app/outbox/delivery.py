"""What the worker and the room hand each other: free slots in, claimed messages out, settlements back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum

from app.outbox.backoff import Outcome, Verdict
from app.outbox.breaker import Breaker


class State(IntEnum):
    """Where a message stands. Below DONE it still must leave the house."""

    DUE = 0
    LEASED = 1
    DONE = 2
    DEAD = 3
    CANCELLED = 4


class EndpointState(StrEnum):
    """active: sent to. paused: by its owner, messages wait. suspended: by us after 410 or 5 days of failure, messages
    wait. disabled: by its owner for good, nothing is collected any more."""

    ACTIVE = "active"
    PAUSED = "paused"
    SUSPENDED = "suspended"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Free:
    """What a worker can take now: `total` messages, of them at most `mail` mails; `busy` counts what it already
    holds per endpoint, `depth` by how many times an endpoint's cap may be claimed ahead (1 where absent)."""

    total: int
    mail: int
    busy: Mapping[str, int] = field(default_factory=dict)
    depth: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Claimed:
    """One leased message. `attempt` counts from 1; `lease` fences the settlement."""

    id: str
    topic: str
    endpoint_id: str | None
    lead_id: str | None
    submission_id: str | None
    payload: str
    attempt: int
    lease: str


@dataclass(frozen=True, slots=True)
class Receiver:
    """An endpoint as the sender sees it; secrets are still sealed."""

    id: str
    url: str
    secret: str
    old_secret: str | None
    old_secret_until: datetime | None
    cap: int
    is_ordered: bool
    next_free_at: datetime | None
    breaker: Breaker


@dataclass(frozen=True, slots=True)
class Claim:
    """One round of claiming."""

    messages: tuple[Claimed, ...]
    receivers: Mapping[str, Receiver]


@dataclass(frozen=True, slots=True)
class Proof:
    """A mail exactly as the mail server took it, and the line with which it did."""

    mail_id: str
    digest: str
    raw: bytes
    reply: str


@dataclass(frozen=True, slots=True)
class Settlement:
    """The end of one attempt: what happened and what follows."""

    message: Claimed
    outcome: Outcome
    verdict: Verdict
    started_at: datetime
    ms: int
    worker: str
    excerpt: str | None = None
    proof: Proof | None = None
