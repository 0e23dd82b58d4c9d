"""The score and its lines."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.leads.conditions import ALWAYS, Facts
from app.leads.score_rules import Axis, Group, Rule, ScoreRules, parse_scoring
from app.leads.scoring import Score, ScoreEvent, decayed, score, whole

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
SITE = Path(__file__).parents[2] / "landing_pages/_site"


def event(kind: str, days_ago: float = 0, **facts: str) -> ScoreEvent:
    return ScoreEvent(f"{kind}-{days_ago}", kind, NOW - timedelta(days=days_ago), facts)


def engagement(rule_id: str = "clicked", points: int = 10, **more: object) -> Rule:
    rule = Rule(rule_id, Axis.ENGAGEMENT, ALWAYS, points, "Clicked", events=(rule_id,))
    return replace(rule, **more)  # type: ignore[arg-type]


def fit(rule_id: str, points: int, group: str = "") -> Rule:
    return Rule(rule_id, Axis.FIT, ALWAYS, points, "Fits", group=group)


def scored(*rules: Rule, events: list[ScoreEvent] | None = None, profile: Facts | None = None, **more: object) -> Score:
    rule_set = replace(ScoreRules("v1", rules), **more)  # type: ignore[arg-type]
    return score(rule_set, profile or {}, events or [], now=NOW)


@pytest.mark.parametrize(
    ("points", "age", "half_life", "left"),
    [(50, 30, 30, 25), (50, 45, 30, 17.677670), (3, 10, 14, 1.828520), (50, 45, None, 50), (50, -1, 30, 50)],
)
def test_points_fade_by_their_half_life(points: float, age: float, half_life: float | None, left: float) -> None:
    assert decayed(points, age_days=age, half_life_days=half_life) == pytest.approx(left, abs=5e-7)


@pytest.mark.parametrize(("points", "shown"), [(17.68, 18), (2.5, 3), (-2.5, -3), (0.49, 0), (-0.49, 0), (3.0, 3)])
def test_lines_have_whole_points(points: float, shown: int) -> None:
    assert whole(points) == shown


def test_every_line_has_its_rule_its_event_and_its_reason() -> None:
    clicked = event("clicked", 45)
    result = scored(engagement(points=50, half_life_days=30), events=[clicked])
    assert [(line.rule, line.event, line.kind, line.points, line.reason, line.at) for line in result.lines] == [
        ("clicked", clicked.id, Axis.ENGAGEMENT, 18, "Clicked", clicked.at)
    ]
    assert (result.fit, result.engagement, result.total, result.rules_version) == (0, 18, 18, "v1")


def test_a_rule_counts_once_unless_it_says_more_and_the_rest_is_shown_as_cut() -> None:
    events = [event("clicked", days) for days in (3, 2, 1)]
    result = scored(engagement(), events=events)
    assert [(line.event, line.points, line.is_cut) for line in result.lines] == [
        ("clicked-1", 10, False),
        ("further", 20, False),
        ("times", -20, True),
    ]
    assert result.lines[1].at == events[0].at
    assert scored(engagement(max_times=3), events=events).engagement == 30


def test_a_cap_is_shown_as_a_line() -> None:
    result = scored(engagement(max_times=5, cap=25), events=[event("clicked", days) for days in (3, 2, 1)])
    assert [line.points for line in result.lines] == [10, 10, 10, -5]
    assert result.lines[-1].is_cut
    assert "25" in result.lines[-1].reason


def test_a_negative_rule_is_capped_from_below() -> None:
    result = scored(
        engagement(points=-10, max_times=5, cap=15), engagement("confirmed", 50), events=[
            event("clicked", 2), event("clicked", 1), event("confirmed")
        ]
    )  # fmt: skip
    assert result.engagement == 35


def test_a_group_keeps_its_limits() -> None:
    groups = (Group("house", Axis.FIT, 0, 60),)
    result = scored(fit("a", 40, "house"), fit("b", 30, "house"), fit("c", 10), groups=groups)
    assert result.fit == 70
    assert ("group:house", -10, True) in [(line.rule, line.points, line.is_cut) for line in result.lines]
    assert scored(fit("a", -40, "house"), fit("c", 10), groups=groups).fit == 10


def test_each_kind_and_the_total_stay_between_zero_and_their_ceiling() -> None:
    result = scored(fit("a", 90), fit("b", 30), engagement(points=80), events=[event("clicked")])
    assert (result.fit, result.engagement, result.total) == (100, 80, 100)
    assert [(line.rule, line.kind, line.points) for line in result.lines if line.is_cut] == [
        ("fit-limit", Axis.FIT, -20),
        ("total-limit", Axis.TOTAL, -80),
    ]
    assert scored(fit("a", -20)).total == 0


def test_events_outside_the_window_or_in_the_future_do_not_count() -> None:
    rule = engagement(window_days=30)
    assert scored(rule, events=[event("clicked", 30)]).engagement == 10
    assert scored(rule, events=[event("clicked", 30.01)]).engagement == 0
    assert scored(rule, events=[event("clicked", -1)]).engagement == 0


def test_other_events_do_not_count() -> None:
    assert scored(engagement(), events=[event("downloaded")]).lines == ()


def test_an_engagement_rule_sees_the_event_over_the_profile() -> None:
    text = (
        "rules: [{id: a, axis: engagement, event: clicked, points: 5, reason: r, match: {fact: page.slug, is: guide}}]"
    )
    rules, faults = parse_scoring(text, file="s.yaml")
    assert faults == ()
    profile: Facts = {"page.slug": "other"}
    inside = ScoreEvent("1", "clicked", NOW, {"page.slug": "guide"})
    assert score(rules, profile, [inside], now=NOW).total == 5
    assert score(rules, profile, [replace(inside, facts={})], now=NOW).total == 0


def test_a_disqualifier_says_why() -> None:
    match = "{fact: email.domain, domain_in: [tea.example]}"
    text = f"disqualifiers: [{{id: own, match: {match}, reason: {{en: Works here, cs: Náš}}}}]"
    rules, faults = parse_scoring(text, file="s.yaml")
    assert faults == ()
    result = score(rules, {"email.domain": "shop.tea.example"}, [], now=NOW)
    assert [(stop.rule, stop.reason) for stop in result.disqualified] == [("own", "Works here")]
    assert rules.reason("own", "cs") == "Náš"
    assert score(rules, {"email.domain": "other.example"}, [], now=NOW).disqualified == ()


def test_a_disqualifier_looks_at_events_too() -> None:
    text = "disqualifiers: [{id: bounced, match: {fact: event.kind, is: bounced}, reason: Bounces}]"
    rules, _ = parse_scoring(text, file="s.yaml")
    assert score(rules, {}, [event("bounced")], now=NOW).disqualified
    assert not score(rules, {}, [event("clicked")], now=NOW).disqualified


def test_the_strongest_lines_explain_a_score() -> None:
    result = scored(*(fit(f"r{points}", points) for points in (5, 30, -40, 10, 1, 2, 3)))
    assert [line.points for line in result.strongest(3)] == [-40, 30, 10]


_RULES = st.builds(
    Rule,
    id=st.sampled_from(["a", "b", "c", "d"]),
    axis=st.sampled_from([Axis.FIT, Axis.ENGAGEMENT]),
    match=st.just(ALWAYS),
    points=st.integers(-120, 120),
    reason=st.just("r"),
    group=st.sampled_from(["", "g"]),
    events=st.sampled_from([(), ("x",), ("y",)]),
    max_times=st.integers(1, 4),
    cap=st.none() | st.integers(1, 90),
    window_days=st.none() | st.integers(1, 40),
    half_life_days=st.none() | st.integers(1, 60),
)
_EVENTS = st.lists(
    st.builds(
        lambda kind, days, number: replace(event(kind, days), id=f"e{number}"),
        st.sampled_from("xyz"),
        st.integers(0, 60),
        st.integers(0, 10**9),
    ),
    max_size=15,
    unique_by=lambda event: event.id,
)


@settings(deadline=None)
@given(st.lists(_RULES, max_size=4, unique_by=lambda rule: rule.id), _EVENTS)
def test_the_score_is_always_the_sum_of_its_lines(rules: list[Rule], events: list[ScoreEvent]) -> None:
    groups = (Group("g", Axis.FIT, -30, 60), Group("g", Axis.ENGAGEMENT, -30, 60))
    rules = [replace(rule, group="") if rule.axis is Axis.FIT else rule for rule in rules]
    result = scored(*rules, events=events, groups=groups[1:])
    assert result.total == sum(line.points for line in result.lines)
    assert result.fit == sum(line.points for line in result.lines if line.kind is Axis.FIT)
    assert result.engagement == sum(line.points for line in result.lines if line.kind is Axis.ENGAGEMENT)
    assert 0 <= result.fit <= 100
    assert 0 <= result.engagement <= 100
    assert 0 <= result.total <= 100
    names = [(line.rule, line.event) for line in result.lines]
    assert len(set(names)) == len(names)
    assert result == scored(*rules, events=events[::-1], groups=groups[1:])


FAULTS = """
rules:
  - {id: Bad Id, axis: fit, points: 5, reason: r, match: {fact: a, is: b}}
  - {id: b, axis: up, points: 5, reason: r, match: {fact: a, is: b}}
  - {id: c, axis: fit, points: 0, reason: r, match: {fact: a, is: b}}
  - {id: d, axis: fit, points: 5, reason: r}
  - {id: e, axis: fit, points: 5, reason: r, match: {fact: a, is: b}, half_life_days: 3}
  - {id: f, axis: engagement, points: 5, reason: r}
  - {id: g, axis: engagement, event: x, points: 5, reason: {cs: r}}
  - {id: h, axis: engagement, event: x, points: 5, reason: r, group: none}
  - {id: h, axis: engagement, event: x, points: 5, reason: r}
  - {id: total-limit, axis: engagement, event: x, points: 5, reason: r}
  - {id: k, axis: engagement, event: x, points: 5, reason: r, max_times: 101}
