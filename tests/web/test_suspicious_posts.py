"""Posts that look like a program's: kept, flagged, and answered like good ones."""

import pytest

from app.capture.models import Submission
from tests.factories.site import Site
from tests.factories.visitor import Visitor, heading


def test_a_filled_hidden_field_gets_the_usual_answer_but_no_mail(guide: Site, visitor: Visitor) -> None:
    answer = visitor.ask(website="https://spam.example")
    assert answer.status_code == 303
    assert heading(visitor.get(answer.location)) == "Please look into your mail"
    assert guide.letters() == []
    assert guide.one(Submission).flags == ["hidden field filled"]


def test_the_hidden_field_is_out_of_reach_of_people(guide: Site, visitor: Visitor) -> None:
    page = visitor.get("/p/guide").text
    start = page.index('<div class="trap" aria-hidden="true">')
    trap = page[start : page.index("</div>", start)]
    assert 'name="website"' in trap
    assert 'tabindex="-1"' in trap
    assert 'autocomplete="off"' in trap


@pytest.mark.parametrize(
    ("answers", "flag"),
    [
        ({"gp_ms": "900"}, "sent within two seconds"),
        ({"first_name": "<a href=x>Ann</a>"}, "markup in an answer"),
        ({"first_name": "https://a.example https://b.example www.c.example"}, "link in an answer"),
    ],
)
def test_a_quick_or_unusual_post_is_flagged_and_still_gets_its_mail(
    guide: Site, visitor: Visitor, answers: dict[str, str], flag: str
) -> None:
    assert visitor.ask(**answers).status_code == 303
    assert flag in (guide.one(Submission).flags or [])
    assert len(guide.letters()) == 1


def test_the_time_on_the_page_is_known_without_script_too(guide: Site, visitor: Visitor) -> None:
    visitor.get("/p/guide")
    visitor.post("/p/guide", {"email": "ann@example.com"})
    assert guide.one(Submission).flags == ["sent within two seconds"]


def test_a_person_is_not_flagged(guide: Site, visitor: Visitor) -> None:
    assert visitor.asked(first_name="Ann", company="Linden & Lotus").flags is None


def test_a_known_program_is_flagged(guide: Site) -> None:
    bot = Visitor(guide, agent="python-requests/2.32")
    assert bot.ask().status_code == 303
    assert guide.one(Submission).flags == ["sent by a known program"]


@pytest.mark.parametrize("name", ["postmaster", "noreply", "abuse"])
def test_an_address_that_nobody_reads_gets_no_mail(guide: Site, visitor: Visitor, name: str) -> None:
    assert visitor.ask(email=f"{name}@example.com").status_code == 303
    assert guide.letters() == []
