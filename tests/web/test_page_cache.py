"""Published pages from memory: what comes back, in which encoding, with which headers, and how it changes."""

import gzip
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from wsgiref.validate import validator

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client, TestResponse

from app.adapters.asset_store import PUBLIC, AssetStore
from app.adapters.static_files import read_static
from app.db import Database
from app.errors import StorageUnavailable
from app.pages import actions
from app.pages.actions import Published
from app.pages.build import build
from app.web.cached_response import ENCODINGS, matches, preferred_encoding, static_entries
from app.web.page_cache import PageCache
from tests.factories.pages import NOW, PAGE, built, circumstances, look, page_files, png, site_files


class Behind:
    """The app behind the cache; counts what reaches it."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, environ: Mapping[str, Any], start_response: Any) -> list[bytes]:
        self.asked.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")
        start_response("404 Not Found", [("Content-Type", "text/plain"), ("Content-Length", "0")])
        return []


class House:
    """A cache on a database of its own, with a client in front of it."""

    def __init__(self, database: Database, folder: Path, **options: Any) -> None:
        self.database = database
        self.behind = Behind()
        self.visits: list[str] = []
        self.assets = AssetStore(folder / "assets")
        self.cache = PageCache(
            self.behind,
            database,
            lambda environ, page_id: self.visits.append(page_id),
            assets=self.assets,
            static=static_entries(read_static().values()),
            **options,
        )
        self.client = Client(validator(self.cache))

    def publish(self, page: str = PAGE, **others: str) -> list[Published]:
        made = build(look(), site_files(), [page_files(page, **others)], circumstances())
        assert made.faults == ()
        done = [
            self.database.write(lambda session, one=one: actions.publish(session, one, now=NOW, who="test"))
            for one in made.prepared
        ]
        self.cache.refresh()
        return done

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.send("GET", path, **headers)

    def send(self, method: str, path: str, **headers: str) -> TestResponse:
        given = {name.replace("_", "-"): text for name, text in headers.items()}
        return self.client.open(path, method=method, headers=given, buffered=True)


@pytest.fixture
def engine_name() -> str:
    """One engine is enough, but for the tests that say otherwise."""
    return "sqlite"


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[House]:
    made = House(database, tmp_path)
    yield made
    made.cache.stop()


CZECH = PAGE.replace("locale: en\ndefault: true", "locale: cs").replace("heading: The guide", "heading: Průvodce")


@pytest.mark.parametrize("engine_name", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_a_published_page_never_reaches_the_app(house: House) -> None:
    [done] = house.publish()
    response = house.get("/p/guide")
    assert response.status_code == 200
    assert "<h1>The guide</h1>" in response.text
    assert (house.behind.asked, house.visits) == ([], [done.page_id])


def test_each_language_has_its_address_and_the_default_has_two(house: House) -> None:
    house.publish(PAGE, cs=CZECH)
    assert house.get("/p/guide").data == house.get("/en/p/guide").data
    assert "<h1>Průvodce</h1>" in house.get("/cs/p/guide").text
    assert house.get("/vi/p/guide").status_code == 404


def test_everything_else_passes_to_the_app(house: House) -> None:
    house.publish()
    house.send("POST", "/p/guide")
    house.get("/p/other")
    house.get("/p/guide/")
    house.send("PUT", "/p/guide")
    assert house.behind.asked == ["POST /p/guide", "GET /p/other", "GET /p/guide/", "PUT /p/guide"]
    assert house.visits == []


@pytest.mark.parametrize(
    ("encoding", "unpack"),
    [
        ("gzip", gzip.decompress),
        ("br", brotli.decompress),
        ("zstd", zstandard.ZstdDecompressor().decompress),
        ("", bytes),
    ],
)
def test_every_encoding_holds_the_same_page(house: House, encoding: str, unpack: Any) -> None:
    house.publish()
    response = house.get("/p/guide", Accept_Encoding=encoding)
    assert response.headers.get("Content-Encoding", "") == encoding
    assert unpack(response.data) == house.get("/p/guide").data
    assert response.headers["Vary"] == "Accept-Encoding"
    assert int(response.headers["Content-Length"]) == len(response.data)


def test_the_encodings_have_tags_of_their_own(house: House) -> None:
    house.publish()
    tags = {house.get("/p/guide", Accept_Encoding=name).headers["ETag"] for name in (*ENCODINGS, "")}
    assert len(tags) == 4
    assert not any(tag.startswith("W/") for tag in tags)


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("br;q=0.5, gzip;q=0.8", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("gzip;q=0", ""),
        ("*", "br"),
        ("*;q=0", ""),
        ("identity", ""),
        ("identity;q=1, gzip;q=0.5", ""),
        ("GZIP", "gzip"),
        ("gzip ; q = 0.5", "gzip"),
        ("deflate", ""),
        ("", ""),
        ("x-gzip", ""),
        (";;;,,,q=", ""),
    ],
)
def test_the_encoding_is_chosen_by_weight(header: str, chosen: str) -> None:
    assert preferred_encoding(header) == chosen


@given(st.text(max_size=60))
def test_any_accept_encoding_gives_some_choice(header: str) -> None:
    assert preferred_encoding(header) in {"", *ENCODINGS}


def test_a_known_tag_is_answered_by_304_without_body(house: House) -> None:
    [done] = house.publish()
    tag = house.get("/p/guide").headers["ETag"]
    for header in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        response = house.get("/p/guide", If_None_Match=header)
        assert (response.status_code, response.data) == (304, b"")
        assert response.headers["ETag"] == tag
        assert response.headers["Vary"] == "Accept-Encoding"
        assert "Content-Security-Policy" in response.headers
    assert house.visits == [done.page_id] * 5


@pytest.mark.parametrize("header", ['"other"', "other", "", 'W/"other"', '"*"'])
def test_an_unknown_tag_gets_the_page(house: House, header: str) -> None:
    house.publish()
    assert house.get("/p/guide", If_None_Match=header).status_code == 200


def test_the_tag_of_one_encoding_does_not_stand_for_another(house: House) -> None:
    house.publish()
    tag = house.get("/p/guide").headers["ETag"]
    assert house.get("/p/guide", If_None_Match=tag, Accept_Encoding="br").status_code == 200


@given(st.text(max_size=40))
def test_no_header_is_taken_for_a_tag_it_does_not_hold(header: str) -> None:
    assert matches(header, '"abcdef"') == (header.strip() == "*" or '"abcdef"' in header)


def test_head_has_the_headers_of_get_and_no_body(house: House) -> None:
    house.publish()
    head, get = house.send("HEAD", "/p/guide"), house.get("/p/guide")
    assert head.data == b""
    assert dict(head.headers) == dict(get.headers)


def test_pages_are_revalidated_and_guarded(house: House) -> None:
    house.publish()
    headers = house.get("/p/guide").headers
    assert headers["Cache-Control"] == "no-cache"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "Set-Cookie" not in headers
    assert "Strict-Transport-Security" not in headers


def test_a_site_on_https_asks_for_https(database: Database, tmp_path: Path) -> None:
    house = House(database, tmp_path, strict_transport=True)
    house.publish()
    for path in ("/p/guide", "/static/favicon.svg"):
        assert house.get(path).headers.getlist("Strict-Transport-Security") == ["max-age=31536000"]


def test_media_of_a_page_come_from_memory_for_ever(house: House) -> None:
    body = png()
    digest = house.assets.put(body, PUBLIC)
    page = PAGE.replace("heading: The guide,", "heading: The guide, image: {src: bowl.png, alt: A bowl},")
    files = page_files(page)
    facts = files.images["bowl.png"].model_copy(update={"digest": digest})
    made = build(look(), site_files(), [replace(files, images={"bowl.png": facts})], circumstances())
    house.database.write(lambda session: actions.publish(session, made.prepared[0], now=NOW, who="test"))
    house.cache.refresh()
    response = house.get(f"/m/{digest[:16]}/bowl.png", Accept_Encoding="br")
    assert (response.status_code, response.data, response.mimetype) == (200, body, "image/png")
    assert "immutable" in response.headers["Cache-Control"]
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert "Content-Encoding" not in response.headers
    assert house.visits == []


def test_media_of_an_earlier_revision_are_still_there(house: House) -> None:
    digest = house.assets.put(b"<svg/>", PUBLIC)
    assert house.get(f"/m/{digest[:16]}/old.svg").data == b"<svg/>"
    assert house.get(f"/m/{digest[:16]}/old.html").mimetype == "application/octet-stream"


def test_gated_files_have_no_public_address(house: House) -> None:
    digest = house.assets.put(b"%PDF", "gated")
    assert house.get(f"/m/{digest[:16]}/guide.pdf").status_code == 404


@pytest.mark.parametrize("path", ["/m/", "/m/x/y", "/m/../../secret", "/m/0000000000000000/a.png", "/m/" + "0" * 16])
def test_what_is_no_media_passes_to_the_app(house: House, path: str) -> None:
    assert house.get(path).status_code == 404
    assert len(house.behind.asked) == 1


def test_static_files_have_a_hashed_and_a_plain_address(house: House) -> None:
    file = read_static()["page.js"]
    assert "immutable" in house.get(file.address).headers["Cache-Control"]
    assert house.get("/static/page.js").headers["Cache-Control"] == "no-cache"
    assert house.get(file.address).data == house.get("/static/page.js").data == file.body
    assert house.get(file.address, Accept_Encoding="gzip").headers["Content-Encoding"] == "gzip"


@pytest.mark.parametrize("engine_name", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_a_publish_and_a_revert_show_within_a_second(house: House) -> None:
    house.publish()
    house.cache.start()
    other = built(PAGE.replace("heading: The guide", "heading: Another")).prepared[0]
    house.database.write(lambda session: actions.publish(session, other, now=NOW, who="test"))
    assert _within_a_second(lambda: "<h1>Another</h1>" in house.get("/p/guide").text)
    house.database.write(lambda session: actions.revert(session, "guide", "en", number=1, now=NOW, who="test"))
    assert _within_a_second(lambda: "<h1>The guide</h1>" in house.get("/p/guide").text)
    house.database.write(lambda session: actions.unpublish(session, "guide", "en", now=NOW, who="test"))
    assert _within_a_second(lambda: house.get("/p/guide").status_code == 404)


def test_what_is_live_is_known_without_asking_the_database(house: House) -> None:
    done = house.publish(PAGE, cs=CZECH)
    live = house.cache.live("guide")
    assert live is not None
    assert (live.facts.locale, live.revision_id in {one.revision_id for one in done}) == ("en", True)
    assert house.cache.live("guide", "cs") is not None
    assert house.cache.live("guide", "vi") is None
    assert house.cache.live("other") is None


def test_a_page_starts_and_ends_by_itself(house: House) -> None:
    now = datetime.now(UTC)
    start, end = now + timedelta(seconds=0.6), now + timedelta(seconds=1.2)
    house.publish(PAGE.replace("default: true", f"starts_at: {start.isoformat()}\nends_at: {end.isoformat()}"))
    seen = []
    while datetime.now(UTC) < end + timedelta(seconds=0.2):
        text = house.get("/p/guide").text
        state = "live" if "<form" in text else "ended" if "ended" in text else "upcoming"
        if not seen or seen[-1] != state:
            seen.append(state)
        time.sleep(0.02)
    assert seen == ["upcoming", "live", "ended"]


@pytest.mark.parametrize("engine_name", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_when_the_database_is_away_what_is_known_is_served_on(database: Database, tmp_path: Path) -> None:
    fragile = Fragile(database)
    house = House(fragile, tmp_path)  # type: ignore[arg-type]
    house.publish()
    house.cache.start()
    fragile.is_away = True
    asked = fragile.reads
    assert _within_a_second(lambda: fragile.reads > asked)
    assert house.get("/p/guide").status_code == 200
    fragile.is_away = False
    other = built(PAGE.replace("heading: The guide", "heading: Another")).prepared[0]
    database.write(lambda session: actions.publish(session, other, now=NOW, who="test"))
    assert _within_a_second(lambda: "Another" in house.get("/p/guide").text)
    house.cache.stop()


def test_swapping_never_shows_a_gap(house: House) -> None:
    house.publish()
    stop, statuses = threading.Event(), set()

    def look_on() -> None:
        while not stop.is_set():
            statuses.add(house.get("/p/guide").status_code)

    thread = threading.Thread(target=look_on)
    thread.start()
    for number in range(5):
        house.publish(PAGE.replace("heading: The guide", f"heading: Number {number}"))
    stop.set()
    thread.join()
    assert statuses == {200}


def test_in_development_a_script_is_added_and_pages_go_plain(database: Database, tmp_path: Path) -> None:
    house = House(database, tmp_path, dev_script="/static/dev-reload.js")
    house.publish()
    response = house.get("/p/guide", Accept_Encoding="br")
    assert '<script src="/static/dev-reload.js" defer></script></body>' in response.text
    assert "Content-Encoding" not in response.headers


class Fragile:
    """A database whose reads can fail."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.write = database.write
        self.is_away = False
        self.reads = 0

    def read(self, work: Any) -> Any:
        self.reads += 1
        if self.is_away:
            raise StorageUnavailable("away")
        return self._database.read(work)


def _within_a_second(holds: Any) -> bool:
    until = time.monotonic() + 1.0
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.02)
    return bool(holds())
