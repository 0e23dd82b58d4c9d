"""`flask pages ...`: what it prints, what it does, with which exit code."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from app.pages import queries
from tests.factories.pages import PAGE, write_site

PAGE_FILE = "guide/page.en.yaml"


@pytest.fixture
def engine_name() -> str:
    """One engine is enough, but for the tests that say otherwise."""
    return "sqlite"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one page in English."""
    return write_site(tmp_path)


@pytest.fixture
def settings_overrides(folder: Path) -> dict[str, Any]:
    return {"pages_dir": folder, "locales": ("en",)}


def run(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=["pages", *words])


def change(folder: Path, old: str, new: str) -> None:
    path = folder / PAGE_FILE
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def live_numbers(app: Flask) -> list[int | None]:
    return [line.number for line in app.extensions["gatepost"].database.read(queries.pages)]


def test_check_says_that_a_good_page_may_be_published(app: Flask) -> None:
    result = run(app, "check")
    assert (result.exit_code, result.output) == (0, "1 pages may be published.\n")
    assert live_numbers(app) == []


def test_check_names_file_line_and_field(app: Flask, folder: Path) -> None:
    change(folder, "heading: The guide", "headline: The guide")
    result = run(app, "check")
    assert result.exit_code == 1
    assert "landing_pages/guide/page.en.yaml:13 blocks[0].heading: is missing (error)" in result.output


def test_check_reads_the_documents_of_the_site_too(app: Flask, folder: Path) -> None:
    (folder / "_site" / "scoring.yaml").write_text("rules: nonsense\n")
    result = run(app, "check")
    assert result.exit_code == 1
    assert "landing_pages/_site/scoring.yaml:1" in result.output


def test_check_as_json_is_for_programs(app: Flask, folder: Path) -> None:
    change(folder, "file: guide.pdf", "file: gone.pdf")
    result = run(app, "check", "--json")
    report = json.loads(result.output)
    assert result.exit_code == 1
    assert report["ok"] is False
    assert report["findings"][0] == {
        "severity": "error",
        "rule": "dead-file",
        "file": "landing_pages/guide/page.en.yaml",
        "line": 5,
        "field": "offer.file",
        "message": "there is no file gated/gone.pdf",
    }


def test_an_unknown_page_is_a_wrong_call(app: Flask) -> None:
    assert run(app, "check", "other").exit_code == 2


def test_a_file_that_is_no_utf8_is_a_fault_with_its_line(app: Flask, folder: Path) -> None:
    (folder / PAGE_FILE).write_bytes(PAGE.encode() + b"# caf\xe9\n")
    result = run(app, "check")
    assert result.exit_code == 1
    assert "page.en.yaml:16 is not UTF-8" in result.output


@pytest.mark.parametrize("engine_name", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_publish_shows_pages_and_says_what_changed(app: Flask, folder: Path) -> None:
    first = run(app, "publish")
    assert first.exit_code == 0
    assert "published  /p/guide  revision 1" in first.output
    assert "unchanged  /p/guide  revision 1" in run(app, "publish").output
    change(folder, "heading: The guide", "heading: Another")
    assert "published  /p/guide  revision 2" in run(app, "publish", "guide").output


def test_publish_stores_the_files(app: Flask) -> None:
    run(app, "publish")
    facts = app.extensions["gatepost"].database.read(lambda session: queries.live_facts(session, "guide"))
    digest = facts.record.gated["guide.pdf"].digest
    assert b"".join(app.extensions["gatepost"].assets.pieces(digest, "gated")) == b"%PDF-1.4 the guide"


def test_publish_is_all_or_nothing(app: Flask, folder: Path) -> None:
    (folder / "other").mkdir()
    (folder / "other" / "page.en.yaml").write_text(PAGE.replace("slug: guide", "slug: other"))
    result = run(app, "publish")
    assert result.exit_code == 1
    assert "gated/guide.pdf" in result.output
    assert "Nothing was published." in result.output
    assert live_numbers(app) == []
    assert run(app, "publish", "guide").exit_code == 0


def test_warnings_do_not_block(app: Flask, folder: Path) -> None:
    change(folder, "submit_label: Send me the guide", "submit_label: Submit")
    result = run(app, "publish")
    assert result.exit_code == 0
    assert "(warning: button)" in result.output


def test_list_and_show_tell_what_is_live(app: Flask, folder: Path) -> None:
    run(app, "publish")
    change(folder, "heading: The guide", "heading: Another")
    run(app, "publish")
    [line] = json.loads(run(app, "list", "--json").output)
    assert (line["slug"], line["locale"], line["state"], line["revision"]) == ("guide", "en", "live", 2)
    shown = json.loads(run(app, "show", "guide", "--json").output)
    assert [(each["number"], each["is_live"]) for each in shown] == [(2, True), (1, False)]
    assert "guide" in run(app, "list").output
    assert run(app, "show", "guide").exit_code == 0


def test_diff_shows_the_lines_that_changed(app: Flask, folder: Path) -> None:
    run(app, "publish")
    assert run(app, "diff", "guide").exit_code == 0
    change(folder, "heading: Where to", "heading: Where may we send it")
    result = run(app, "diff", "guide")
    assert result.exit_code == 1
    assert "-  - {id: form, type: form, heading: Where to}" in result.output
    assert "+  - {id: form, type: form, heading: Where may we send it}" in result.output
    run(app, "publish")
    assert run(app, "diff", "guide", "--from", "1", "--to", "2").output.startswith("--- revision 1\n+++ revision 2\n")


@pytest.mark.parametrize("engine_name", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_revert_shows_an_earlier_revision_again(app: Flask, folder: Path) -> None:
    run(app, "publish")
    change(folder, "heading: The guide", "heading: Another")
    run(app, "publish")
    result = run(app, "revert", "guide", "1")
    assert result.output == "Revision 1 of guide (en) is live again.\n"
    assert live_numbers(app) == [1]
    assert run(app, "revert", "guide", "1").output == "Revision 1 of guide (en) is live already.\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("revert", "guide", "9"), "has no revision 9"),
        (("revert", "other", "1"), "There is no page other"),
        (("show", "guide", "--locale", "vi"), "There is no page guide in vi"),
        (("diff", "guide", "--from", "5"), "has no revision 5"),
    ],
)
def test_what_is_not_there_is_told_with_what_to_do(app: Flask, words: tuple[str, ...], message: str) -> None:
    run(app, "publish")
    result = run(app, *words)
    assert result.exit_code == 1
    assert message in result.output
    assert "flask pages" in result.output


def test_unpublish_takes_a_page_away(app: Flask) -> None:
    run(app, "publish")
    assert run(app, "unpublish", "guide").output == "guide (en) is not shown any more.\n"
    assert live_numbers(app) == [None]


def test_a_language_whose_file_is_gone_is_taken_away(app: Flask, folder: Path) -> None:
    czech = folder / "guide" / "page.cs.yaml"
    czech.write_text(PAGE.replace("locale: en\ndefault: true", "locale: cs"), encoding="utf-8")
    run(app, "publish")
    assert live_numbers(app) == [1, 1]
    czech.unlink()
    result = run(app, "publish")
    assert "taken away guide (cs): its file is gone" in result.output
    assert live_numbers(app) == [2, None]


def test_a_folder_without_pages_is_told(app: Flask, folder: Path) -> None:
    (folder / PAGE_FILE).unlink()
    result = run(app, "check")
    assert result.exit_code == 1
    assert "There are no pages" in result.output
