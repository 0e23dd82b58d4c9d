"""In development a saved file is published and the open page hears of it."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.cli.page_watch import PageWatcher
from app.pages import queries
from app.services import Services
from app.web.dev.live_reload import live_reload
from tests.factories.pages import PAGE, write_site


@pytest.fixture
def engine_name() -> str:
    """One engine is enough: nothing here depends on it."""
    return "sqlite"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_site(tmp_path)


@pytest.fixture
def settings_overrides(folder: Path) -> dict[str, Any]:
    return {"pages_dir": folder, "locales": ("en",), "dev": True}


@pytest.fixture
def watcher(app: Flask) -> Iterator[PageWatcher]:
    parts: Services = app.extensions["gatepost"]
    made = PageWatcher(parts, parts.cache.refresh)
    app.register_blueprint(live_reload(made))
    made.start()
    yield made
    made.stop()


def test_a_saved_page_is_published_within_a_second(app: Flask, watcher: PageWatcher, folder: Path) -> None:
    client = app.test_client()
    save(folder, PAGE)
    assert soon(lambda: "<h1>The guide</h1>" in client.get("/p/guide").text)
    save(folder, PAGE.replace("heading: The guide", "heading: Saved again"))
    assert soon(lambda: "<h1>Saved again</h1>" in client.get("/p/guide").text)


def test_an_open_page_hears_of_it(app: Flask, watcher: PageWatcher, folder: Path) -> None:
    client = app.test_client()
    first = client.get("/dev/changes").get_json()
    save(folder, PAGE)
    news = client.get(f"/dev/changes?since={first['version']}").get_json()
    assert news["version"] == first["version"] + 1
    assert "/static/dev-reload" in client.get("/p/guide").text


def test_a_faulty_file_is_told_and_what_was_live_stays(app: Flask, watcher: PageWatcher, folder: Path) -> None:
    save(folder, PAGE)
    assert watcher.wait(1, 3.0) == 2
    save(folder, "slug: [")
    assert watcher.wait(2, 3.0) == 3
    assert "page.en.yaml:" in watcher.faults[0]
    assert "<h1>The guide</h1>" in app.test_client().get("/p/guide").text
    assert app.extensions["gatepost"].database.read(queries.version) == (1, 1)


def save(folder: Path, text: str) -> None:
    (folder / "guide" / "page.en.yaml").write_text(text + "\n", encoding="utf-8")


def soon(holds: Callable[[], bool]) -> bool:
    until = time.monotonic() + 2.0
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.02)
    return False
