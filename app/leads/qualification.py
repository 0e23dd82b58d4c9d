"""Whether a lead is worth a salesperson's time, with the reasons either way; and how warm it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.leads.conditions import Condition, Facts, match_of
from app.leads.score_rules import content_version, reason_of
from app.leads.scoring import Score
from app.site_file import Faults, Node, read


class Band(StrEnum):
    """How warm a lead is, by engagement."""

    COLD = "cold"
    WARM = "warm"
    HOT = "hot"


class FitLetter(StrEnum):
    """How well somebody fits, by fit points."""

    A = "A"
    B = "B"
    C = "C"


_RANK = {Band.COLD: 0, Band.WARM: 1, Band.HOT: 2}


@dataclass(frozen=True, slots=True)
class BandState:
    """A band, and since when the engagement has been too low for it (None: it is not)."""

    band: Band
    below_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Auto:
    """A condition that qualifies by itself, such as asking for a demo."""

    id: str
    match: Condition
    reason: str


@dataclass(frozen=True, slots=True)
class QualificationRules:
    """Thresholds and automatic rules of a site."""

    version: str
    warm: int = 30
    hot: int = 60
    drop_by: int = 10
    hold_days: int = 14
    fit_a: int = 70
    fit_b: int = 40
    least_fit: FitLetter = FitLetter.B
    least_engagement: int = 60
    auto: tuple[Auto, ...] = ()


DEFAULT_RULES = QualificationRules(version="default")


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that speaks for (`met`) or against."""

    text: str
    met: bool


@dataclass(frozen=True, slots=True)
class Qualification:
    """The decision. `rule` names what decided; `reasons` hold what spoke for it and what is still missing."""

    qualified: bool
    rule: str
    reasons: tuple[Reason, ...]
    band: BandState
    fit: FitLetter

    @property
    def label(self) -> str:
        """Both axes in one word, such as `B hot`."""
        return f"{self.fit} {self.band.band}"


def fit_letter(rules: QualificationRules, fit: int) -> FitLetter:
    """The letter for so many fit points."""
    if fit >= rules.fit_a:
        return FitLetter.A
    return FitLetter.B if fit >= rules.fit_b else FitLetter.C


def band_of(rules: QualificationRules, engagement: int, *, previous: BandState | None, now: datetime) -> BandState:
    """The band for so many engagement points.

    Up at once, down only when the points stay `drop_by` below the threshold for `hold_days`, so nobody flaps.
    """
    plain = _plain_band(rules, engagement)
    if previous is None or _RANK[plain] >= _RANK[previous.band]:
        return BandState(plain)
    threshold = rules.hot if previous.band is Band.HOT else rules.warm
    if engagement > threshold - rules.drop_by:
        return BandState(previous.band)
    since = previous.below_since or now
    if now - since >= timedelta(days=rules.hold_days):
        return BandState(plain)
    return BandState(previous.band, since)


def qualify(
    rules: QualificationRules,
    score: Score,
    *,
    profile: Facts,
    events: Sequence[Facts] = (),
    previous: BandState | None,
    now: datetime,
) -> Qualification:
    """Decide. A disqualifier says no whatever the score; an automatic rule yes; else fit and engagement together.

    `events` are the facts of what the lead did, each looked at with the profile behind it.
    """
    band = band_of(rules, score.engagement, previous=previous, now=now)
    letter = fit_letter(rules, score.fit)
    thresholds = _thresholds(rules, score, letter)
    if score.disqualified:
        stops = tuple(Reason(stop.reason, met=False) for stop in score.disqualified)
        return Qualification(False, score.disqualified[0].rule, stops, band, letter)
    seen = (profile, *({**profile, **facts} for facts in events))
    for auto in rules.auto:
        if any(auto.match.holds(facts) for facts in seen):
            return Qualification(True, auto.id, (Reason(auto.reason, met=True), *thresholds), band, letter)
    qualified = all(reason.met for reason in thresholds)
    return Qualification(qualified, "fit-and-engagement", thresholds, band, letter)


def parse_qualification(text: str, *, file: str) -> tuple[QualificationRules, Faults]:
    """Read `qualification.yaml`; with faults, what could be read, which must not be published."""
    top = read(text, file=file)
    top.only("bands", "fit", "qualified", "auto")
    bands, fit, least = top.at("bands"), top.at("fit"), top.at("qualified")
    bands.only("warm", "hot", "drop_by", "hold_days")
    fit.only("a", "b")
    least.only("fit", "engagement")
    rules = QualificationRules(
        version=content_version(top),
        warm=bands.whole("warm", low=1, high=1000, default=DEFAULT_RULES.warm),
        hot=bands.whole("hot", low=1, high=1000, default=DEFAULT_RULES.hot),
        drop_by=bands.whole("drop_by", low=0, high=1000, default=DEFAULT_RULES.drop_by),
        hold_days=bands.whole("hold_days", low=0, high=365, default=DEFAULT_RULES.hold_days),
        fit_a=fit.whole("a", low=1, high=1000, default=DEFAULT_RULES.fit_a),
        fit_b=fit.whole("b", low=1, high=1000, default=DEFAULT_RULES.fit_b),
        least_fit=FitLetter(least.choice("fit", tuple(FitLetter), default=DEFAULT_RULES.least_fit)),
        least_engagement=least.whole("engagement", low=0, high=1000, default=DEFAULT_RULES.least_engagement),
        auto=tuple(_auto(node) for node in top.each("auto")),
    )
    if rules.warm >= rules.hot:
        bands.fault("must be above warm", "hot")
    if rules.fit_b >= rules.fit_a:
        fit.fault("must be above b", "a")
    return rules, tuple(top.faults)


def _plain_band(rules: QualificationRules, engagement: int) -> Band:
    if engagement >= rules.hot:
        return Band.HOT
    return Band.WARM if engagement >= rules.warm else Band.COLD


def _thresholds(rules: QualificationRules, score: Score, letter: FitLetter) -> tuple[Reason, ...]:
    fits = letter <= rules.least_fit  # A < B < C
    engaged = score.engagement >= rules.least_engagement
    return (
        Reason(f"fit {letter} ({score.fit} points), {rules.least_fit} or better asked for", met=fits),
        Reason(f"engagement {score.engagement}, {rules.least_engagement} asked for", met=engaged),
    )


def _auto(node: Node) -> Auto:
    node.only("id", "match", "reason")
    reason, _ = reason_of(node)
    return Auto(node.text("id", limit=60), match_of(node), reason)
