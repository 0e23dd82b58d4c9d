"""The rules behind a score, from `_site/scoring.yaml`; known by the hash of what they say."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256

from app.json_text import dumps
from app.leads.conditions import ALWAYS, Condition, match_of
from app.site_file import Faults, Node, read

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
_RESERVED = ("fit-limit", "engagement-limit", "total-limit")
_MOST_POINTS = 1000


class Axis(StrEnum):
    """What a line speaks for: who somebody is (fit), what they did (engagement), or the sum (total)."""

    FIT = "fit"
    ENGAGEMENT = "engagement"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Rule:
    """Points for a condition. `events` names the kinds of event an engagement rule counts, none meaning any."""

    id: str
    axis: Axis
    match: Condition
    points: int
    reason: str
    reasons: Mapping[str, str] = field(default_factory=dict)
    group: str = ""
    events: tuple[str, ...] = ()
    max_times: int = 1
    cap: int | None = None
    window_days: int | None = None
    half_life_days: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Limits for the sum of the rules that belong to it."""

    key: str
    axis: Axis
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Stop:
    """A condition that disqualifies, whatever the score."""

    id: str
    match: Condition
    reason: str
    reasons: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ScoreRules:
    """All rules of a site. `version` is the hash of the file's content, so a comment changes nothing."""

    version: str
    rules: tuple[Rule, ...] = ()
    groups: tuple[Group, ...] = ()
    disqualifiers: tuple[Stop, ...] = ()
    fit_max: int = 100
    engagement_max: int = 100
    total_max: int = 100

    def reason(self, rule: str, locale: str) -> str:
        """The reason of a rule or a disqualifier in a language; its plain one where there is no other."""
        known: tuple[Rule | Stop, ...] = (*self.rules, *self.disqualifiers)
        found = next((each for each in known if each.id == rule), None)
        return "" if found is None else found.reasons.get(locale, found.reason)


NO_RULES = ScoreRules(version="none")


def parse_scoring(text: str, *, file: str) -> tuple[ScoreRules, Faults]:
    """Read `scoring.yaml`; with faults, what could be read, which must not be published."""
    top = read(text, file=file)
    top.only("limits", "groups", "rules", "disqualifiers")
    limits = top.at("limits")
    limits.only("fit", "engagement", "total")
    groups = tuple(_group(node) for node in top.each("groups"))
    places = [*top.each("rules")], [*top.each("disqualifiers")]
    rules = tuple(_rule(node, groups) for node in places[0])
    stops = tuple(_stop(node) for node in places[1])
    _unique_ids([*places[0], *places[1]])
    most = {axis: limits.whole(axis, low=1, high=_MOST_POINTS, default=100) for axis in Axis}
    parsed = ScoreRules(
        version=content_version(top),
        rules=rules,
        groups=groups,
        disqualifiers=stops,
        fit_max=most[Axis.FIT],
        engagement_max=most[Axis.ENGAGEMENT],
        total_max=most[Axis.TOTAL],
    )
    return parsed, tuple(top.faults)


def content_version(top: Node) -> str:
    """16 hex digits of the SHA-256 of a file's content as canonical JSON."""
    return sha256(dumps(_plain(top.value)).encode("utf-8")).hexdigest()[:16]


def reason_of(node: Node) -> tuple[str, dict[str, str]]:
    """A reason as one text, or as a text per language (`en` stands for those without their own)."""
    value = node.value.get("reason")
    if not isinstance(value, dict):
        return node.text("reason", limit=300), {}
    place = node.at("reason")
    texts = {locale: place.text(locale, limit=300) for locale in place.keys()}  # noqa: SIM118 - a Node is no dict
    if "en" not in texts:
        node.fault("needs its text in en, which stands for languages without their own", "reason")
    return texts.get("en", ""), texts


def _rule(node: Node, groups: tuple[Group, ...]) -> Rule:
    node.only(
        "id", "axis", "match", "points", "reason", "group", "event", "max_times", "cap", "window_days", "half_life_days"
    )
    axis = Axis(node.choice("axis", (Axis.FIT, Axis.ENGAGEMENT)))
    reason, reasons = reason_of(node)
    rule = Rule(
        id=_id(node),
        axis=axis,
        match=match_of(node) if axis is Axis.FIT or node.has("match") else ALWAYS,
        points=node.whole("points", low=-_MOST_POINTS, high=_MOST_POINTS),
        reason=reason,
        reasons=reasons,
        group=node.text("group", default="", limit=60),
        events=node.texts("event", limit=30),
        max_times=node.whole("max_times", low=1, high=100, default=1),
        cap=_limit(node, "cap"),
        window_days=_limit(node, "window_days", high=3650),
        half_life_days=_limit(node, "half_life_days", high=3650),
    )
    _check_rule(node, rule, groups)
    return rule


def _check_rule(node: Node, rule: Rule, groups: tuple[Group, ...]) -> None:
    if rule.points == 0:
        node.fault("gives or takes at least one point", "points")
    if rule.axis is Axis.FIT:
        for key in ("event", "max_times", "window_days", "half_life_days"):
            if node.has(key):
                node.fault("belongs to engagement; who somebody is does not fade or repeat", key)
    elif not rule.events and not node.has("match"):
        node.fault("needs an event or a match, or it would count everything")
    if rule.group and (rule.group, rule.axis) not in {(group.key, group.axis) for group in groups}:
        node.fault(f"no group {rule.group} of {rule.axis} is defined above", "group")


def _group(node: Node) -> Group:
    node.only("key", "axis", "min", "max")
    return Group(
        key=node.text("key", limit=60),
        axis=Axis(node.choice("axis", (Axis.FIT, Axis.ENGAGEMENT))),
        low=node.whole("min", low=-_MOST_POINTS, high=0, default=-_MOST_POINTS),
        high=node.whole("max", low=0, high=_MOST_POINTS, default=_MOST_POINTS),
    )


def _stop(node: Node) -> Stop:
    node.only("id", "match", "reason")
    reason, reasons = reason_of(node)
    return Stop(_id(node), match_of(node), reason, reasons)


def _id(node: Node) -> str:
    found = node.text("id", limit=60)
    if found and (not _ID.fullmatch(found) or found in _RESERVED):
        node.fault("may have lower-case letters, digits and hyphens, and no name of a limit", "id")
    return found


def _unique_ids(nodes: list[Node]) -> None:
    seen: set[str] = set()
    for node in nodes:
        found = str(node.value.get("id"))
        if found in seen:
            node.fault(f"{found} is used twice", "id")
        seen.add(found)


def _limit(node: Node, key: str, *, high: int = _MOST_POINTS) -> int | None:
    return node.whole(key, low=1, high=high) if node.has(key) else None


def _plain(value: object) -> object:
    """Plain dicts and lists of what the YAML reader made, keys sorted, for a hash that order of keys cannot move."""
    if isinstance(value, dict):
        return {str(key): _plain(value[key]) for key in sorted(value, key=str)}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value if isinstance(value, bool | int | type(None)) else str(value)
