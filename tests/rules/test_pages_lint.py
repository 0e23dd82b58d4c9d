"""What blocks publishing, and what is only said."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.pages.build import SiteFiles, build
from app.pages.finding import Finding
from app.pages.lint_rules import BUDGET
from app.pages.record import ImageFacts
from tests.factories.pages import BRAND, NOW, PAGE, built, circumstances, look, page_files, site_files


def said(page: str = PAGE, *, site: SiteFiles | None = None, **given: object) -> list[Finding]:
    made = built(page, site=site, **given)
    assert made.faults == ()
    return list(made.findings)


def rules(findings: list[Finding], *, errors: bool = True) -> set[str]:
    return {finding.rule for finding in findings if finding.is_error is errors}


def changed(old: str, new: str) -> str:
    text = PAGE.replace(old, new)
    assert text != PAGE
    return text


def test_a_good_page_has_nothing_said_about_it() -> None:
    assert said() == []


@pytest.mark.parametrize(
    ("old", "new", "rule", "place"),
    [
        ("consents: [newsletter]", "consents: [{purpose: newsletter, ticked: true}]", "consent", "form.consents[0]"),
        ("consents: [newsletter]", "consents: [letters]", "consent", "form.consents[0]"),
        ("consents: [newsletter]", "consents: [deliver_offer]", "consent", "form.consents[0]"),
        ("{key: email, type: email,", "{key: mail, type: text,", "email", "form.fields"),
        ("  - {id: form, type: form, heading: Where to}\n", "", "form", "blocks"),
        ("file: guide.pdf", "file: gone.pdf", "dead-file", "offer.file"),
        ("heading: The guide,", "heading: The guide, image: {src: gone.png, alt: Gone},", "dead-file",
         "blocks[0].image.src"),
        ('target: "#form"', 'target: "#fom"', "dead-link", "blocks[0].cta.target"),
        (", description: Eight pages about tea", "", "description", "seo"),
        ("{id: top, type: hero, heading: The guide, cta: {label: Get it, target: \"#form\"}}",
         "{id: top, type: cta_band, cta: {label: Get it, target: \"#form\"}}", "headings", "blocks"),
        ("id: end, type: footer", "id: end, type: footer, anchor: form", "ids", "blocks"),
    ],
)  # fmt: skip
def test_an_error_names_its_place(old: str, new: str, rule: str, place: str) -> None:
    findings = [finding for finding in said(changed(old, new)) if finding.is_error]
    assert (rule, place) in {(finding.rule, finding.fault.field) for finding in findings}
    assert all(finding.fault.line > 0 for finding in findings)


def test_consent_in_a_language_without_wording_is_an_error() -> None:
    site = site_files(
        purposes="""\
purposes:
  newsletter:
    kind: consent
    version: "1"
    wording:
      cs: {label: Ano, notice: O čaji, frequency: Měsíčně, withdraw: Jedním stisknutím}
"""
    )
    assert rules(said(site=site)) == {"consent"}


def test_a_missing_privacy_notice_is_an_error() -> None:
    site = site_files()
    documents = {name: text for name, text in site.documents.items() if name != "privacy.en"}
    assert rules(said(site=replace(site, documents=documents))) == {"privacy"}


def test_poor_contrast_of_the_brand_is_an_error_in_either_scheme() -> None:
    light = site_files(brand=BRAND + "tokens: {light: {accent: '#999999', on_accent: '#ffffff'}}\n")
    dark = site_files(brand=BRAND + "tokens: {dark: {ink: '#333333'}}\n")
    assert rules(said(site=light)) == {"contrast"}
    messages = [str(finding) for finding in said(site=dark) if finding.rule == "contrast"]
    assert any("ink on paper (dark)" in message for message in messages)


def test_a_page_over_the_budget_is_an_error() -> None:
    words = " ".join(f"w{(n * 7919) % 100_003:05d}x{(n * 104_729) % 99_991}" for n in range(3_000))
    page = PAGE + f"  - {{id: more, type: rich_text, body: {words}}}\n"
    made = built(page)
    assert len(made.prepared[0].compiled[0].gzip) > BUDGET
    assert "weight" in rules(list(made.findings))


def test_a_huge_image_is_an_error_and_a_heavy_one_a_warning() -> None:
    page = changed("heading: The guide,", "heading: The guide, image: {src: bowl.png, alt: A bowl},")
    for size, errors in ((2_000_001, True), (300_001, False)):
        image = ImageFacts(digest="ab" * 32, media_type="image/png", size=size)
        files = replace(page_files(page), images={"bowl.png": image})
        findings = build(look(), site_files(), [files], circumstances()).findings
        assert [(one.rule, one.is_error) for one in findings] == [("heavy-image", errors)]


@pytest.mark.parametrize(
    ("pools", "rule"), [({}, {"coupons"}), ({"tea": 0}, {"coupons"}), ({"tea": 1}, set()), (None, set())]
)
def test_a_coupon_needs_codes(pools: dict[str, int] | None, rule: set[str]) -> None:
    page = changed("{kind: ebook, title: The guide, file: guide.pdf}", "{kind: coupon, title: Less, pool: tea}")
    assert rules(said(page, pools=pools)) == rule


def test_an_end_in_the_past_is_a_warning() -> None:
    page = changed("default: true", "ends_at: 2026-11-23 12:00 UTC".replace("UTC", "Etc/UTC"))
    assert rules(said(page), errors=False) == {"ended"}
    assert rules(said(page, now=NOW - timedelta(seconds=1)), errors=False) == set()


def test_a_missing_translation_is_a_warning() -> None:
    assert rules(said(locales=("en", "vi")), errors=False) == {"translation"}


def test_blocks_that_other_languages_have_are_a_warning() -> None:
    czech = PAGE.replace("locale: en\ndefault: true", "locale: cs") + "  - {id: more, type: rich_text, body: Ahoj}\n"
    made = build(look(), site_files(), [page_files(PAGE, cs=czech)], circumstances(locales=("en", "cs")))
    assert [(one.rule, one.fault.file) for one in made.findings] == [
        ("translation", "landing_pages/guide/page.en.yaml")
    ]


@pytest.mark.parametrize(("old", "new", "rule"), [
    ("submit_label: Send me the guide", "submit_label: Submit", "button"),
    ("default: true", "theme: nowhere", "theme"),
])  # fmt: skip
def test_a_warning_does_not_block(old: str, new: str, rule: str) -> None:
    made = built(changed(old, new))
    assert rules(list(made.findings), errors=False) == {rule}
    assert made.may_be_published


def test_errors_come_before_warnings() -> None:
    page = changed("submit_label: Send me the guide", "submit_label: Submit").replace("file: guide.pdf", "file: x.pdf")
    assert [finding.is_error for finding in said(page)] == [True, False]
