"""The score of a lead: a pure function of what is known, what happened, the rules and the time.

Every point is a line with its reason, and so is every point a ceiling takes away: the score is the sum of its lines.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import floor

from app.leads.conditions import Facts
from app.leads.score_rules import Axis, Group, Rule, ScoreRules

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ScoreEvent:
    """Something a lead did. `kind` is what rules ask for (confirmed, downloaded, attended, redeemed, clicked ...)."""

    id: str
    kind: str
    at: datetime
    facts: Facts


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """Points with their reason. `event` is the event behind them, or names the ceiling ("limit", "group", ...).

    `is_cut` marks a line that only holds another sum within its limits. (rule, event) is unique in a score.
    """

    rule: str
    event: str
    kind: Axis
    points: int
    reason: str
    at: datetime
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Disqualified:
    """A rule that ends the matter, and its reason."""

    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Score:
    """Lines and their sums. `total` is the sum of all lines, `fit` and `engagement` of those of their kind."""

    lines: tuple[ScoreLine, ...]
    fit: int
    engagement: int
    total: int
    rules_version: str
    disqualified: tuple[Disqualified, ...] = ()

    def strongest(self, count: int = 5) -> tuple[ScoreLine, ...]:
        """The lines that weigh most, for a short explanation."""
        earned = (line for line in self.lines if not line.is_cut and line.points)
        return tuple(sorted(earned, key=lambda line: -abs(line.points))[:count])


def score(rules: ScoreRules, profile: Facts, events: Iterable[ScoreEvent], *, now: datetime) -> Score:
    """Apply every rule. Fit rules look at the profile once, engagement rules at each event with the profile behind it.

    Per rule: the newest `max_times` events inside `window_days` count, faded by `half_life_days`, up to `cap`; then
    the groups keep their limits, then each kind stays within 0 to its ceiling, then the total does.
    """
    past = sorted((event for event in events if event.at <= now), key=lambda event: (event.at, event.id))
    lines: list[ScoreLine] = []
    for rule in rules.rules:
        lines += _capped(rule, _lines_of(rule, profile, past, now), now)
    for group in rules.groups:
        lines += _grouped(group, rules, lines, now)
    for axis, ceiling in ((Axis.FIT, rules.fit_max), (Axis.ENGAGEMENT, rules.engagement_max)):
        own = [line for line in lines if line.kind is axis]
        lines += _held(own, 0, ceiling, _limit_line(f"{axis}-limit", "limit", axis, now))
    lines += _held(lines, 0, rules.total_max, _limit_line("total-limit", "limit", Axis.TOTAL, now))
    return Score(
        lines=tuple(lines),
        fit=_sum(line for line in lines if line.kind is Axis.FIT),
        engagement=_sum(line for line in lines if line.kind is Axis.ENGAGEMENT),
        total=_sum(lines),
        rules_version=rules.version,
        disqualified=_disqualified(rules, profile, past),
    )


def decayed(points: float, *, age_days: float, half_life_days: float | None) -> float:
    """Points after `age_days`: points x 2^(-age / half-life); all of them without a half-life."""
    if half_life_days is None:
        return points
    return float(points * 2.0 ** (-max(age_days, 0.0) / half_life_days))


def whole(points: float) -> int:
    """Points as shown and added: rounded to whole ones, halves away from zero."""
    return floor(points + 0.5) if points >= 0 else -floor(-points + 0.5)


def _lines_of(rule: Rule, profile: Facts, past: Sequence[ScoreEvent], now: datetime) -> list[ScoreLine]:
    if rule.axis is Axis.FIT:
        held = rule.match.holds(profile)
        return [ScoreLine(rule.id, "", rule.axis, rule.points, rule.reason, now)] if held else []
    counted = [event for event in past if _counts(rule, event, profile, now)]
    kept = counted[-rule.max_times :]
    lines = [_event_line(rule, event, now) for event in kept]
    further = len(counted) - len(kept)
    if further:
        lines += _further(rule, further, counted[0].at)
    return lines


def _counts(rule: Rule, event: ScoreEvent, profile: Facts, now: datetime) -> bool:
    if rule.events and event.kind not in rule.events:
        return False
    if rule.window_days is not None and now - event.at > rule.window_days * _DAY:
        return False
    return rule.match.holds({**profile, **event.facts, "event.kind": event.kind})


def _event_line(rule: Rule, event: ScoreEvent, now: datetime) -> ScoreLine:
    left = decayed(rule.points, age_days=(now - event.at) / _DAY, half_life_days=rule.half_life_days)
    return ScoreLine(rule.id, event.id, rule.axis, whole(left), rule.reason, event.at)


def _further(rule: Rule, count: int, at: datetime) -> list[ScoreLine]:
    """The times beyond `max_times`, shown with their points and the cut that takes them away."""
    points = rule.points * count
    return [
        ScoreLine(rule.id, "further", rule.axis, points, f"{rule.reason} ({count} more)", at),
        ScoreLine(rule.id, "times", rule.axis, -points, f"counts {rule.max_times} times at most", at, is_cut=True),
    ]


def _capped(rule: Rule, lines: list[ScoreLine], now: datetime) -> list[ScoreLine]:
    if rule.cap is None:
        return lines
    low, high = (0, rule.cap) if rule.points >= 0 else (-rule.cap, 0)
    return lines + _held(lines, low, high, _limit_line(rule.id, "limit", rule.axis, now))


def _grouped(group: Group, rules: ScoreRules, lines: list[ScoreLine], now: datetime) -> list[ScoreLine]:
    members = {rule.id for rule in rules.rules if rule.group == group.key}
    own = [line for line in lines if line.rule in members]
    return _held(own, group.low, group.high, _limit_line(f"group:{group.key}", "limit", group.axis, now))


def _limit_line(rule: str, event: str, axis: Axis, now: datetime) -> Callable[[int, str], ScoreLine]:
    return lambda points, reason: ScoreLine(rule, event, axis, points, reason, now, is_cut=True)


def _held(lines: Sequence[ScoreLine], low: int, high: int, line: Callable[[int, str], ScoreLine]) -> list[ScoreLine]:
    """One line that brings the sum of `lines` within `low` and `high`, or none."""
    reached = _sum(lines)
    if reached > high:
        return [line(high - reached, f"limit of {high} reached")]
    if reached < low:
        return [line(low - reached, f"not below {low}")]
    return []


def _sum(lines: Iterable[ScoreLine]) -> int:
    return sum(line.points for line in lines)


def _disqualified(rules: ScoreRules, profile: Facts, past: Sequence[ScoreEvent]) -> tuple[Disqualified, ...]:
    seen = [profile, *({**profile, **event.facts, "event.kind": event.kind} for event in past)]
    return tuple(
        Disqualified(stop.id, stop.reason)
        for stop in rules.disqualifiers
        if any(stop.match.holds(facts) for facts in seen)
    )
