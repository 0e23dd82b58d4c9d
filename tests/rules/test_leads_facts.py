"""What rules may ask about a lead."""

from pathlib import Path

import pytest

from app.leads.facts import is_free_mail, phone_country, profile_facts
from app.leads.identity import address_of


def test_facts_have_the_names_of_the_documentation() -> None:
    address = address_of("Info@Shop.tea.example")
    assert address is not None
    facts = profile_facts(
        address=address,
        answers={"role": "owner", "topics": ["a", "b"], "empty": "", "none": None, "subscribed": False},
        locale="vi",
        country="VN",
        phone="+84912345678",
        company="Trà Sen",
    )
    assert facts == {
        "email.domain": "shop.tea.example",
        "email.free": False,
        "email.disposable": False,
        "email.role": True,
        "locale": "vi",
        "country": "VN",
        "phone.country": "VN",
        "company": "Trà Sen",
        "answers.role": "owner",
        "answers.topics": ("a", "b"),
        "answers.subscribed": False,
    }


@pytest.mark.parametrize(("domain", "free"), [("seznam.cz", True), ("gmail.com", True), ("tea.example", False)])
def test_free_mail_is_known(domain: str, free: bool) -> None:
    assert is_free_mail(domain) is free


@pytest.mark.parametrize(
    ("phone", "country"), [("+420603123456", "CZ"), ("+84912345678", "VN"), ("603123456", ""), ("", ""), ("+999", "")]
)
def test_a_number_tells_its_country(phone: str, country: str) -> None:
    assert phone_country(phone) == country


def test_every_fact_of_a_person_is_documented() -> None:
    text = (Path(__file__).parents[2] / "docs/scoring.md").read_text("utf-8")
    address = address_of("eva@tea.example")
    assert address is not None
    facts = profile_facts(
        address=address, answers={}, locale="cs", country="CZ", phone="+420603123456", company="Čaj", job_title="Boss"
    )
    assert len(facts) == 9
    assert all(f"`{name}`" in text for name in facts)
