"""Addresses that must not be mailed."""

import hmac
from hashlib import sha256

import pytest

from app.consent.suppression import (
    ALL,
    Pepper,
    SuppressionEntry,
    SuppressionReason,
    mac_of,
    macs_of,
    may_clear,
    may_mail,
    needs_rekey,
)

NEW, OLD = Pepper("k2", b"n" * 32), Pepper("k1", b"o" * 32)
R = SuppressionReason


def test_the_hash_is_a_keyed_sha256_of_the_normalised_address() -> None:
    expected = hmac.new(b"n" * 32, b"gatepost suppression 1\0eva@tea.example", sha256).hexdigest()
    assert mac_of("eva@tea.example", NEW).mac == expected
    assert mac_of("eva@tea.example", NEW).key_id == "k2"


def test_another_pepper_or_address_is_another_hash() -> None:
    macs = {mac_of("a@b.example", NEW).mac, mac_of("a@b.example", OLD).mac, mac_of("c@b.example", NEW).mac}
    assert len(macs) == 3


def test_entries_stay_findable_after_a_rotation_and_move_to_the_new_key() -> None:
    kept = mac_of("eva@tea.example", OLD)
    assert kept in macs_of("eva@tea.example", (NEW, OLD))
    assert macs_of("eva@tea.example", (NEW, OLD))[0].key_id == "k2"
    assert needs_rekey("k1", (NEW, OLD))
    assert not needs_rekey("k2", (NEW, OLD))


@pytest.mark.parametrize(
    ("reason", "scope", "purpose", "confirmation", "allowed"),
    [
        (R.WITHDRAWN, "newsletter", "newsletter", False, False),
        (R.WITHDRAWN, "newsletter", "product_offers", False, True),
        (R.WITHDRAWN, "newsletter", "newsletter", True, True),
        (R.WITHDRAWN, ALL, "newsletter", False, False),
        (R.ERASED, ALL, "newsletter", False, False),
        (R.ERASED, ALL, "deliver_offer", True, True),
        (R.COMPLAINT, ALL, "deliver_offer", True, False),
        (R.COMPLAINT, "newsletter", "newsletter", True, False),
        (R.LEGAL_OBJECTION, ALL, "deliver_offer", True, False),
        (R.HARD_BOUNCE, "newsletter", "deliver_offer", True, False),
        (R.HARD_BOUNCE, ALL, "newsletter", False, False),
    ],
)
def test_what_an_entry_stops(
    reason: SuppressionReason, scope: str, purpose: str, confirmation: bool, allowed: bool
) -> None:
    decision = may_mail([SuppressionEntry(reason, scope)], purpose, confirmation=confirmation)
    assert decision.allowed is allowed
    assert bool(decision.reason) is not allowed


def test_one_entry_among_several_is_enough() -> None:
    entries = [SuppressionEntry(R.WITHDRAWN, "other"), SuppressionEntry(R.COMPLAINT, ALL)]
    assert not may_mail(entries, "newsletter", confirmation=True).allowed
    assert may_mail([], "newsletter", confirmation=False).allowed


@pytest.mark.parametrize("reason", [R.COMPLAINT, R.HARD_BOUNCE, R.LEGAL_OBJECTION])
def test_subscribing_again_cannot_lift_a_complaint_a_bounce_or_an_objection(reason: SuppressionReason) -> None:
    clearance = may_clear(SuppressionEntry(reason, ALL), "newsletter")
    assert not clearance.allowed
    assert "staff" in clearance.reason


def test_subscribing_again_lifts_a_withdrawal_of_that_purpose_only() -> None:
    entry = SuppressionEntry(R.WITHDRAWN, "newsletter")
    assert may_clear(entry, "newsletter").allowed
    assert not may_clear(entry, "product_offers").allowed
    assert may_clear(SuppressionEntry(R.ERASED, ALL), "newsletter").allowed
