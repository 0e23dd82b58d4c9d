"""Whether an access may be used, and what counts as a download."""

from datetime import UTC, datetime, timedelta

import pytest

from app.offers.access import AccessFacts, ServedRequest, continues_download, counts_as_download, may_use

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
    ("request_", "minutes_ago", "counted"),
    [
        (ServedRequest("GET", 200), None, True),
        (ServedRequest("GET", 206), None, True),
        (ServedRequest("GET", 206, 5_000), None, True),
        (ServedRequest("GET", 206, 5_000), 10, False),
        (ServedRequest("GET", 206, 0), 1, False),
        (ServedRequest("GET", 206, 5_000), 10.1, True),
        (ServedRequest("GET", 200), 1, True),
        (ServedRequest("HEAD", 200), None, False),
        (ServedRequest("GET", 304), None, False),
        (ServedRequest("GET", 416), None, False),
        (ServedRequest("GET", 403), None, False),
    ],
)
def test_what_takes_one_download(request_: ServedRequest, minutes_ago: float | None, counted: bool) -> None:
    before = None if minutes_ago is None else NOW - timedelta(minutes=minutes_ago)
    assert counts_as_download(request_, last_counted_at=before, now=NOW) is counted


def test_a_part_continues_only_what_was_counted() -> None:
    part = ServedRequest("GET", 206, 100)
    assert continues_download(part, last_counted_at=NOW - TEN, now=NOW)
    assert not continues_download(part, last_counted_at=None, now=NOW)
