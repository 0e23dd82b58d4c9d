"""The daily visitor hash."""

import pytest

from app.attribution.visitor import network_of, visitor_hash

SALT = bytes(range(16))
AGENT = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"


def of(address: str = "203.0.113.7", *, salt: bytes = SALT, site: str = "tea.example", agent: str = AGENT) -> bytes:
    return visitor_hash(salt, site, address=address, user_agent=agent)


def test_the_hash_is_sixteen_bytes_and_stays_the_same_within_a_day() -> None:
    assert len(of()) == 16
    assert of() == of()
    assert of().hex() == "ae840cf925b9e7385ef742635b9aba79"


def test_another_day_site_address_or_browser_is_another_visitor() -> None:
    others = [of(salt=bytes(16)), of(site="b.example"), of("203.0.113.8"), of(agent="curl/8")]
    assert len({of(), *others}) == 5


def test_parts_cannot_run_into_each_other() -> None:
    assert of("1.2.3.4", site="a", agent="bc") != of("1.2.3.4b", site="a", agent="c")


def test_one_household_is_one_visitor_over_ipv6() -> None:
    assert of("2001:db8:1:2::1") == of("2001:db8:1:2:ffff::9")
    assert of("2001:db8:1:2::1") != of("2001:db8:1:3::1")


def test_an_ipv4_address_in_ipv6_dress_is_the_ipv4_address() -> None:
    assert of("::ffff:203.0.113.7") == of("203.0.113.7")


def test_odd_user_agents_do_not_raise() -> None:
    assert len(of(agent="\ud800" * 2000)) == 16


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.0/24"),
        ("2001:db8:1:2::1", "2001:db8:1::/48"),
        ("::ffff:203.0.113.7", "203.0.113.0/24"),
        ("fe80::1%eth0", "fe80::/48"),
        ("nonsense", ""),
        ("", ""),
    ],
)
def test_networks_are_cut_as_evidence_may_keep_them(address: str, network: str) -> None:
    assert network_of(address) == network


def test_limits_count_single_ipv4_addresses_and_ipv6_households() -> None:
    assert network_of("203.0.113.7", v4=32, v6=64) == "203.0.113.7"
    assert network_of("2001:db8:1:2::1", v4=32, v6=64) == "2001:db8:1:2::/64"
