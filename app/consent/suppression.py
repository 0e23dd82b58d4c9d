"""Addresses that must not be mailed, known by a keyed hash alone.

The key (pepper) lives outside the database: with the table alone nobody can try addresses against it. The hash stays
personal data under a pseudonym, kept because a "never again" must be remembered (GDPR art. 17(3), 6(1)(f)).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from hmac import new as hmac

ALL = "all"
"""The scope of an entry that holds for every purpose."""

_CONTEXT = b"gatepost suppression 1\0"


@dataclass(frozen=True, slots=True)
class Pepper:
    """A secret with the id that entries name it by; at least 16 bytes."""

    key_id: str
    secret: bytes


@dataclass(frozen=True, slots=True)
class SuppressionMac:
    """The keyed hash of one address under one pepper, in hex."""

    key_id: str
    mac: str


class SuppressionReason(StrEnum):
    """Why an address must not be mailed."""

    WITHDRAWN = "withdrawn"
    ERASED = "erased"
    COMPLAINT = "complaint"
    HARD_BOUNCE = "hard_bounce"
    LEGAL_OBJECTION = "legal_objection"


# What the person did lightly and may undo by asking again, confirmed by mail. The others need a person on the staff
# and a written reason: a complaint must not be undone by whoever types the address into a form.
_CLEARED_BY_ASKING = frozenset((SuppressionReason.WITHDRAWN, SuppressionReason.ERASED))


@dataclass(frozen=True, slots=True)
class SuppressionEntry:
    """A kept suppression: why, and for which purpose or ALL."""

    reason: SuppressionReason
    scope: str


@dataclass(frozen=True, slots=True)
class MailDecision:
    """Whether an address may be mailed, and the reason for the log."""

    allowed: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Clearance:
    """Whether a new, confirmed request may lift an entry, and why not."""

    allowed: bool
    reason: str


def mac_of(address_key: str, pepper: Pepper) -> SuppressionMac:
    """HMAC-SHA-256 of a normalised address (`leads/identity.py`), the same for every purpose."""
    mac = hmac(pepper.secret, _CONTEXT + address_key.encode("utf-8"), sha256).hexdigest()
    return SuppressionMac(pepper.key_id, mac)


def macs_of(address_key: str, peppers: Sequence[Pepper]) -> tuple[SuppressionMac, ...]:
    """The hashes to look for, current pepper first: entries made before a rotation stay findable."""
    return tuple(mac_of(address_key, pepper) for pepper in peppers)


def needs_rekey(key_id: str, peppers: Sequence[Pepper]) -> bool:
    """Whether an entry just found should be kept again under the current pepper, so that the old one can go."""
    return bool(peppers) and key_id != peppers[0].key_id


def may_mail(entries: Iterable[SuppressionEntry], purpose: str, *, confirmation: bool) -> MailDecision:
    """Whether an address with these entries may be mailed for `purpose`.

    A `confirmation` mail answers somebody who is asking now, so what asking again can clear does not stop it.
    A bounce stops every mail, whatever its scope: the address does not work.
    """
    for entry in entries:
        if entry.reason is SuppressionReason.HARD_BOUNCE:
            return MailDecision(allowed=False, reason="the address does not accept mail")
        if entry.scope not in (ALL, purpose):
            continue
        if confirmation and entry.reason in _CLEARED_BY_ASKING:
            continue
        return MailDecision(allowed=False, reason=f"suppressed: {entry.reason}")
    return MailDecision(allowed=True, reason="")


def may_clear(entry: SuppressionEntry, purpose: str) -> Clearance:
    """Whether a new consent to `purpose`, confirmed by mail, lifts this entry."""
    if entry.reason not in _CLEARED_BY_ASKING:
        return Clearance(allowed=False, reason=f"{entry.reason} is lifted by staff with a written reason")
    if entry.reason is SuppressionReason.WITHDRAWN and entry.scope not in (purpose, ALL):
        return Clearance(allowed=False, reason=f"was withdrawn for {entry.scope}, not for {purpose}")
    return Clearance(allowed=True, reason="asked for again and confirmed")
