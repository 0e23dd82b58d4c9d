"""The kinds of offer."""

from datetime import UTC, datetime, timedelta

import pytest

from app.offers.access import AccessFacts, may_use
from app.offers.kinds import KINDS, Coupon, Ebook, Webinar
from app.pages.offer_setup import OFFER_SETUPS

NOW = datetime(2027, 3, 1, tzinfo=UTC)


def test_every_kind_a_page_may_offer_can_be_granted() -> None:
    assert set(KINDS) == set(OFFER_SETUPS)


@pytest.mark.parametrize("key", sorted(KINDS))
def test_what_a_kind_needs_is_a_field_of_its_setup(key: str) -> None:
    assert set(KINDS[key].needs) <= set(OFFER_SETUPS[key].model_fields)


def test_an_ebook_is_for_so_many_downloads_and_days() -> None:
    grant = Ebook.grant({"expires_days": 3, "max_downloads": 2}, now=NOW)
    assert grant.facts() == AccessFacts(NOW + timedelta(days=3), 2, 0)
    assert Ebook.grant({}, now=NOW).facts() == AccessFacts(NOW + timedelta(days=7), 5, 0)
    assert Ebook.counts_uses


@pytest.mark.parametrize("ends_at", [NOW, NOW.isoformat()])
def test_a_seat_lasts_a_week_beyond_the_session(ends_at: object) -> None:
    access = Webinar.grant({"ends_at": ends_at}, now=NOW).facts()
    assert may_use(access, now=NOW + timedelta(days=6)).allowed
    assert not may_use(access, now=NOW + timedelta(days=7)).allowed


def test_a_coupon_lasts_as_long_as_its_code() -> None:
    assert Coupon.grant({"valid_until": NOW}, now=NOW).expires_at == NOW
    assert Coupon.grant({"valid_until": None}, now=NOW).expires_at is None
    assert Coupon.grant({}, now=NOW).max_uses is None


def test_an_offer_is_named_by_its_page_and_a_coupon_by_its_pool() -> None:
    assert Ebook.identity("guide", {}) == "ebook:guide"
    assert Coupon.identity("first-order", {"pool": "spring"}) == Coupon.identity("other", {"pool": "spring"})


def test_missing_fields_are_named() -> None:
    assert Ebook.missing({"title": "A guide"}) == ("file",)
    assert Ebook.missing({"title": "A guide", "file": "a.pdf"}) == ()
