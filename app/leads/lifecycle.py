"""Where a lead stands between a first download and a customer, and which steps are allowed.

Forward only, with two ways out (recycled, disqualified) and their ways back; every step carries its reason.
"""

from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """The stages, as marketing and sales name them."""

    IQL = "IQL"
    """Information qualified: confirmed, took an offer."""
    MQL = "MQL"
    """Marketing qualified: fits and is engaged, or asked for a demo."""
    SAL = "SAL"
    """Sales accepted: somebody took it on."""
    SQL = "SQL"
    """Sales qualified: budget, authority, need and time confirmed."""
    PQL = "PQL"
    """Product qualified: uses the product in a way that shows intent; waits where SQL waits."""
    OPPORTUNITY = "opportunity"
    CUSTOMER = "customer"
    RECYCLED = "recycled"
    """Not now: back to marketing with a reason and a date."""
    DISQUALIFIED = "disqualified"
    """Not ever, with a reason; reversible by a person."""


_NEXT: dict[Stage | None, frozenset[Stage]] = {
    None: frozenset((Stage.IQL, Stage.MQL, Stage.PQL, Stage.DISQUALIFIED)),
    Stage.IQL: frozenset((Stage.MQL, Stage.PQL, Stage.DISQUALIFIED)),
    Stage.MQL: frozenset((Stage.SAL, Stage.SQL, Stage.PQL, Stage.RECYCLED, Stage.DISQUALIFIED)),
    Stage.PQL: frozenset((Stage.SAL, Stage.SQL, Stage.OPPORTUNITY, Stage.CUSTOMER, Stage.RECYCLED, Stage.DISQUALIFIED)),
    Stage.SAL: frozenset((Stage.SQL, Stage.OPPORTUNITY, Stage.RECYCLED, Stage.DISQUALIFIED)),
    Stage.SQL: frozenset((Stage.OPPORTUNITY, Stage.CUSTOMER, Stage.RECYCLED, Stage.DISQUALIFIED)),
    Stage.OPPORTUNITY: frozenset((Stage.CUSTOMER, Stage.RECYCLED, Stage.DISQUALIFIED)),
    Stage.CUSTOMER: frozenset(),
    Stage.RECYCLED: frozenset((Stage.MQL, Stage.PQL, Stage.SAL, Stage.DISQUALIFIED)),
    Stage.DISQUALIFIED: frozenset((Stage.RECYCLED,)),
}
# Ways out and ways back are decisions somebody must be able to defend.
_NEEDS_REASON = frozenset((Stage.RECYCLED, Stage.DISQUALIFIED))


@dataclass(frozen=True, slots=True)
class MoveDecision:
    """Whether a step is allowed, and why not. `is_repeat`: the lead is there already, nothing to do."""

    allowed: bool
    reason: str
    is_repeat: bool = False


def may_move(current: Stage | None, to: Stage, *, reason: str = "") -> MoveDecision:
    """Whether a lead may go from `current` (None: just admitted) to `to`; leaving the way needs a `reason`."""
    if current is to:
        return MoveDecision(allowed=False, reason=f"is already {to}", is_repeat=True)
    if to not in _NEXT[current]:
        return MoveDecision(allowed=False, reason=f"{current or 'a new lead'} does not become {to}")
    if (to in _NEEDS_REASON or current in _NEEDS_REASON) and not reason.strip():
        return MoveDecision(allowed=False, reason=f"from {current or 'nothing'} to {to} needs a reason")
    return MoveDecision(allowed=True, reason="")


def stage_after(current: Stage | None, *, qualified: bool, disqualified: bool) -> Stage:
    """Where the rules alone put a lead: they lift to MQL, and stop those whom nobody has taken on yet.

    What sales has decided stays: rules never take back SAL and later, nor lift what was disqualified.
    """
    in_marketing = current in (None, Stage.IQL, Stage.MQL, Stage.RECYCLED)
    if current is not None and not in_marketing:
        return current
    if disqualified:
        return Stage.DISQUALIFIED
    if qualified:
        return Stage.MQL
    return current or Stage.IQL
