"""From files to revisions: what a revision remembers, and what makes another one."""

from dataclasses import replace

import pytest

from app.pages.build import Build, build
from app.pages.colour import contrast, readable_on
from app.pages.prepare import Prepared
from app.pages.record import ImageFacts, PageRecord
from app.pages.style_sheet import content_policy, minified
from app.pages.theme import poor_contrasts, token_css
from tests.factories.pages import BRAND, PAGE, PURPOSES, built, circumstances, look, page_files, site_files

CZECH = PAGE.replace("locale: en\ndefault: true", "locale: cs")


def prepared(made: Build) -> Prepared:
    assert made.faults == ()
    return made.prepared[0]


def html(made: Build) -> str:
    return prepared(made).states["live"].html


def test_the_same_files_give_the_same_revision() -> None:
    one, other = prepared(built()), prepared(built())
    assert one.content_hash == other.content_hash
    assert one.compiled == other.compiled


@pytest.mark.parametrize(
    "made",
    [
        built(PAGE.replace("Eight pages", "Nine pages")),
        built(PAGE + "# a note of the author\n"),
        built(site=site_files(brand=BRAND + "tagline: New\n")),
        built(site=site_files(purposes=PURPOSES.replace("Yes please", "Yes, please"))),
        built(base_url="https://other.example"),
        build(look(), site_files(), [page_files(PAGE, cs=CZECH)], circumstances()),
        build(replace(look(), css_files={**look().css_files, "form.css": "form{color:red}"}), site_files(),
              [page_files()], circumstances()),
        build(replace(look(), scripts=("/static/page.0000000000.js",)), site_files(), [page_files()], circumstances()),
        build(look(), site_files(), [replace(page_files(), gated={"guide.pdf": next(iter(
            page_files().gated.values())).model_copy(update={"digest": "ef" * 32})})], circumstances()),
    ],
    ids=["text", "comment", "brand", "wording", "address", "sibling", "style", "script", "gated file"],
)  # fmt: skip
def test_whatever_a_visitor_or_author_would_see_differently_makes_another_revision(made: Build) -> None:
    hashes = {(one.document.locale, one.content_hash) for one in made.prepared}
    assert ("en", prepared(built()).content_hash) not in hashes


def test_a_form_carries_the_stamp_of_its_revision() -> None:
    made = built()
    assert f'name="gp_rev" value="{prepared(made).content_hash[:16]}"' in html(made)


def test_languages_know_each_other() -> None:
    made = build(look(), site_files(), [page_files(PAGE, cs=CZECH)], circumstances())
    pages = {one.document.locale: one for one in made.prepared}
    assert pages["en"].record.path == "/p/guide"
    assert pages["cs"].record.path == "/cs/p/guide"
    for page in pages.values():
        text = page.states["live"].html
        assert 'hreflang="cs" href="https://tea.example/cs/p/guide"' in text
        assert 'hreflang="en" href="https://tea.example/p/guide"' in text
        assert 'hreflang="x-default" href="https://tea.example/p/guide"' in text
        assert f'rel="canonical" href="https://tea.example{page.record.path}"' in text


def test_a_lone_page_has_no_alternates() -> None:
    assert "hreflang" not in html(built())


def test_without_a_marked_default_the_settings_decide() -> None:
    plain = PAGE.replace("default: true\n", "")
    czech = plain.replace("locale: en", "locale: cs")
    made = build(look(), site_files(), [page_files(plain, cs=czech)], circumstances(default_locale="cs"))
    assert {one.document.locale: one.record.path for one in made.prepared} == {
        "cs": "/p/guide",
        "en": "/en/p/guide",
    }


def test_the_wording_shown_is_remembered_word_for_word() -> None:
    record = prepared(built()).record
    [consent] = record.consents
    assert (consent.label, consent.frequency, len(consent.wording)) == ("Yes please", "Monthly", 64)
    assert "Yes please" in html(built())


def test_a_record_survives_being_stored() -> None:
    record = prepared(built()).record
    stored = PageRecord.model_validate(record.as_json())
    assert stored == record
    assert stored.form_spec.accepted == record.form_spec.accepted


def test_images_are_addressed_by_content() -> None:
    page = PAGE.replace("heading: The guide,", "heading: The guide, image: {src: bowl.png, alt: A bowl},")
    files = replace(page_files(page), images={"bowl.png": ImageFacts(digest="ab" * 32, media_type="image/png", size=9)})
    made = build(look(), site_files(), [files], circumstances())
    assert f'src="/m/{"ab" * 8}/bowl.png"' in html(made)
    assert [(asset.name, asset.visibility) for asset in prepared(made).assets] == [
        ("bowl.png", "public"),
        ("guide.pdf", "gated"),
    ]


