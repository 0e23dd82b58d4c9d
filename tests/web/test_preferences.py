"""A person's rights: taking back, a copy of everything, being forgotten, and coming again."""

import json
import zipfile
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa

from app.adapters import clock
from app.capture.models import Submission
from app.consent import actions as consent
from app.consent.models import Consent, Suppression
from app.consent.suppression import ALL, SuppressionReason
from app.db import Base
from app.journey.addresses import address_macs
from app.leads.models import Lead
from app.outbox import actions as outbox
from app.outbox.models import Attempt, Message
from tests.factories.site import Site
from tests.factories.visitor import Visitor, heading, words

EMAIL = "josephine.quy@example.com"
NAME = "Josephine"


@pytest.fixture
def preferences(guide: Site, visitor: Visitor) -> str:
    """The path of the page of a person who agreed to two things."""
    visitor.confirmed(
        email=EMAIL, first_name=NAME, company="Quý & Co", consent_newsletter="yes", consent_product_offers="yes"
    )
    return guide.parts.links.preferences(guide.lead(EMAIL).id).removeprefix(guide.base)


def states(site: Site) -> dict[str, str]:
    """The state of every consent, the newest of each purpose."""
    return {each.purpose: each.state for each in site.rows(Consent)}


def suppress(site: Site, reason: SuppressionReason) -> None:
    mac = address_macs(EMAIL, site.parts.settings.secret_keys)[0]
    site.parts.database.write(lambda session: consent.suppress(session, mac, scope=ALL, reason=reason, now=clock.now()))


def test_the_page_shows_what_was_allowed_in_the_words_that_were_shown(
    guide: Site, visitor: Visitor, preferences: str
) -> None:
    page = words(visitor.get(preferences))
    assert "Yes, the tea letter" in page
    assert "Yes, better prices" in page
    assert "measure" not in page
    assert "j…\u2060y@example.com" in page
    assert NAME not in page


def test_one_purpose_can_be_withdrawn_alone(guide: Site, visitor: Visitor, preferences: str) -> None:
    answer = visitor.post(preferences, {"purpose": "newsletter", "do": "withdraw"})
    assert answer.status_code == 303
    assert "Your choice is saved." in words(visitor.get(answer.location))
    assert states(guide) == {"newsletter": "withdrawn", "product_offers": "given"}
    assert [(each.scope, each.reason) for each in guide.rows(Suppression)] == [("newsletter", "withdrawn")]


def test_everything_can_be_withdrawn_at_once(guide: Site, visitor: Visitor, preferences: str) -> None:
    visitor.post(preferences, {"purpose": "all", "do": "withdraw"})
    assert states(guide) == {"newsletter": "withdrawn", "product_offers": "withdrawn"}
    assert [each.scope for each in guide.rows(Suppression)] == ["all"]


def test_withdrawing_twice_changes_nothing_more(guide: Site, visitor: Visitor, preferences: str) -> None:
    visitor.post(preferences, {"purpose": "newsletter", "do": "withdraw"})
    before = guide.facts()
    visitor.post(preferences, {"purpose": "newsletter", "do": "withdraw"})
    assert guide.facts() == before


@pytest.mark.parametrize("told", [{}, {"purpose": "newsletter"}, {"do": "withdraw"}, {"do": "x", "purpose": "all"}])
def test_an_unknown_choice_is_400(guide: Site, visitor: Visitor, preferences: str, told: dict[str, str]) -> None:
    before = guide.facts()
    assert visitor.post(preferences, told).status_code == 400
    assert guide.facts() == before


def test_a_withdrawal_is_confirmed_by_one_last_mail(guide: Site, visitor: Visitor, preferences: str) -> None:
    visitor.post(preferences, {"purpose": "all", "do": "withdraw"})
    subjects = [letter.message["Subject"] for letter in guide.letters()]
    assert len(subjects) == 2
    last = guide.letters()[-1]
    assert last.message["List-Unsubscribe"] is None


def test_one_click_works_without_cookies_origin_or_referrer(guide: Site, preferences: str) -> None:
    path = guide.parts.links.unsubscribe(guide.lead(EMAIL).id)
    program = Visitor(guide, agent="Mail program", has_cookies=False)
    answer = program.post(path, {"List-Unsubscribe": "One-Click"}, Sec_Fetch_Site="cross-site", Origin="null")
    assert (answer.status_code, answer.data) == (200, b"")
    assert "Set-Cookie" not in answer.headers
    assert set(states(guide).values()) == {"withdrawn"}