disqualifiers:
  - {id: l, reason: r}
"""


def test_faults_name_line_and_field() -> None:
    _, faults = parse_scoring(FAULTS, file="scoring.yaml")
    assert [(fault.line, fault.field.partition("].")[2]) for fault in faults] == [
        (3, "id"),
        (4, "axis"),
        (5, "points"),
        (6, "match"),
        (7, "half_life_days"),
        (8, ""),
        (9, "reason"),
        (10, "group"),
        (12, "id"),
        (13, "max_times"),
        (15, "match"),
        (11, "id"),
    ]


def test_the_version_is_of_the_content_and_not_of_comments_or_order() -> None:
    one = "rules: [{id: a, axis: fit, points: 5, reason: r, match: {fact: a, is: b}}]"
    two = "# why\nrules:\n  - {reason: r, id: a, points: 5, axis: fit, match: {is: b, fact: a}}\n"
    versions = {parse_scoring(text, file="s.yaml")[0].version for text in (one, two)}
    assert len(versions) == 1
    assert parse_scoring(one.replace("5", "6"), file="s.yaml")[0].version not in versions


def test_the_demo_rules_are_without_fault_and_speak_three_languages() -> None:
    rules, faults = parse_scoring((SITE / "scoring.yaml").read_text("utf-8"), file="scoring.yaml")
    assert faults == ()
    assert all(set(rule.reasons) == {"en", "vi", "cs"} for rule in (*rules.rules, *rules.disqualifiers))
    assert max(len(rule.id) for rule in rules.rules) <= 60


def test_the_examples_of_the_documentation_are_without_fault() -> None:
    text = (SITE.parents[1] / "docs/scoring.md").read_text("utf-8")
    example = text.split("## scoring.yaml")[1].split("```yaml\n")[1].split("```")[0]
    rules, faults = parse_scoring(example, file="scoring.md")
    assert faults == ()
    assert [rule.id for rule in rules.rules] == ["serves-tea", "downloaded"]


def test_the_documentation_counts_the_demo_rules_right() -> None:
    rules, _ = parse_scoring((SITE / "scoring.yaml").read_text("utf-8"), file="scoring.yaml")
    owner: Facts = {"answers.business": "cafe", "answers.role": "owner"}
    confirmed, downloads = event("confirmed"), [event("downloaded", days / 100) for days in (1, 2)]
    hurried = score(rules, {**owner, "answers.timeline": "month"}, [confirmed], now=NOW)
    assert (hurried.fit, hurried.engagement) == (70, 60)
    calm = score(rules, owner, [confirmed, *downloads], now=NOW)
    assert (calm.fit, calm.engagement) == (70, 55)
    student = score(rules, {"answers.business": "home", "answers.role": "student"}, [confirmed], now=NOW)
    assert (student.fit, student.engagement) == (0, 25)
    assert [line.points for line in student.lines if line.rule == "fit-limit"] == [30]
