"""From the page to the received webhook: the ebook, the webinar and the coupon of the demo, in three languages."""

import re
import time
from hashlib import sha256
from urllib.parse import quote

import icalendar
import pytest

from tests.factories.browser_by_hand import BrowserByHand
from tests.factories.product import Product
from tests.factories.server_process import ROOT

pytestmark = pytest.mark.xdist_group("walk")

GUIDES = {
    "en": ("/p/tea-list-guide", "Please confirm: ", "Your address is confirmed. Here is your copy."),
    "vi": ("/vi/p/tea-list-guide", "Vui lòng xác nhận: ", ""),
    "cs": ("/cs/p/tea-list-guide", "Potvrďte prosím: ", ""),
}


def confirmed(product: Product, browser: BrowserByHand, path: str, email: str, **answers: str) -> str:
    """Ask on a page and confirm in the same browser; the path of the delivered page."""
    waiting = browser.fill_in(path, email=email, **answers)
    assert waiting.status == 200
    assert waiting.path.startswith("/r/")
    link = product.letters(email)[0].link(product.url, "/c/")
    page = browser.get(link)
    assert "data-auto" in page.text
    done = browser.post(link, {"nonce": page.value("nonce")})
    assert done.status == 200
    assert done.path == waiting.path
    return done.path


@pytest.mark.parametrize("locale", ["en", "vi", "cs"])
def test_the_guide_reaches_its_reader_and_the_lead_reaches_the_crm(
    product: Product, browser: BrowserByHand, locale: str
) -> None:
    path, _, _ = GUIDES[locale]
    email = f"guide.{locale}@example.com"
    tagged = f"{path}?utm_source=google&utm_medium=cpc&utm_campaign=tea-list-7&gclid=abc"
    receipt = confirmed(product, browser, tagged, email, first_name="Ánh", business="cafe", consent_newsletter="yes")
    offer = product.letters(email, 2)[1]
    assert f'lang="{locale}"' in offer.html
    access = offer.link(product.url, "/o/")
    assert f'lang="{locale}"' in browser.get(access).text
    [(arrived, event)] = product.hooks(email, "lead.confirmed")
    data = event["data"]
    assert (data["language"], data["first_name"], data["channel"]) == (locale, "Ánh", "Paid Search")
    assert (data["utm"]["source"], data["campaign"], data["click_ids"]) == ("google", "tea-list-guide", {"gclid": None})
    assert [each["purpose"] for each in data["consent"]["purposes"]] == ["newsletter"]
    assert data["answers"]["business"] == "cafe"
    assert arrived.headers["webhook-id"]
    assert browser.get(receipt).heading == browser.get(access).heading


@pytest.mark.parametrize("locale", ["en", "vi", "cs"])
def test_both_mails_speak_the_language_of_the_page(product: Product, browser: BrowserByHand, locale: str) -> None:
    email = f"words.{locale}@example.com"
    confirmed(product, browser, GUIDES[locale][0], email, first_name="Jana", business="cafe")
    confirm, offer = product.letters(email, 2)
    titles = {
        "en": "The tea list that earns its place",
        "vi": "Thực đơn trà đáng một chỗ trên bàn",
        "cs": "Čajový lístek, který si na sebe vydělá",
    }
    for letter in (confirm, offer):
        assert titles[locale] in letter.subject
        assert titles[locale] in letter.text
        assert titles[locale] in letter.html
        assert ("Hello," in letter.text) is (locale == "en")
        assert letter.message["Auto-Submitted"] == "auto-generated"
        assert str(letter.message["From"]).endswith("<hello@lindenlotus.example>")
    assert "List-Unsubscribe" not in confirm.message


def test_the_file_is_the_file_whole_and_in_parts(product: Product, browser: BrowserByHand) -> None:
    email = "file@example.com"
    confirmed(product, browser, "/vi/p/tea-list-guide", email, first_name="Ánh", business="cafe")
    access = product.letters(email, 2)[1].link(product.url, "/o/")
    gated = (ROOT / "landing_pages/tea-list-guide/gated/tea-list-guide.vi.pdf").read_bytes()
    taken = browser.post(f"{access}/file")
    assert (taken.status, taken.body) == (200, gated)
    assert taken.headers["ETag"] == f'"{sha256(gated).hexdigest()[:32]}"'
    assert taken.headers["Content-Type"] == "application/pdf"
    assert "attachment" in taken.headers["Content-Disposition"]
    part = browser.get(taken.path, Range="bytes=100-199")
    assert (part.status, part.body) == (206, gated[100:200])
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(gated)}"
    assert browser.get(taken.path, If_None_Match=taken.headers["ETag"]).status == 304
    assert browser.get(taken.path, Range=f"bytes={len(gated)}-").status == 416
    head = browser.head(taken.path)
    assert (head.headers["Content-Length"], head.body) == (str(len(gated)), b"")


