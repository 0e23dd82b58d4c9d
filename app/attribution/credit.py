"""How the credit for one lead is shared among its touches: six models, each summing to one.

All of them describe what happened before a lead; none of them shows what caused it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import fsum

HALF_LIFE_DAYS = 7.0
_DAY = 86_400.0


class CreditModel(StrEnum):
    """The models of GA4 and Matomo."""

    FIRST = "first"
    LAST = "last"
    LAST_NON_DIRECT = "last_non_direct"
    LINEAR = "linear"
    TIME_DECAY = "time_decay"
    POSITION = "position"


@dataclass(frozen=True, slots=True)
class PathTouch:
    """One touch on the way to a lead: its time, and whether it was direct."""

    at: datetime
    is_direct: bool = False


def credits(
    path: Sequence[PathTouch], *, model: CreditModel, half_life_days: float = HALF_LIFE_DAYS
) -> tuple[float, ...]:
    """The share of each touch, in the order of `path` (oldest first); empty for an empty path.

    Time decay halves the weight every `half_life_days` before the last touch; counting from the submission instead
    would give the same shares. Position gives 40 % to the first, 40 % to the last and 20 % to those between.
    """
    if not path:
        return ()
    match model:
        case CreditModel.FIRST:
            return _all_to(0, len(path))
        case CreditModel.LAST:
            return _all_to(len(path) - 1, len(path))
        case CreditModel.LAST_NON_DIRECT:
            return _all_to(_last_non_direct(path), len(path))
        case CreditModel.LINEAR:
            return _shares([1.0] * len(path))
        case CreditModel.TIME_DECAY:
            return _shares(_decayed_weights(path, half_life_days))
        case CreditModel.POSITION:
            return _shares(_position_weights(len(path)))


def _all_to(index: int, count: int) -> tuple[float, ...]:
    return tuple(1.0 if place == index else 0.0 for place in range(count))


def _last_non_direct(path: Sequence[PathTouch]) -> int:
    known = [index for index, touch in enumerate(path) if not touch.is_direct]
    return known[-1] if known else len(path) - 1


def _decayed_weights(path: Sequence[PathTouch], half_life_days: float) -> list[float]:
    # Ages count from the newest touch, so that its weight is 1 and a very old path cannot vanish to 0 / 0.
    newest = max(touch.at for touch in path)
    return [2.0 ** -((newest - touch.at).total_seconds() / _DAY / half_life_days) for touch in path]


def _position_weights(count: int) -> list[float]:
    if count <= 2:
        return [1.0] * count
    return [0.4, *[0.2 / (count - 2)] * (count - 2), 0.4]


def _shares(weights: list[float]) -> tuple[float, ...]:
    total = fsum(weights)
    return tuple(weight / total for weight in weights)
