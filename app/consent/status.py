"""Whether somebody agrees to a purpose now: read from the events of their consent records, oldest first.

A record goes requested -> given -> withdrawn, expired or erased, or requested -> expired, withdrawn or erased. A record
that has ended stays ended: agreeing again is a new request and a new record.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ConsentStatus(StrEnum):
    """The states of one consent record."""

    REQUESTED = "requested"
    GIVEN = "given"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    ERASED = "erased"


_STEPS: dict[ConsentStatus | None, frozenset[ConsentStatus]] = {
    None: frozenset((ConsentStatus.REQUESTED,)),
    ConsentStatus.REQUESTED: frozenset(
        (ConsentStatus.GIVEN, ConsentStatus.EXPIRED, ConsentStatus.WITHDRAWN, ConsentStatus.ERASED)
    ),
    ConsentStatus.GIVEN: frozenset((ConsentStatus.WITHDRAWN, ConsentStatus.EXPIRED, ConsentStatus.ERASED)),
    # What has ended can still be erased (GDPR art. 17), and nothing else.
    ConsentStatus.WITHDRAWN: frozenset((ConsentStatus.ERASED,)),
    ConsentStatus.EXPIRED: frozenset((ConsentStatus.ERASED,)),
    ConsentStatus.ERASED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class ConsentEvent:
    """Something that happened to one consent record."""

    record_id: str
    purpose: str
    status: ConsentStatus
    at: datetime


@dataclass(frozen=True, slots=True)
class StepDecision:
    """Whether a record may take a step, and why not. `is_repeat` means it is there already: nothing to do."""

    allowed: bool
    reason: str
    is_repeat: bool = False


def next_status(current: ConsentStatus | None, to: ConsentStatus) -> StepDecision:
    """Whether a record may go from `current` (None: no record yet) to `to`."""
    if current is to:
        return StepDecision(allowed=False, reason=f"is already {to}", is_repeat=True)
    if to in _STEPS[current]:
        return StepDecision(allowed=True, reason="")
    if current is None:
        return StepDecision(allowed=False, reason=f"was never requested, so it cannot be {to}")
    if to is ConsentStatus.GIVEN:
        return StepDecision(allowed=False, reason=f"was {current}; agreeing again needs a new request")
    return StepDecision(allowed=False, reason=f"was {current} and cannot become {to}")


def record_statuses(events: Sequence[ConsentEvent]) -> dict[str, ConsentStatus]:
    """The state of each record; events that its state does not allow, such as a late repeat, change nothing."""
    found: dict[str, ConsentStatus] = {}
    for event in sorted(events, key=lambda event: event.at):
        if next_status(found.get(event.record_id), event.status).allowed:
            found[event.record_id] = event.status
    return found


def status_of(events: Sequence[ConsentEvent], purpose: str) -> ConsentStatus | None:
    """Where somebody stands with one purpose; None if they were never asked.

    A record that is given holds while a newer request waits: asking for a second ebook takes nothing back.
    """
    own = [event for event in events if event.purpose == purpose]
    records = record_statuses(own)
    if ConsentStatus.GIVEN in records.values():
        return ConsentStatus.GIVEN
    begun = sorted((event for event in own if event.record_id in records), key=lambda event: event.at)
    order = list(dict.fromkeys(event.record_id for event in begun))
    return records[order[-1]] if order else None


def statuses(events: Sequence[ConsentEvent]) -> dict[str, ConsentStatus]:
    """Where somebody stands with every purpose they were asked about."""
    purposes = dict.fromkeys(event.purpose for event in events)
    return {purpose: status for purpose in purposes if (status := status_of(events, purpose)) is not None}
