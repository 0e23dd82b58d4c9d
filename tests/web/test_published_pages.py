"""A published page: under both addresses, in its languages, packed, cached, and gone when it is taken away."""

import gzip
import re

import brotli  # type: ignore[import-untyped]
import pytest
import zstandard

from app.adapters import clock
from app.pages import actions
from tests.factories.demo_site import GUIDE
from tests.factories.site import Site
from tests.factories.visitor import Visitor, heading, words


@pytest.fixture
def visitor(shared: Site) -> Visitor:
    """A browser."""
    return Visitor(shared)


def test_the_default_language_is_served_under_both_addresses(visitor: Visitor) -> None:
    short, long = visitor.get("/p/guide"), visitor.get("/en/p/guide")
    assert short.status_code == long.status_code == 200
    assert short.data == long.data
    assert short.headers["ETag"] == long.headers["ETag"]


def test_another_language_has_its_own_address(visitor: Visitor) -> None:
    page = visitor.get("/vi/p/guide")
    assert heading(page) == "Cẩm nang trà"
    assert '<html lang="vi"' in page.text
    assert visitor.get("/cs/p/guide").status_code == 404


def test_every_language_names_all_others_and_itself(visitor: Visitor) -> None:
    for path in ("/p/guide", "/vi/p/guide"):
        page = visitor.get(path).text
        links = dict(re.findall(r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)"', page))
        assert links["en"].endswith("/p/guide")
        assert links["vi"].endswith("/vi/p/guide")
        assert links["x-default"] == links["en"]
        assert re.search(r'<link rel="canonical" href="http://localhost[^"]+"', page)


@pytest.mark.parametrize("path", ["/p/guide", "/en/p/guide", "/vi/p/guide"])
def test_a_page_that_is_known_is_304_without_a_body(visitor: Visitor, path: str) -> None:
    first = visitor.get(path)
    again = visitor.get(path, If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
    assert visitor.get(path, If_None_Match='"other"').status_code == 200


@pytest.mark.parametrize(
    ("accepted", "unpack"),
    [("br", brotli.decompress), ("gzip", gzip.decompress), ("zstd", zstandard.decompress),
     ("identity", bytes)],
)  # fmt: skip
def test_every_encoding_unpacks_to_the_same_page_under_its_own_tag(
    visitor: Visitor, accepted: str, unpack: object
) -> None:
    plain, packed = visitor.get("/p/guide"), visitor.get("/p/guide", Accept_Encoding=accepted)
    assert callable(unpack)
    assert unpack(packed.data) == plain.data
    assert packed.headers.get("Content-Encoding", "identity") == accepted
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert (packed.headers["ETag"] == plain.headers["ETag"]) is (accepted == "identity")


def test_a_page_is_small_and_asks_nobody_else_for_anything(visitor: Visitor) -> None:
    page = visitor.get("/p/guide")
    assert len(visitor.get("/p/guide", Accept_Encoding="br").data) < 14_000
    assert not re.findall(r'(?:src|href|action)="(?:https?:)?//(?!localhost)', page.text)
    assert "Set-Cookie" not in page.headers


def test_head_answers_like_get_without_the_page(visitor: Visitor) -> None:
    head = visitor.send("HEAD", "/p/guide")
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == str(len(visitor.get("/p/guide").data))


@pytest.mark.parametrize("path", ["/p/nothing", "/xx/p/guide", "/p/", "/p/guide/", "/p/../p/guide%00", "/P/GUIDE"])
def test_what_is_not_there_is_404_in_words(visitor: Visitor, path: str) -> None:
    answer = visitor.get(path)
    assert answer.status_code == 404
    assert len(words(answer)) > 20


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_405(visitor: Visitor, method: str) -> None:
    answer = visitor.send(method, "/p/guide")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_every_page_has_a_strict_policy(shared: Site, visitor: Visitor) -> None:
    for path in ("/p/guide", "/en/privacy", "/p/nothing", shared.parts.links.receipt("0" * 26)):
        policy = visitor.get(path).headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy


def test_the_privacy_notice_is_there_in_each_language(visitor: Visitor) -> None:
    assert heading(visitor.get("/en/privacy")) == "Privacy"
    assert heading(visitor.get("/vi/privacy")) == "Riêng tư"
    assert visitor.get("/privacy", Accept_Language="vi").location == "/vi/privacy"


def test_a_published_change_is_shown_at_once_and_a_page_taken_away_is_gone(site: Site) -> None:
    visitor = Visitor(site)
    site.publish("guide")
    before = visitor.get("/p/guide")
    site.publish_files({"guide": {"page.en.yaml": GUIDE.replace("heading: The guide", "heading: A better guide")}})
    after = visitor.get("/p/guide", If_None_Match=before.headers["ETag"])
    assert (after.status_code, heading(after)) == (200, "A better guide")
    now = clock.now()
    site.parts.database.write(lambda session: actions.unpublish(session, "guide", "en", now=now, who="test"))
    site.parts.cache.refresh()
    assert visitor.get("/p/guide").status_code == 404
    assert visitor.ask().status_code == 404