def test_a_seat_comes_with_a_calendar_entry_that_keeps_its_uid(product: Product) -> None:
    uids = []
    for name in ("seat.one", "seat.two"):
        browser = BrowserByHand(product.url)
        email = f"{name}@example.com"
        confirmed(product, browser, "/p/tea-service-live", email, first_name="Ann", sites="1")
        access = product.letters(email, 2)[1].link(product.url, "/o/")
        page = browser.get(access)
        assert "Your seat is saved" in page.heading
        file = browser.get(f"{access}/calendar.ics")
        assert file.headers.get_content_type() == "text/calendar"
        [event] = icalendar.Calendar.from_ical(file.body).walk("VEVENT")
        assert event.decoded("dtstart").isoformat() == "2027-03-18T09:00:00+00:00"
        assert event.decoded("dtend").isoformat() == "2027-03-18T10:00:00+00:00"
        assert str(event["summary"]) == "Sixty minutes, six teas"
        uids.append(str(event["uid"]))
        assert str(browser.get(f"{access}/calendar.ics").body) == str(file.body)
    assert uids[0] == uids[1]


def test_a_coupon_is_the_same_one_on_repeat_and_another_for_another_person(product: Product) -> None:
    codes: list[str] = []
    for email in ("coupon.a@example.com", "coupon.a@example.com", "coupon.b@example.com"):
        browser = BrowserByHand(product.url)
        page = "/p/first-order" if not codes else "/cs/p/first-order"
        waiting = browser.fill_in(page, email=email, business="home")
        count = codes.count(email) + 1
        letters = product.letters(email, 1 if not count else (3 if len(codes) == 1 else 1))
        link = letters[-1].link(product.url, "/c/")
        shown = browser.post(link, {"nonce": browser.get(link).value("nonce")})
        assert shown.path == waiting.path
        code = re.search(r'<output id="coupon"[^>]*>([^<]+)</output>', shown.text)
        assert code
        codes.append(code[1])
        _wait_for_mail(product, email, code[1])
    assert codes[0] == codes[1] != codes[2]


def test_a_person_on_another_device_confirms_and_the_waiting_page_notices(
    product: Product, browser: BrowserByHand
) -> None:
    email = "elsewhere@example.com"
    waiting = browser.fill_in("/p/tea-list-guide?utm_source=zalo", email=email, first_name="Ann", business="cafe")
    letter = product.letters(email)[0]
    state = f"{waiting.path}/state"
    assert browser.get(state).body == b'{"state":"pending"}\n'
    time.sleep(3)
    phone = BrowserByHand(product.url, agent="Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1")
    link = letter.link(product.url, "/c/")
    page = phone.get(f"{link}?utm_source=evil&gclid=1")
    assert "data-auto" not in page.text
    time.sleep(1.1)
    assert phone.post(link, {"nonce": page.value("nonce")}).heading == GUIDES["en"][2]
    assert browser.get(state).body == b'{"state":"confirmed"}\n'
    assert browser.get(waiting.path).heading == GUIDES["en"][2]
    [(_, event)] = product.hooks(email, "lead.confirmed")
    assert event["data"]["utm"]["source"] == "zalo"
    assert event["data"]["click_ids"] == {}


def test_a_lead_that_meets_the_rules_is_told_as_qualified_with_reasons(
    product: Product, browser: BrowserByHand
) -> None:
    email = "chain@example.com"
    confirmed(product, browser, "/p/tea-service-live", email, first_name="Ann", sites="6-20", timeline="month")
    (_, told), (_, qualified) = product.hooks(email, "lead.confirmed", "lead.qualified")
    assert qualified["data"]["sequence"] > told["data"]["sequence"]
    assert qualified["data"]["reasons"]
    score = qualified["data"]["score"]
    assert score["total"] == score["fit"] + score["engagement"]
    shown = product.flask_json("leads", "show", email)
    assert shown["score"] == sum(line["points"] for line in shown["score_lines"]) == score["total"]
    assert shown["qualified_at"]


def test_a_lead_that_does_not_meet_the_rules_is_not_told_as_qualified(product: Product, browser: BrowserByHand) -> None:
    email = "student@example.com"
    confirmed(product, browser, "/p/tea-list-guide", email, first_name="Ann", business="home", role="student")
    [(_, told)] = product.hooks(email, "lead.confirmed")
    shown = product.flask_json("leads", "show", email)
    assert shown["qualified_at"] is None
    assert told["data"]["stage"] == shown["stage"]
    assert quote(email) not in product.server.log
    assert email not in product.server.log


def _wait_for_mail(product: Product, email: str, words: str) -> None:
    product.wait(lambda: any(words in letter.text for letter in product.letters(email)))
