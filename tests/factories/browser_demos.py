"""What a person types on each of the demo pages, well and badly."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import expect

from tests.factories.browser import Person


@dataclass(frozen=True, slots=True)
class Demo:
    """A demo page. `slip` spoils one answer, which the server must find; `wrong` is its field."""

    path: str
    answers: dict[str, str]
    wrong: str
    slip: str
    delivered: str

    def ask(self, person: Person, address: str) -> None:
        """Open the page and send the form; ends on the waiting page."""
        person.open(self.path)
        person.fill({**self.answers, "email": address})
        person.press_submit()
        person.see(WAITING)

    def ask_like_people(self, person: Person, address: str) -> None:
        """The same with a campaign in the address, a slip that is corrected, and an impatient second press."""
        page = person.page
        person.open(f"{self.path}?utm_source=google&utm_medium=cpc&utm_campaign=spring")
        jump = page.locator("a[href='#form']").first
        if jump.count():
            jump.click()
        person.fill({**self.answers, "email": address, self.wrong: self.slip})
        person.press_submit()
        expect(page.locator("#errors")).to_be_focused()
        assert "utm_campaign=spring" in page.url
        self._expect_kept(person)
        page.locator("#errors a").click()
        expect(person.field(self.wrong).first).to_be_focused()
        person.fill({self.wrong: {**self.answers, "email": address}[self.wrong]})
        person.press_submit(twice=True)
        person.see(WAITING)

    def _expect_kept(self, person: Person) -> None:
        for key, value in self.answers.items():
            if key == self.wrong:
                expect(person.field(key).first).to_have_attribute("aria-invalid", "true")
            elif value.startswith("✓"):
                expect(person.page.locator(f"[name='{key}'][value='{value[1:]}']")).to_be_checked()
            else:
                expect(person.field(key)).to_have_value(value)


WAITING = "Please look into your mail"
EBOOK = Demo(
    path="/p/tea-list-guide",
    answers={
        "first_name": "Ánna",
        "company": "Café Šálek & Söhne",
        "business": "cafe",
        "role": "owner",
        "consent.newsletter": "✓yes",
    },
    wrong="email",
    slip="anna@",
    delivered="Your address is confirmed. Here is your copy.",
)
WEBINAR = Demo(
    path="/p/tea-service-live",
    answers={"first_name": "Nguyễn Thị Hà", "sites": "6-20", "timeline": "month", "question": "How hot?\nHow long?"},
    wrong="first_name",
    slip="",
    delivered="Your address is confirmed. Your seat is saved.",
)
COUPON = Demo(
    path="/p/first-order",
    answers={"business": "✓cafe", "phone": "+420 601 123 456", "country": "CZ", "consent.product_offers": "✓yes"},
    wrong="phone",
    slip="12",
    delivered="Your address is confirmed. Here is your code.",
)
