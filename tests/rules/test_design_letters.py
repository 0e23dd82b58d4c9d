"""Letters as they are sent, held word for word in `tests/snapshots/mail` (GATEPOST_UPDATE_SNAPSHOTS=1 writes them)."""

import os
import re
from functools import cache
from pathlib import Path

import pytest
from jinja2 import Environment

from app.outbox.mail import FACTS
from app.pages.brand import Brand
from app.texts import Texts
from app.worker.setup import letter_templates

SNAPSHOTS = Path(__file__).parents[1] / "snapshots" / "mail"
LOCALES = ("en", "vi", "cs")
TITLES = {"en": "The tea list", "vi": "Thực đơn trà", "cs": "Čajový lístek"}
MOMENTS = {
    "en": "23 November 2026, 08:12 UTC",
    "vi": "23 tháng 11 2026, 08:12 UTC",
    "cs": "23. listopadu 2026, 8:12 UTC",
}
BRAND = Brand.model_validate(
    {
        "name": "Linden & Lotus",
        "legal_name": "Linden & Lotus s.r.o.",
        "address": "Lipová 12, 120 00 Praha 2",
        "company_id": "IČO 00000000",
        "tokens": {"light": {"accent": "#ae1259"}, "dark": {"accent": "#ff9cc6", "on_accent": "#33001a"}},
    }
)
ACCESS = {"access_url": "https://tea.example/o/access", "preferences_url": "https://tea.example/preferences/me"}
CASES: dict[str, dict[str, object]] = {
    "confirm": {
        "confirm_url": "https://tea.example/c/link",
        "trap_url": "https://tea.example/h/trap",
        "code": "123 456",
        "expires_days": 7,
    },
    "offer-ebook": {**ACCESS, "expires_days": 7, "unsubscribe_url": "https://tea.example/u/me"},
    "offer-webinar": {**ACCESS, "offer_kind": "webinar", "event_time_text": "18. 3. 2027, 10:00 CET"},
    "offer-coupon": {**ACCESS, "offer_kind": "coupon", "coupon_code": "7K3QX-9HB2M"},
    "already": {**ACCESS, "expires_days": 7},
    "unsubscribed": {"preferences_url": "https://tea.example/preferences/me"},
}


@cache
def templates() -> Environment:
    return letter_templates()


@cache
def texts() -> Texts:
    return Texts()


def letter(case: str, locale: str, part: str, **more: object) -> str:
    words = texts().for_locale(locale)
    facts = {
        **dict.fromkeys(FACTS, ""),
        "brand": BRAND,
        "page_title": TITLES[locale],
        "offer_title": TITLES[locale],
        "offer_kind": "ebook",
        "asked_at": MOMENTS[locale],
        **CASES[case],
        **more,
    }
    name = f"mail/{case.split('-')[0]}/{part}"
    return templates().get_template(name).render(t=words.t, tn=words.tn, locale=locale, **facts)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("locale", LOCALES)
def test_a_letter_reads_as_it_was_approved(case: str, locale: str) -> None:
    whole = "\n".join(f"--- {part}\n{letter(case, locale, part)}" for part in ("subject.txt", "body.txt", "body.html"))
    path = SNAPSHOTS / f"{case}.{locale}.txt"
    if os.environ.get("GATEPOST_UPDATE_SNAPSHOTS"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(whole, "utf-8")
    assert whole == path.read_text("utf-8")


@pytest.mark.parametrize("case", CASES)
def test_both_parts_of_a_letter_lead_to_the_same_places(case: str) -> None:
    def links(text: str) -> set[str]:
        return set(re.findall(r"https://tea\.example/[a-z/]+", text)) - {"https://tea.example/h/trap"}

    assert links(letter(case, "en", "body.txt")) == links(letter(case, "en", "body.html"))


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("locale", LOCALES)
def test_a_letter_loads_nothing_and_names_its_sender(case: str, locale: str) -> None:
    html, text = letter(case, locale, "body.html"), letter(case, locale, "body.txt")
    assert not re.search(r"<img|<script|url\(|@import|@font-face|background=", html)
    assert "IČO 00000000" in html
    assert "IČO 00000000" in text
    assert 'content="light dark"' in html


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("locale", LOCALES)
def test_a_subject_is_one_short_line(case: str, locale: str) -> None:
    subject = letter(case, locale, "subject.txt")
    assert "\n" not in subject
    assert len(subject) <= 60


def test_a_hostile_title_stays_text() -> None:
    html = letter("confirm", "en", "body.html", offer_title="<script>alert(1)</script>", page_title='"><b>x')
    assert "<script>" not in html
    assert "<b>x" not in html


def test_the_request_to_confirm_carries_no_way_out_and_no_offer() -> None:
    text = letter("confirm", "en", "body.txt")
    assert "/u/" not in text
    assert "/preferences/" not in text
    assert "/o/" not in text


def test_stopping_the_letters_is_offered_only_to_those_who_get_them() -> None:
    assert "/u/me" in letter("offer-ebook", "en", "body.txt")
    assert "/u/me" not in letter("offer-webinar", "en", "body.txt")


def test_the_hidden_link_stands_in_the_html_part_alone() -> None:
    assert "/h/trap" in letter("confirm", "en", "body.html")
    assert "/h/trap" not in letter("confirm", "en", "body.txt")
