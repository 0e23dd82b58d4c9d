"""The demo pages and their style: small, composed, never ticked beforehand, ready for right-to-left scripts."""

import re
import unicodedata
from functools import cache
from pathlib import Path

import pytest

from app.adapters.page_files import read_folder
from app.pages.build import Build, build
from app.pages.compile import render_page
from app.pages.encoding import encoded
from app.pages.prepare import Prepared
from tests.factories.pages import circumstances, look

ROOT = Path(__file__).parents[2]
LOCALES = ("en", "vi", "cs")
BUDGET = 14 * 1024
STYLES = sorted((ROOT / "templates" / "public" / "css").rglob("*.css"))


@cache
def demo() -> Build:
    folder = read_folder(ROOT / "landing_pages")
    return build(look(), folder.site, folder.pages, circumstances(locales=LOCALES))


def pages() -> list[Prepared]:
    return list(demo().prepared)


def test_the_demo_has_three_offers_in_three_languages_without_a_fault() -> None:
    assert demo().faults == ()
    assert [finding for finding in demo().findings if finding.is_error] == []
    assert len(pages()) == 9


def test_every_demo_page_fits_into_the_first_round_trip() -> None:
    for page in pages():
        rendered = render_page(look(), page.record)
        sizes = encoded("live", rendered.html, rendered.policy)
        assert len(sizes.gzip) <= BUDGET, page.record.path
        assert len(sizes.br) <= BUDGET, page.record.path


def test_no_box_is_ticked_beforehand() -> None:
    for page in pages():
        html = render_page(look(), page.record).html
        boxes = re.findall(r'<input type="checkbox"[^>]*>', html)
        assert boxes, page.record.path
        assert not [box for box in boxes if "checked" in box]


def test_every_demo_text_is_composed_unicode() -> None:
    for path in (ROOT / "landing_pages").rglob("*"):
        if path.suffix in {".yaml", ".md"}:
            text = path.read_text("utf-8")
            assert text == unicodedata.normalize("NFC", text), path.name


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_styles_name_no_left_and_no_right_side(path: Path) -> None:
    plain = re.sub(r"/\*.*?\*/|background-position:[^;}]*", "", path.read_text("utf-8"), flags=re.DOTALL)
    assert (
        re.findall(r"(?:margin|padding|border)-(?:left|right)|(?<![-\w])(?:left|right)\s*:|:\s*(?:left|right)\b", plain)
        == []
    )


@pytest.mark.parametrize("path", sorted((ROOT / "app" / "static").glob("*.js")), ids=lambda path: path.name)
def test_a_script_is_small_and_keeps_to_the_policy(path: Path) -> None:
    code = path.read_text("utf-8")
    assert len(code.encode()) < 3 * 1024
    assert not re.search(
        r"\beval\(|innerHTML|new Function|\.style\b|localStorage|sessionStorage|document\.cookie", code
    )
