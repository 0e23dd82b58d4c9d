"""Codes from a pool: one a person, never the same for two, and none lost when many come at once."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.adapters import clock
from app.journey.restock import restock
from app.offers.models import Access, CouponCode
from app.outbox.models import Message
from tests.factories.site import Site
from tests.factories.visitor import Visitor, words


def stock(site: Site, *codes: str) -> tuple[int, int]:
    """Put codes into the pool of the demo page."""
    now = clock.now()
    return site.parts.database.write(lambda session: restock(session, "spring", codes, expires_at=None, now=now))


@pytest.fixture
def shop(site: Site) -> Site:
    """A site with a coupon page and one code."""
    stock(site, "CODE-1")
    site.publish("code")
    return site


def code_on(visitor: Visitor, receipt: str) -> str:
    """The code that a delivered page shows."""
    found = re.search(r'<output id="coupon"[^>]*>([^<]+)</output>', visitor.get(receipt).text)
    return found[1] if found else ""


def receive(site: Site, email: str, **answers: str) -> str:
    """The code somebody gets who asks and confirms."""
    visitor = Visitor(site, address="10.9.8.7")
    submission = visitor.confirmed("/p/code", email=email, **answers)
    return code_on(visitor, site.parts.links.receipt(submission.id))


def test_a_person_gets_the_same_code_however_often(shop: Site) -> None:
    stock(shop, "CODE-2", "CODE-3")
    first = receive(shop, "ann@example.com")
    assert first == "CODE-1"
    assert receive(shop, "ANN@example.com") == first
    assert receive(shop, "bea@example.com") in {"CODE-2", "CODE-3"}
    assert [row.state for row in shop.rows(CouponCode)] == ["claimed", "claimed", "free"]


def test_fifty_people_at_once_share_no_code_and_lose_none(site: Site) -> None:
    stock(site, *(f"CODE-{number}" for number in range(40)))
    site.publish("code")
    people = [Visitor(site, address=f"10.0.{number}.1") for number in range(50)]
    asked = [person.asked("/p/code", email=f"person{n}@example.com") for n, person in enumerate(people)]
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda pair: pair[0].confirm(pair[1]), zip(people, asked, strict=True)))
    assert {answer.status_code for answer in answers} == {303}
    given = [access.facts["code"] for access in site.rows(Access)]
    codes = [code for code in given if code]
    assert len(codes) == len(set(codes)) == 40
    assert given.count(None) == 10
    assert {row.state for row in site.rows(CouponCode)} == {"claimed"}
    owners = {row.code: row.lead_id for row in site.rows(CouponCode)}
    assert {owners[access.facts["code"]] == access.lead_id for access in site.rows(Access) if access.facts["code"]} == {
        True
    }


def test_when_the_pool_is_empty_people_are_told_and_served_in_order_later(shop: Site) -> None:
    receive(shop, "ann@example.com")
    for name in ("bea", "cid", "dan"):
        assert receive(shop, f"{name}@example.com") == ""
    visitor = Visitor(shop)
    waiting = shop.rows(Access)[1:]
    page = visitor.get(shop.parts.links.access(waiting[0].id))
    assert "All codes are given out at this moment" in words(page)
    shop.letters()
    assert stock(shop, "CODE-2", "CODE-3") == (2, 2)
    given = [str(access.facts.get("code")) for access in shop.rows(Access)]
    assert given[0] == "CODE-1"
    assert {given[1], given[2]} == {"CODE-2", "CODE-3"}
    assert given[3] == "None"
    told = {str(each.message["To"]): each.text for each in shop.letters()[-2:]}
    assert given[1] in told["bea@example.com"]
    assert given[2] in told["cid@example.com"]
    assert code_on(visitor, shop.parts.links.access(waiting[0].id)) == given[1]


def test_the_same_codes_again_are_passed_over(shop: Site) -> None:
    assert stock(shop, "CODE-1", "CODE-2", "CODE-2") == (1, 0)
    assert len(shop.rows(CouponCode)) == 2


def test_a_code_of_an_erased_person_is_not_given_to_anybody_else(shop: Site) -> None:
    receive(shop, "ann@example.com")
    visitor = Visitor(shop)
    path = shop.parts.links.preferences(shop.lead().id)
    visitor.post(f"{path}/erase", {"sure": "yes"})
    assert receive(shop, "bea@example.com") == ""
    row = shop.one(CouponCode)
    assert (row.code, row.state, row.lead_id) == ("CODE-1", "void", None)


def test_a_code_that_has_run_out_is_not_given(site: Site) -> None:
    now = clock.now()
    site.parts.database.write(lambda session: restock(session, "spring", ["OLD"], expires_at=now, now=now))
    stock(site, "FRESH")
    site.publish("code")
    assert receive(site, "ann@example.com") == "FRESH"


def test_the_mail_brings_the_code(shop: Site) -> None:
    receive(shop, "ann@example.com")
    assert "CODE-1" in shop.letters()[-1].text
    assert len(shop.rows(Message, Message.topic == "mail.offer")) == 1
