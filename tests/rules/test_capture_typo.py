"""Hints for mistyped mail domains."""

import pytest

from app.capture.typo import suggest_address

KNOWN = """
gmail.com outlook.com hotmail.com icloud.com seznam.cz email.cz post.cz centrum.cz atlas.cz volny.cz yahoo.com.vn
yahoo.com mail.com mail.cz email.com ymail.com gmx.com centrum.sk me.com proton.me
"""


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("seznma.cz", "seznam.cz"),
        ("sezam.cz", "seznam.cz"),
        ("seznam.c", "seznam.cz"),
        ("gmial.com", "gmail.com"),
        ("gmal.com", "gmail.com"),
        ("mgail.com", "gmail.com"),
        ("gmail.con", "gmail.com"),
        ("gmail.co", "gmail.com"),
        ("gmail.cmo", "gmail.com"),
        ("yaho.com.vn", "yahoo.com.vn"),
        ("yahoo.com.v", "yahoo.com.vn"),
        ("hotmial.com", "hotmail.com"),
        ("outlok.com", "outlook.com"),
        ("iclod.com", "icloud.com"),
        ("emial.cz", "email.cz"),
        ("pots.cz", "post.cz"),
        ("centrun.cz", "centrum.cz"),
        ("atals.cz", "atlas.cz"),
        ("vlony.cz", "volny.cz"),
    ],
)
def test_a_slip_gets_a_hint(typed: str, meant: str) -> None:
    assert suggest_address(f"Eva.N@{typed}") == f"Eva.N@{meant}"


@pytest.mark.parametrize("domain", KNOWN.split())
def test_known_domains_get_none(domain: str) -> None:
    assert suggest_address(f"eva@{domain}") is None


@pytest.mark.parametrize("domain", ["most.cz", "host.cz", "past.cz", "tea.example", "fpt.com.vn", "gmbh.de", "a.cz"])
def test_domains_of_others_get_none(domain: str) -> None:
    assert suggest_address(f"eva@{domain}") is None


@pytest.mark.parametrize("text", ["", "eva", "@gmial.com", "eva@", "eva@" + "x" * 500])
def test_what_is_no_address_gets_none(text: str) -> None:
    assert suggest_address(text) is None


def test_case_of_the_domain_does_not_matter() -> None:
    assert suggest_address("eva@GMIAL.com") == "eva@gmail.com"
    assert suggest_address("eva@GMAIL.COM") is None
