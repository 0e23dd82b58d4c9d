"""The mail server or the receiver is down, slow to say yes, or says no: nothing is lost, what is final is visible."""

import pytest

from tests.factories.browser_by_hand import BrowserByHand
from tests.factories.product import Product
from tests.walk.test_offers import confirmed

pytestmark = pytest.mark.xdist_group("walk")


def ask(product: Product, email: str) -> BrowserByHand:
    """Somebody asks for the guide."""
    browser = BrowserByHand(product.url)
    assert browser.fill_in("/p/tea-list-guide", email=email, first_name="Ann", business="cafe").status == 200
    return browser


def attempts(product: Product, email_or_topic: str, state: str) -> list[dict[str, object]]:
    """Messages of a topic in a state that were tried."""
    listed = product.flask_json("outbox", "list", "--state", state, "--topic", email_or_topic)
    return [each for each in listed if each["attempt"]]


def test_a_mail_that_is_put_off_comes_later(product: Product) -> None:
    email = "greylisted@example.com"
    product.post_office.refusals[email] = ["451 4.7.1 Greylisted, come back later"]
    ask(product, email)
    product.wait(lambda: email in product.post_office.refused)
    waiting = product.wait(lambda: attempts(product, "mail.confirm", "due"))
    assert "451" in str(waiting[0]["reason"]) or "Greylisted" in str(waiting[0]["reason"])
    assert product.wait_in_fast_time(lambda: len(product.arrived(email))) == 1


def test_a_mail_that_is_refused_for_good_is_final_and_visible(product: Product) -> None:
    email = "unknown@example.com"
    product.post_office.refusals[email] = ["550 5.1.1 No such mailbox"] * 3
    ask(product, email)
    dead = product.wait(lambda: product.flask_json("outbox", "list", "--state", "dead"))
    assert (dead[0]["topic"], dead[0]["attempt"]) == ("mail.confirm", 1)
    assert "No such mailbox" in dead[0]["reason"]
    product.let_time_pass()
    assert product.post_office.refused.count(email) == 1


def test_while_the_mail_server_is_down_mails_wait_and_people_are_served(product: Product) -> None:
    email = "patient@example.com"
    product.post_office.close()
    try:
        browser = ask(product, email)
        product.wait(lambda: attempts(product, "mail.confirm", "due"))
        assert browser.get("/healthz").status == 200
    finally:
        product.post_office.open()
    assert product.wait_in_fast_time(lambda: len(product.arrived(email))) == 1


def test_while_the_receiver_is_down_events_wait_and_arrive_under_their_ids(
    product: Product, browser: BrowserByHand
) -> None:
    email = "crm-down@example.com"
    product.is_receiver_down = True
    try:
        confirmed(product, browser, "/p/tea-list-guide", email, first_name="Ann", business="cafe")
        [(first, event)] = product.hooks(email, "lead.confirmed")
        product.wait(lambda: attempts(product, "webhook.lead_confirmed", "due"))
    finally:
        product.is_receiver_down = False
    message_id = first.headers["webhook-id"]
    product.wait_in_fast_time(
        lambda: [
            each
            for each in product.flask_json("outbox", "list", "--topic", "webhook.lead_confirmed", "--state", "done")
            if each["id"] == message_id and each["attempt"] >= 2
        ]
    )
    tries = [one for one in product.receiver.arrived if one.headers["webhook-id"] == message_id]
    assert len(tries) >= 2
    assert len({one.body for one in tries}) == 1
    assert product.verified(tries[-1]) == event
