"""Whether an access may be used, and what is still the same download."""

from datetime import UTC, datetime, timedelta

import pytest

from app.offers.access import AccessFacts, continues, may_use

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
TEN = timedelta(minutes=10)


@pytest.mark.parametrize(
    ("access", "reason"),
    [
        (AccessFacts(NOW + TEN, 5, 4), ""),
        (AccessFacts(None, None, 99), ""),
        (AccessFacts(NOW, 5, 0), "expired"),
        (AccessFacts(NOW + TEN, 5, 5), "used up"),
        (AccessFacts(NOW + TEN, 5, 0, is_revoked=True), "revoked"),
    ],
)
def test_an_access_may_be_used_until_it_ends(access: AccessFacts, reason: str) -> None:
    decision = may_use(access, now=NOW)
    assert (decision.allowed, decision.reason) == (not reason, reason)


def test_the_last_download_can_be_finished_in_parts() -> None:
    assert may_use(AccessFacts(NOW, 5, 5), now=NOW, continues=True).allowed
    assert not may_use(AccessFacts(NOW, 5, 5, is_revoked=True), now=NOW, continues=True).allowed


@pytest.mark.parametrize(
    ("minutes_ago", "is_same"), [(None, False), (0, True), (1, True), (10, True), (10.01, False), (60, False)]
)
def test_ten_minutes_are_one_download(minutes_ago: float | None, is_same: bool) -> None:
    before = None if minutes_ago is None else NOW - timedelta(minutes=minutes_ago)
    assert continues(before, now=NOW) is is_same