def test_one_click_may_come_as_multipart(guide: Site, preferences: str) -> None:
    path = guide.parts.links.unsubscribe(guide.lead(EMAIL).id)
    body = b'--s\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--s--\r\n'
    answer = Visitor(guide).post(path, body, Content_Type="multipart/form-data; boundary=s")
    assert (answer.status_code, answer.data) == (200, b"")
    assert set(states(guide).values()) == {"withdrawn"}


def test_opening_the_unsubscribe_link_stops_nothing(guide: Site, visitor: Visitor, preferences: str) -> None:
    path = guide.parts.links.unsubscribe(guide.lead(EMAIL).id)
    before = guide.facts()
    page = visitor.get(path)
    assert heading(page) == "Stop the mails?"
    visitor.send("HEAD", path)
    assert guide.facts() == before
    assert heading(visitor.post(path, {})) != heading(page)
    assert set(states(guide).values()) == {"withdrawn"}


def test_what_was_asked_for_can_still_be_fetched_after_a_withdrawal(
    guide: Site, visitor: Visitor, preferences: str
) -> None:
    visitor.post(preferences, {"purpose": "all", "do": "withdraw"})
    assert len([each for each in guide.letters() if "/o/" in each.text]) == 1


def test_the_copy_holds_everything_about_a_person_and_nobody_else(
    guide: Site, visitor: Visitor, preferences: str
) -> None:
    visitor.confirmed(email="other@example.com", first_name="Somebodyelse")
    guide.letters()
    visitor.post(preferences, {"purpose": "newsletter", "do": "withdraw"})
    sent = len([each for each in guide.letters() if EMAIL in str(each.message["To"])])
    answer = visitor.post(f"{preferences}/export")
    assert answer.mimetype == "application/zip"
    files = zipfile.ZipFile(BytesIO(answer.data))
    everything = {name: files.read(name).decode() for name in files.namelist()}
    lead, submission = guide.lead(EMAIL), guide.one(Submission, Submission.email_key == EMAIL)
    assert json.loads(everything["person.json"])["first_name"] == NAME
    assert json.loads(everything[f"submissions/{submission.id}.json"])["answers"]["company"] == "Quý & Co"
    consents = [json.loads(text) for name, text in everything.items() if name.startswith("consents/")]
    assert {each["purpose"]: each["state"] for each in consents} == {
        "newsletter": "withdrawn", "product_offers": "given",
    }  # fmt: skip
    assert all(each["texts"]["label"] and each["evidence"] for each in consents)
    kinds = [json.loads(line)["kind"] for line in everything["events.jsonl"].splitlines()]
    assert kinds == ["confirmed", "withdrawn"]
    assert sum(line["points"] for line in json.loads(everything["score.json"])) == lead.score
    assert json.loads(everything["offers.json"])[0]["kind"] == "ebook"
    assert json.loads(everything["touches.json"])[0]["channel"]
    assert len([name for name in everything if name.startswith("mails/")]) == sent == 2
    assert "everything we hold about you" in everything["README.txt"]
    assert "Somebodyelse" not in "".join(everything.values())
    assert "other@example.com" not in "".join(everything.values())


def columns_naming(site: Site, *needles: str) -> list[str]:
    """Every table and column in which one of these texts stands, looked for in every column of every table."""

    def look(session: Any) -> list[str]:
        found = []
        for table in Base.metadata.sorted_tables:
            for row in session.execute(sa.select(table)).mappings():
                for column, value in row.items():
                    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else repr(value)
                    if any(needle.lower() in text.lower() for needle in needles):
                        found.append(f"{table.name}.{column}")
        return sorted(set(found))

    site.parts.fetches.flush()
    site.parts.visits.flush()
    site.parts.limiter.exchange()
    return site.parts.database.read(look)


def test_being_erased_leaves_no_row_that_names_the_person(guide: Site, visitor: Visitor, preferences: str) -> None:
    asked_again = visitor.asked(email=EMAIL.upper(), first_name=NAME, company="Again")
    guide.letters()
    visitor.post(preferences, {"purpose": "newsletter", "do": "withdraw"})
    access = next(letter for letter in guide.letters() if "/o/" in letter.text).text
    path = access[access.index("http://localhost/o/") :].split()[0]
    visitor.post(f"{path}/file")
    visitor.get(guide.confirm_path(asked_again.id))
    _log_an_answer_that_names(guide, EMAIL)
    assert set(columns_naming(guide, EMAIL)) >= {"lead.email", "submission.email", "sent_mail.raw", "attempt.error"}
    answer = visitor.post(f"{preferences}/erase", {"sure": "yes"})
    assert answer.status_code == 200
    assert "erased" in words(answer)
    assert columns_naming(guide, EMAIL, NAME, "Quý & Co") == []
    assert guide.rows(Lead) == []
    assert guide.rows(Submission) == []


