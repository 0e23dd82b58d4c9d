"""Markdown becomes harmless HTML, whatever stands in it."""

from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.pages.markup import TAGS, is_safe_link, plain, render

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:x)",
    "[x](//evil.example)",
    "[x](/\\evil.example)",
    "[x](https://good.example 'a\" onmouseover=\"alert(1)')",
    "<a href='javascript:alert(1)'>x</a>",
    "<svg/onload=alert(1)>",
    "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
    "<style>@import 'x'</style>",
    "<iframe src=//evil.example>",
    "![x](javascript:alert(1))",
    "`<script>`",
    '<https://x.example/"onclick=alert(1)>',
    "[x]: javascript:alert(1)\n\n[x]",
    "<!--><script>alert(1)</script>-->",
    "<p style=position:fixed>",
]
pieces = st.sampled_from(
    [*ATTACKS, "<", ">", '"', "'", "&", "\n", "\n\n", "*", "# ", "- ", "1. ", "`", "```\n", "|", "a"]
)


class _Audit(HTMLParser):
    """Whatever is in the output besides harmless tags and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.bad: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.bad.append(tag)
        for name, value in attrs:
            if name not in {"href", "title", "rel", "start"}:
                self.bad.append(name)
            if name == "href" and not is_safe_link(value or ""):
                self.bad.append(str(value))

    def handle_comment(self, data: str) -> None:
        self.bad.append(data)


def bad_parts(html: str) -> list[str]:
    audit = _Audit()
    audit.feed(html)
    audit.close()
    return audit.bad


@pytest.mark.parametrize("text", ATTACKS)
def test_attacks_come_out_inert(text: str) -> None:
    assert bad_parts(render(text)) == []


@given(st.lists(pieces | st.text(max_size=12), max_size=12).map("".join))
@example("[a](java\nscript:alert(1))")
def test_nothing_harmful_survives(text: str) -> None:
    assert bad_parts(render(text)) == []


def test_the_audit_itself_sees_harm() -> None:
    assert bad_parts('<script>x</script><a href="javascript:x" onclick="y">z</a>') == [
        "script",
        "javascript:x",
        "onclick",
    ]


def test_ordinary_text_keeps_its_form() -> None:
    html = render("# Title\n\n*a* **b** [c](https://tea.example)\n\n1. x\n2. y\n\n> q\n\n| h |\n|---|\n| d |")
    assert html.startswith("<h3>Title</h3>")
    assert '<a href="https://tea.example" rel="noopener">c</a>' in html
    for tag in ("<em>a</em>", "<strong>b</strong>", "<ol>", "<blockquote>", "<table>"):
        assert tag in html


@pytest.mark.parametrize("target", ["#form", "/p/guide", "mailto:a@tea.example", "tel:+420601123456", "page.html"])
def test_links_within_the_site_and_to_people_are_kept(target: str) -> None:
    assert f'href="{target}"' in render(f"[x]({target})")


def test_plain_words_have_no_markup() -> None:
    assert plain("# A\n\n*b* & [c](https://tea.example)") == "A b & c"
