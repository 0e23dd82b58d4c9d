"""What proves a consent: everything shown, sent and done, as one value with one canonical form and one hash.

The record holds hashes of the texts; the texts themselves are kept once beside it, by their hash. GDPR art. 7(1), and
the courts that found an address or a date alone to be no proof, ask for this much (EDPB Guidelines 05/2020 part 5.1).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

EVIDENCE_VERSION = 1


@dataclass(frozen=True, slots=True)
class ShownText:
    """A text somebody saw (label, button, notice, privacy ...) and its SHA-256."""

    kind: str
    text: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Moment:
    """When something was done, and from where; network and agent may be cut or gone by policy."""

    at: datetime
    network: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True)
class Mailing:
    """The confirmation mail as it left: Message-ID, SHA-256 of its bytes, and the server's answer."""

    sent_at: datetime
    message_id: str
    sha256: str
    accepted: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The proof of one consent record. `ticked` is what the person did to a box that stood unticked."""

    record_id: str
    purpose: str
    purpose_version: str
    locale: str
    page: str
    revision: str
    offer: str
    variant: str
    texts: tuple[ShownText, ...]
    unticked_by_default: bool
    ticked: bool
    submitted: Moment
    mailing: Mailing | None = None
    fetches: tuple[Moment, ...] = ()
    confirmed: Moment | None = None
    grade: str = ""
    token_id: str = ""
    software: str = ""


def shown_text(kind: str, text: str) -> ShownText:
    """A text with its hash."""
    return ShownText(kind, text, sha256(text.encode("utf-8")).hexdigest())


def as_json(evidence: Evidence) -> dict[str, Any]:
    """The record as JSON: texts by hash only, times in UTC to the millisecond, nothing left out that is not empty."""
    return {"v": EVIDENCE_VERSION, **_plain(evidence)}


def canonical_json(evidence: Evidence) -> bytes:
    """The one byte form of the record: sorted keys, no spaces, UTF-8, whole numbers only (RFC 8785)."""
    return canonical(as_json(evidence))


def canonical(data: dict[str, Any]) -> bytes:
    """The byte form of a record that was kept as JSON. Raises TypeError for fractions, which have no one form."""
    _refuse_fractions(data)
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")


def digest(evidence: Evidence) -> str:
    """SHA-256 of the canonical form, in hex."""
    return sha256(canonical_json(evidence)).hexdigest()


def is_intact(data: dict[str, Any], *, digest: str, texts: Sequence[ShownText]) -> bool:
    """Whether a kept record still has its hash, and every text it names is at hand and unchanged."""
    if sha256(canonical(data)).hexdigest() != digest:
        return False
    at_hand = {text.sha256 for text in texts if shown_text(text.kind, text.text).sha256 == text.sha256}
    return all(entry["sha256"] in at_hand for entry in data.get("texts", ()))


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        case ShownText():
            return {"kind": value.kind, "sha256": value.sha256}
        case tuple():
            return [_plain(item) for item in value]
        case _ if is_dataclass(value):
            named = {field.name: getattr(value, field.name) for field in fields(value)}
            return {name: _plain(item) for name, item in named.items() if item not in (None, "", ())}
    return value


def _refuse_fractions(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError("a fraction has no one canonical form; keep it as a text")
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _refuse_fractions(item)
