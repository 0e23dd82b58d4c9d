"""The name a downloaded file gets."""

import re
from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.offers.filename import content_disposition, safe_name


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("guide.pdf", 'attachment; filename="guide.pdf"'),
        (
            "Hướng dẫn trà.pdf",
            'attachment; filename="Huong dan tra.pdf"; '
            "filename*=UTF-8''H%C6%B0%E1%BB%9Bng%20d%E1%BA%ABn%20tr%C3%A0.pdf",
        ),
        (
            "Průvodce đ.pdf",
            "attachment; filename=\"Pruvodce d.pdf\"; filename*=UTF-8''Pr%C5%AFvodce%20%C4%91.pdf",
        ),
        ("茶.pdf", "attachment; filename=\"download.pdf\"; filename*=UTF-8''%E8%8C%B6.pdf"),
        ("100%.pdf", "attachment; filename=\"100_.pdf\"; filename*=UTF-8''100%25.pdf"),
        ('a"b.pdf', 'attachment; filename="a_b.pdf"'),
        ("a\r\nSet-Cookie: x=1.pdf", 'attachment; filename="a_Set-Cookie_ x=1.pdf"'),
        ("../../etc/passwd", 'attachment; filename="_.._etc_passwd"'),
        ("", 'attachment; filename="download"'),
        ("...", 'attachment; filename="download"'),
    ],
)
def test_the_header_has_a_plain_name_and_the_exact_one_where_they_differ(name: str, header: str) -> None:
    assert content_disposition(name) == header


def test_a_file_can_be_shown_instead_of_saved() -> None:
    assert content_disposition("a.pdf", inline=True).startswith("inline; ")


def test_a_long_name_keeps_its_ending() -> None:
    assert safe_name("x" * 300 + ".pdf") == "x" * 146 + ".pdf"


def test_what_is_no_ending_is_cut_with_the_rest() -> None:
    assert safe_name("a." + "x" * 300) == ("a." + "x" * 300)[:150]
    assert safe_name("y" * 300 + "." + "x" * 10).endswith("y." + "x" * 10)


def test_a_decomposed_name_is_composed() -> None:
    assert safe_name("tra\u0300.pdf") == "trà.pdf"


@given(st.text(max_size=200))
@example("\ud800.pdf")
@example("a\u202efdp.exe")
def test_no_name_can_break_the_header(name: str) -> None:
    header = content_disposition(name)
    assert header.isascii()
    assert header.isprintable()
    found = re.fullmatch(r"attachment; filename=\"([^\"\\]+)\"(?:; filename\*=UTF-8''(\S+))?", header)
    assert found is not None
    assert unquote(found[2] or found[1]) == safe_name(name)
    assert "/" not in safe_name(name)
