"""What a submission is, before and apart from its row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """pending until confirmed; expired when nobody confirmed in time; rejected by a person."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    EXPIRED = "expired"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Draft:
    """A checked and screened post, ready to be kept. JSON-shaped parts are final: nothing edits them later."""

    id: str
    page_id: str
    revision_id: str
    locale: str
    email: str
    email_key: str
    answers: dict[str, Any]
    touches: list[dict[str, Any]]
    consents: list[dict[str, Any]]
    evidence: dict[str, Any]
    flags: list[str]
    replay_key: str
    expires_at: datetime