def test_nothing_of_a_gated_file_is_public() -> None:
    assert ("cd" * 8) not in html(built())


def test_a_page_with_start_and_end_has_three_states() -> None:
    page = PAGE.replace(
        "default: true", "starts_at: 2027-01-01 10:00 Europe/Prague\nends_at: 2027-02-01 10:00 Europe/Prague"
    )
    states = {one.state: one.identity.decode() for one in prepared(built(page)).compiled}
    assert set(states) == {"live", "upcoming", "ended"}
    assert "<form" in states["live"]
    assert "<form" not in states["upcoming"] + states["ended"]
    assert "January 2027" in states["upcoming"]


def test_the_policy_allows_the_style_by_its_hash_and_nothing_inline() -> None:
    policy = prepared(built()).compiled[0].policy
    assert "style-src 'sha256-" in policy
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy


def test_user_text_is_escaped() -> None:
    text = html(built(PAGE.replace("heading: Where to", "heading: <script>alert(1)</script>")))
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_faults_of_one_page_leave_the_others_alone() -> None:
    broken = replace(page_files(PAGE.replace("title:", "titel:")), folder="landing_pages/other")
    made = build(look(), site_files(), [page_files(), broken], circumstances())
    assert [one.document.slug for one in made.prepared] == ["guide"]
    assert {fault.file for fault in made.faults} == {"landing_pages/other/page.en.yaml"}
    assert not made.may_be_published


@pytest.mark.parametrize(
    ("folder", "page", "field"),
    [
        ("landing_pages/other", PAGE, "slug"),
        ("landing_pages/guide", PAGE.replace("locale: en", "locale: vi"), "locale"),
    ],
)
def test_a_half_finished_copy_is_a_fault(folder: str, page: str, field: str) -> None:
    made = build(look(), site_files(), [replace(page_files(page), folder=folder)], circumstances())
    assert [fault.field for fault in made.faults] == [field]


def test_two_defaults_are_a_fault() -> None:
    czech = PAGE.replace("locale: en", "locale: cs")
    made = build(look(), site_files(), [page_files(PAGE, cs=czech)], circumstances())
    assert [fault.field for fault in made.faults] == ["default"]


def test_a_site_without_brand_builds_nothing() -> None:
    site = site_files()
    made = build(look(), replace(site, documents={}), [page_files()], circumstances())
    assert [fault.file for fault in made.faults] == [
        "landing_pages/_site/brand.yaml",
        "landing_pages/_site/purposes.yaml",
    ]


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000", "#fff", 21.0), ("#ffffff", "#ffffff", 1.0), ("#777777", "#ffffff", 4.48), ("#0000ff", "#ffffff", 8.59)],
)
def test_contrast_by_the_formula_of_wcag(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.005)
    assert contrast(other, one) == contrast(one, other)


def test_the_readable_partner_of_a_colour_passes() -> None:
    assert all(contrast(readable_on(colour), colour) >= 4.5 for colour in ("#ae1259", "#ffd400", "#777777", "#00a000"))


def test_rules_on_root_beat_defaults_also_in_the_dark() -> None:
    css = ":root{--accent:#ffffff;--on-accent:#fefefe}:where(:root){--accent:#000;--on-accent:#fff}" \
          "@media(prefers-color-scheme:dark){:where(:root){--accent:#000}}"  # fmt: skip
    assert {(pair.scheme, pair.text) for pair in poor_contrasts(css)} == {("light", "on-accent"), ("dark", "on-accent")}


def test_tokens_of_a_theme_add_to_those_of_the_brand() -> None:
    record = prepared(built(site=site_files(brand=BRAND + "tokens: {light: {accent: '#123456'}, radius: 8px}\n"
        "themes: {poster: {light: {brand: '#222222'}}}\n"))).record  # fmt: skip
    assert token_css(record.brand, "brand") == ":root{--accent:#123456;--on-accent:#ffffff;--radius:8px}"
    assert "--brand:#222222" in token_css(record.brand, "poster")


def test_minifying_keeps_strings_and_selectors() -> None:
    css = 'a  >  b :is(c, d) { content: "a ; b" ; margin : calc(1px + 2px) } /* { */\n@media (x: 1) { p { x: y; } }'
    assert minified(css) == 'a > b :is(c,d){content:"a ; b";margin :calc(1px + 2px)}@media (x:1){p{x:y}}'


def test_a_style_sheet_cannot_close_its_element() -> None:
    with pytest.raises(ValueError, match="must not contain"):
        build(replace(look(), css_files={"base.css": "a{}</style>"}), site_files(), [page_files()], circumstances())


def test_the_policy_changes_with_the_style() -> None:
    assert content_policy("a{}") != content_policy("b{}")
