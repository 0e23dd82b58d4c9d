"""Whether a lead is qualified, and how warm."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.leads.conditions import Facts
from app.leads.qualification import (
    Band,
    BandState,
    FitLetter,
    QualificationRules,
    band_of,
    fit_letter,
    parse_qualification,
    qualify,
)
from app.leads.score_rules import parse_scoring
from app.leads.scoring import Disqualified, Score, ScoreEvent, score

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
SITE = Path(__file__).parents[2] / "landing_pages/_site"
RULES = QualificationRules("v1")
COLD, WARM, HOT = BandState(Band.COLD), BandState(Band.WARM), BandState(Band.HOT)


def a_score(fit: int, engagement: int, *stops: Disqualified) -> Score:
    return Score((), fit, engagement, min(fit + engagement, 100), "v1", stops)


def days(number: float) -> datetime:
    return NOW + timedelta(days=number)


@pytest.mark.parametrize(("points", "band"), [(0, COLD), (29, COLD), (30, WARM), (59, WARM), (60, HOT), (100, HOT)])
def test_a_new_lead_has_the_band_of_its_points(points: int, band: BandState) -> None:
    assert band_of(RULES, points, previous=None, now=NOW) == band


@pytest.mark.parametrize(
    ("points", "letter"), [(0, FitLetter.C), (39, FitLetter.C), (40, FitLetter.B), (69, FitLetter.B), (70, FitLetter.A)]
)
def test_fit_has_letters(points: int, letter: FitLetter) -> None:
    assert fit_letter(RULES, points) is letter


def test_a_band_rises_at_once() -> None:
    assert band_of(RULES, 60, previous=COLD, now=NOW) == HOT


@pytest.mark.parametrize("points", [59, 51])
def test_a_few_points_less_change_nothing(points: int) -> None:
    assert band_of(RULES, points, previous=HOT, now=NOW) == HOT


def test_a_band_falls_only_after_staying_below_for_fourteen_days() -> None:
    first = band_of(RULES, 50, previous=HOT, now=NOW)
    assert first == BandState(Band.HOT, NOW)
    assert band_of(RULES, 45, previous=first, now=days(13.9)) == first
    assert band_of(RULES, 45, previous=first, now=days(14)) == WARM
    assert band_of(RULES, 5, previous=first, now=days(14)) == COLD


def test_coming_back_in_time_starts_the_wait_anew() -> None:
    below = band_of(RULES, 50, previous=HOT, now=NOW)
    back = band_of(RULES, 55, previous=below, now=days(10))
    assert back == HOT
    assert band_of(RULES, 50, previous=back, now=days(15)) == BandState(Band.HOT, days(15))


@pytest.mark.parametrize(
    ("fit", "engagement", "qualified", "met"),
    [
        (40, 60, True, (True, True)),
        (39, 60, False, (False, True)),
        (40, 59, False, (True, False)),
        (0, 0, False, (False, False)),
    ],
)
def test_fit_and_engagement_together_qualify_and_both_are_told(
    fit: int, engagement: int, qualified: bool, met: tuple[bool, ...]
) -> None:
    decision = qualify(RULES, a_score(fit, engagement), profile={}, previous=None, now=NOW)
    assert decision.qualified is qualified
    assert tuple(reason.met for reason in decision.reasons) == met
    assert str(fit) in decision.reasons[0].text
    assert str(engagement) in decision.reasons[1].text


def test_a_disqualifier_beats_every_score_and_automatic_rule() -> None:
    rules, _ = parse_qualification(
        "auto: [{id: demo, match: {fact: offer.kind, is: demo}, reason: Demo}]", file="q.yaml"
    )
    decision = qualify(
        rules,
        a_score(100, 100, Disqualified("own", "Works here")),
        profile={"offer.kind": "demo"},
        previous=None,
        now=NOW,
    )
    assert not decision.qualified
    assert [(reason.text, reason.met) for reason in decision.reasons] == [("Works here", False)]


def test_an_automatic_rule_qualifies_without_points() -> None:
    text = (
        "auto: [{id: demo, match: {fact: offer.kind, in: [demo, pricing]}, reason: {en: Asked for a demo, cs: Demo}}]"
    )
    rules, faults = parse_qualification(text, file="q.yaml")
    assert faults == ()
    asked: Facts = {"offer.kind": "pricing"}
    decision = qualify(rules, a_score(0, 0), profile=asked, previous=None, now=NOW)
    assert (decision.qualified, decision.rule, decision.reasons[0].text) == (True, "demo", "Asked for a demo")
    later = qualify(rules, a_score(0, 0), profile={}, events=[asked], previous=None, now=NOW)
    assert later.qualified
    assert not qualify(rules, a_score(0, 0), profile={"offer.kind": "ebook"}, previous=None, now=NOW).qualified


def test_the_label_shows_both_axes() -> None:
    assert qualify(RULES, a_score(45, 65), profile={}, previous=None, now=NOW).label == "B hot"


def test_thresholds_come_from_the_file() -> None:
    text = "bands: {warm: 10, hot: 20}\nfit: {a: 50, b: 20}\nqualified: {fit: A, engagement: 20}\n"
    rules, faults = parse_qualification(text, file="q.yaml")
    assert faults == ()
    assert not qualify(rules, a_score(49, 20), profile={}, previous=None, now=NOW).qualified
    assert qualify(rules, a_score(50, 20), profile={}, previous=None, now=NOW).qualified


@pytest.mark.parametrize(
    ("text", "line", "field"),
    [
        ("bands: {warm: 60, hot: 30}\n", 1, "bands.hot"),
        ("bands: {warm: 60, hot: 60}\n", 1, "bands.hot"),
        ("fit: {a: 40, b: 40}\n", 1, "fit.a"),
        ("fit:\n  a: 10\n  b: 40\n", 2, "fit.a"),
        ("qualified: {fit: D}\n", 1, "qualified.fit"),
        ("auto:\n  - {id: a, reason: r}\n", 2, "auto[0].match"),
        ("stage: MQL\n", 1, "stage"),
    ],
)
def test_faults_name_line_and_field(text: str, line: int, field: str) -> None:
    _, faults = parse_qualification(text, file="qualification.yaml")
    assert [(fault.line, fault.field) for fault in faults] == [(line, field)]


def test_the_demo_rules_qualify_a_cafe_owner_in_a_hurry_and_no_student() -> None:
    rules, faults = parse_qualification((SITE / "qualification.yaml").read_text("utf-8"), file="q.yaml")
    points, more_faults = parse_scoring((SITE / "scoring.yaml").read_text("utf-8"), file="s.yaml")
    assert faults + more_faults == ()
    owner: Facts = {"answers.business": "cafe", "answers.role": "owner", "answers.timeline": "month"}
    student: Facts = {"answers.business": "home", "answers.role": "student"}
    events = [ScoreEvent("1", "confirmed", NOW, {})]
    for profile, expected in ((owner, True), (student, False)):
        found = score(points, profile, events, now=NOW)
        assert qualify(rules, found, profile=profile, previous=None, now=NOW).qualified is expected


def test_a_disqualified_lead_keeps_its_band_for_the_record() -> None:
    decision = qualify(
        replace(RULES, auto=()), a_score(100, 100, Disqualified("x", "y")), profile={}, previous=None, now=NOW
    )
    assert decision.label == "A hot"