def _log_an_answer_that_names(site: Site, email: str) -> None:
    """A mail server's refusal often repeats the address."""
    message = site.rows(Message)[-1]
    site.change(Message, message.id, reason=f"550 5.1.1 <{email}> unknown")
    attempt = site.rows(Attempt, Attempt.message_id == message.id)[0]
    site.change(Attempt, attempt.id, error=f"550 5.1.1 <{email}> unknown", excerpt=email)


def test_being_erased_takes_two_steps(guide: Site, visitor: Visitor, preferences: str) -> None:
    before = guide.facts()
    assert heading(visitor.get(f"{preferences}/erase")) == "Erase everything about you?"
    assert heading(visitor.post(f"{preferences}/erase")) == "Erase everything about you?"
    assert guide.facts() == before


def test_what_stays_of_an_erased_person_is_a_keyed_hash(guide: Site, visitor: Visitor, preferences: str) -> None:
    visitor.post(f"{preferences}/erase", {"sure": "yes"})
    kept = guide.one(Suppression)
    mac = address_macs(EMAIL, guide.parts.settings.secret_keys)[0]
    assert (kept.mac, kept.scope, kept.reason) == (mac.mac, "all", "erased")
    assert address_macs(EMAIL, ["another-key"])[0].mac != kept.mac


def test_every_link_of_an_erased_person_is_gone(guide: Site, visitor: Visitor, preferences: str) -> None:
    lead, submission = guide.lead(EMAIL), guide.one(Submission)
    visitor.post(f"{preferences}/erase", {"sure": "yes"})
    links = guide.parts.links
    answers = [
        visitor.get(path).status_code
        for path in (
            preferences,
            links.unsubscribe(lead.id),
            links.receipt(submission.id),
            links.confirm(submission.id),
        )
    ]
    assert answers == [404, 404, 404, 410]


def test_erasing_tells_every_receiver_without_naming_the_person(
    guide: Site, visitor: Visitor, preferences: str
) -> None:
    guide.parts.database.write(
        lambda session: outbox.add_endpoint(
            session, url="https://crm.example/hook", events=["lead.erased"], sealed_secret="x", now=clock.now()
        )
    )
    lead_id = guide.lead(EMAIL).id
    visitor.post(f"{preferences}/erase", {"sure": "yes"})
    told = json.loads(guide.one(Message, Message.topic == "webhook.lead_erased").payload)
    assert (told["type"], told["data"]["id"]) == ("lead.erased", lead_id)


def test_somebody_who_withdrew_and_asks_again_starts_a_new_record(
    guide: Site, visitor: Visitor, preferences: str
) -> None:
    visitor.post(preferences, {"purpose": "all", "do": "withdraw"})
    old = {each.id: (each.state, each.withdrawn_at) for each in guide.rows(Consent)}
    visitor.confirmed(email=EMAIL, first_name="Again", consent_newsletter="yes")
    records = guide.rows(Consent, Consent.purpose == "newsletter")
    assert [each.state for each in records] == ["withdrawn", "given"]
    assert {each.id: (each.state, each.withdrawn_at) for each in guide.rows(Consent) if each.id in old} == old
    assert guide.rows(Suppression) == []


def test_somebody_who_was_erased_can_ask_again(guide: Site, visitor: Visitor, preferences: str) -> None:
    visitor.post(f"{preferences}/erase", {"sure": "yes"})
    visitor.confirmed(email=EMAIL, consent_newsletter="yes")
    assert guide.lead(EMAIL).first_name is None
    assert guide.rows(Suppression) == []


def test_asking_again_without_consent_lifts_nothing(guide: Site, visitor: Visitor, preferences: str) -> None:
    visitor.post(preferences, {"purpose": "all", "do": "withdraw"})
    visitor.confirmed(email=EMAIL, first_name="Again")
    assert [each.reason for each in guide.rows(Suppression)] == ["withdrawn"]


@pytest.mark.parametrize("reason", [SuppressionReason.COMPLAINT, SuppressionReason.HARD_BOUNCE])
def test_a_complaint_or_a_bounce_survives_withdrawing_erasing_and_asking_again(
    guide: Site, visitor: Visitor, preferences: str, reason: SuppressionReason
) -> None:
    suppress(guide, reason)
    visitor.post(preferences, {"purpose": "all", "do": "withdraw"})
    visitor.confirmed(email=EMAIL, first_name="Again", consent_newsletter="yes")
    visitor.post(f"{preferences}/erase", {"sure": "yes"})
    assert [each.reason for each in guide.rows(Suppression, Suppression.scope == "all")] == [reason.value]
