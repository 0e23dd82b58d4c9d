"""Page files become documents, or faults that say where."""

from datetime import UTC, datetime

import pytest

from app.pages.document import PageDocument, gated_names, media_names
from app.pages.fault import Fault
from app.pages.moment import moment
from app.pages.source import PageSource, read_page
from tests.factories.pages import PAGE


def faults(text: str) -> list[str]:
    read = read_page("page.en.yaml", text, {"body.en.md": "Words"})
    return [] if isinstance(read, PageSource) else [str(fault) for fault in read]


def document(text: str = PAGE) -> PageDocument:
    read = read_page("page.en.yaml", text, {"body.en.md": "Some *words*."})
    assert isinstance(read, PageSource), read
    return read.document


def test_a_page_is_read() -> None:
    page = document()
    assert (page.slug, page.locale, page.offer.kind) == ("guide", "en", "ebook")
    assert [block.type for block in page.blocks] == ["hero", "form", "footer"]
    assert page.heading == "The guide"


def test_long_texts_come_from_files_beside_the_page() -> None:
    page = document(PAGE + '  - {id: more, type: rich_text, body: "@body.en.md"}\n')
    assert page.blocks[-1].body == "Some *words*."  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("title: The guide, description", "titel: The guide, description"),
         "page.en.yaml:4 seo.title: is missing"),
        (("type: text", "type: txt"), "page.en.yaml:11 form.fields[1]: 'txt' is not known; use one of"),
        (("heading: The guide", "headline: The guide"), "page.en.yaml:13 blocks[0].heading: is missing"),
        (("key: first_name", "key: First Name"), "page.en.yaml:11 form.fields[1].key: a key is 1 to 40"),
        (("key: first_name", "key: email"), "page.en.yaml:6 form: two fields have the key email"),
        (("id: form", "id: top"), "page.en.yaml:1 blocks: two blocks have the id top"),
        (("target: \"#form\"", "target: javascript:x"), "page.en.yaml:13 blocks[0].cta.target: a link starts with"),
        (("file: guide.pdf", "file: ../guide.pdf"), "page.en.yaml:5 offer.file: write the name of a file"),
        (("locale: en", "locale: xx"), "page.en.yaml:2 locale: 'xx' is not a locale"),
        (("kind: ebook", "kind: ebok"), "page.en.yaml:5 offer: 'ebok' is not known; use one of"),
        (("slug: guide", "slug: guide\nslug: other"), "page.en.yaml:2 found duplicate key"),
        (("id: end,", "id: end, imprint: '@gone.md',"), "page.en.yaml:15 blocks[2].imprint: there is no file gone.md"),
        (("default: true", "default: true\nstarts_at: 2027-01-01 10:00"), "'2027-01-01 10:00' has no time zone"),
        (("slug: guide", "slug: [guide"), "page.en.yaml:2"),
    ],
)  # fmt: skip
def test_a_fault_names_file_line_and_field(change: tuple[str, str], expected: str) -> None:
    changed = PAGE.replace(*change)
    assert changed != PAGE
    assert any(expected in fault for fault in faults(changed)), faults(changed)


def test_all_faults_are_told_at_once() -> None:
    text = (
        PAGE.replace("slug: guide", "slug: G").replace("type: text", "type: txt").replace("type: footer", "type: foot")
    )
    assert len(faults(text)) == 3


@pytest.mark.parametrize(
    "text", ["", "[]", "just words", "a: &x 1\nb: *x", "a: b: c", "\t- x", "x" * 300_000, "[" * 1500, "{a: b}: c"]
)
def test_what_is_no_page_file_is_a_fault_and_never_an_exception(text: str) -> None:
    assert faults(text)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2027-03-04 16:00 Europe/Prague", datetime(2027, 3, 4, 15, tzinfo=UTC)),
        ("2027-07-04T16:00:00+07:00", datetime(2027, 7, 4, 9, tzinfo=UTC)),
        ("2027-07-04 16:00 Asia/Ho_Chi_Minh", datetime(2027, 7, 4, 9, tzinfo=UTC)),
    ],
)
def test_moments_are_read_with_their_zone(text: str, read: datetime) -> None:
    assert moment(text) == read


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2027-03-28 02:30 Europe/Prague", "does not exist"),
        ("2027-10-31 02:30 Europe/Prague", "happens twice"),
        ("2027-03-04 16:00", "no time zone"),
        ("2027-03-04 16:00 Europe/Nowhere", "not a time zone"),
        ("soon", "not a moment"),
    ],
)
def test_a_moment_that_is_not_one_is_refused(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        moment(text)


def test_a_document_survives_being_stored() -> None:
    page = document(PAGE.replace("default: true", "ends_at: 2027-03-04 16:00 Europe/Prague"))
    assert PageDocument.model_validate(page.model_dump(mode="json")) == page


def test_a_webinar_is_a_wall_clock_in_its_zone() -> None:
    offer = (
        "offer: {kind: webinar, title: Tea, starts_at: 2027-03-04 16:00, ends_at: 2027-03-04 17:00, "
        "zone: Europe/Prague, online_url: https://meet.tea.example/x}"
    )
    page = document(PAGE.replace("offer: {kind: ebook, title: The guide, file: guide.pdf}", offer))
    assert page.offer.kind == "webinar"
    assert page.offer.starts_at == datetime(2027, 3, 4, 15, tzinfo=UTC)
    stored = PageDocument.model_validate(page.model_dump(mode="json"))
    assert stored == page


def test_files_of_a_page_are_listed_once() -> None:
    page = document(
        PAGE.replace("heading: The guide,", "heading: The guide, image: {src: bowl.png, alt: A bowl},")
        + "  - {id: look, type: asset_preview, asset: guide.pdf, cover: {src: bowl.png, alt: Cover}}\n"
        + "  - {id: logos, type: logos, items: [{image: a.svg, alt: A}]}\n"
    )
    assert media_names(page) == ("bowl.png", "a.svg")
    assert gated_names(page) == ("guide.pdf",)


def test_a_fault_without_field_reads_well() -> None:
    assert str(Fault("a.yaml", 3, "", "is empty")) == "a.yaml:3 is empty"
