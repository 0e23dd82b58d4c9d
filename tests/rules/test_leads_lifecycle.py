"""The stages of a lead."""

import pytest

from app.leads.lifecycle import Stage, may_move, stage_after


@pytest.mark.parametrize(
    ("current", "to"),
    [
        (None, Stage.IQL),
        (None, Stage.MQL),
        (Stage.IQL, Stage.MQL),
        (Stage.IQL, Stage.PQL),
        (Stage.MQL, Stage.SAL),
        (Stage.MQL, Stage.SQL),
        (Stage.SAL, Stage.SQL),
        (Stage.SQL, Stage.OPPORTUNITY),
        (Stage.PQL, Stage.OPPORTUNITY),
        (Stage.OPPORTUNITY, Stage.CUSTOMER),
    ],
)
def test_the_way_forward_is_open(current: Stage | None, to: Stage) -> None:
    assert may_move(current, to).allowed


@pytest.mark.parametrize(
    ("current", "to"),
    [
        (None, Stage.CUSTOMER),
        (None, Stage.RECYCLED),
        (Stage.MQL, Stage.IQL),
        (Stage.SQL, Stage.MQL),
        (Stage.CUSTOMER, Stage.IQL),
        (Stage.CUSTOMER, Stage.DISQUALIFIED),
        (Stage.DISQUALIFIED, Stage.MQL),
        (Stage.RECYCLED, Stage.CUSTOMER),
    ],
)
def test_there_is_no_way_back_or_over(current: Stage | None, to: Stage) -> None:
    decision = may_move(current, to, reason="because")
    assert not decision.allowed
    assert decision.reason


@pytest.mark.parametrize(
    ("current", "to"),
    [
        (Stage.MQL, Stage.RECYCLED),
        (Stage.RECYCLED, Stage.MQL),
        (Stage.SQL, Stage.DISQUALIFIED),
        (None, Stage.DISQUALIFIED),
    ],
)
def test_ways_out_and_back_need_a_reason(current: Stage | None, to: Stage) -> None:
    assert not may_move(current, to, reason=" ").allowed
    assert may_move(current, to, reason="no budget until autumn").allowed


def test_standing_still_is_a_repeat() -> None:
    decision = may_move(Stage.MQL, Stage.MQL)
    assert decision.is_repeat
    assert not decision.allowed


@pytest.mark.parametrize(
    ("current", "qualified", "disqualified", "expected"),
    [
        (None, False, False, Stage.IQL),
        (None, True, False, Stage.MQL),
        (None, False, True, Stage.DISQUALIFIED),
        (None, True, True, Stage.DISQUALIFIED),
        (Stage.IQL, True, False, Stage.MQL),
        (Stage.IQL, False, True, Stage.DISQUALIFIED),
        (Stage.MQL, False, False, Stage.MQL),
        (Stage.RECYCLED, True, False, Stage.MQL),
        (Stage.RECYCLED, False, False, Stage.RECYCLED),
        (Stage.SAL, False, True, Stage.SAL),
        (Stage.CUSTOMER, True, False, Stage.CUSTOMER),
        (Stage.PQL, True, False, Stage.PQL),
        (Stage.DISQUALIFIED, True, False, Stage.DISQUALIFIED),
    ],
)
def test_rules_lift_to_mql_and_leave_what_sales_decided(
    current: Stage | None, qualified: bool, disqualified: bool, expected: Stage
) -> None:
    assert stage_after(current, qualified=qualified, disqualified=disqualified) is expected


@pytest.mark.parametrize("current", [None, *Stage])
@pytest.mark.parametrize("qualified", [True, False])
@pytest.mark.parametrize("disqualified", [True, False])
def test_what_rules_decide_is_always_an_allowed_step(
    current: Stage | None, qualified: bool, disqualified: bool
) -> None:
    to = stage_after(current, qualified=qualified, disqualified=disqualified)
    decision = may_move(current, to, reason="by the rules")
    assert decision.allowed or decision.is_repeat


def test_stages_fit_their_column() -> None:
    assert max(len(stage.value) for stage in Stage) <= 14
