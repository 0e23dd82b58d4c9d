"""What a person does later, and what receivers and operators then see: stop, erase, look into, send again."""

import json
import zipfile
from email.message import EmailMessage
from io import BytesIO

import pytest

from tests.factories.browser_by_hand import BrowserByHand
from tests.factories.product import Product
from tests.walk.test_offers import confirmed

pytestmark = pytest.mark.xdist_group("walk")


def one_click_path(message: EmailMessage, base: str) -> str:
    """The path of the address that mail programs post to."""
    address = str(message["List-Unsubscribe"]).strip("<>")
    assert address.startswith(base)
    return address.removeprefix(base)


def test_one_click_in_the_mail_program_stops_the_mails_and_tells_the_crm(
    product: Product, browser: BrowserByHand
) -> None:
    email = "stop@example.com"
    confirmed(product, browser, "/p/tea-list-guide", email, first_name="Ann", business="cafe", consent_newsletter="yes")
    offer = product.letters(email, 2)[1]
    assert offer.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = one_click_path(offer.message, product.url)
    program = BrowserByHand(product.url, agent="YahooMailProxy")
    assert program.get(path).status == 200
    answer = program.post(path, {"List-Unsubscribe": "One-Click"})
    assert (answer.status, answer.body) == (200, b"")
    [(_, event)] = product.hooks(email, "consent.withdrawn")
    assert (event["data"]["purpose"], event["data"]["source"]) == ("newsletter", "one_click")
    assert product.letters(email, 3)[2].message["List-Unsubscribe"] is None
    shown = product.flask_json("leads", "show", email)
    assert [(each["purpose"], each["state"]) for each in shown["consents"]] == [("newsletter", "withdrawn")]


def test_a_person_takes_a_copy_of_everything_and_is_erased(product: Product, browser: BrowserByHand) -> None:
    email = "erase@example.com"
    confirmed(product, browser, "/p/tea-list-guide", email, first_name="Ann", business="cafe", consent_newsletter="yes")
    [(_, confirmed_event)] = product.hooks(email, "lead.confirmed")
    lead_id = confirmed_event["data"]["id"]
    preferences = product.letters(email, 2)[1].link(product.url, "/preferences/")
    copy = zipfile.ZipFile(BytesIO(browser.post(f"{preferences}/export").body))
    assert json.loads(copy.read("person.json"))["email"] == email
    assert sum(name.startswith("mails/") for name in copy.namelist()) == 2
    assert browser.post(f"{preferences}/erase").status == 200
    assert product.flask_json("leads", "show", email)["id"] == lead_id
    assert browser.post(f"{preferences}/erase", {"sure": "yes"}).status == 200
    [(_, event)] = product.hooks(lead_id, "lead.erased")
    assert email not in json.dumps(event)
    assert browser.get(preferences).status == 404
    assert email not in product.flask("leads", "list", "--json")


def test_an_operator_erases_a_person_by_command(product: Product, browser: BrowserByHand) -> None:
    email = "command@example.com"
    confirmed(product, browser, "/p/tea-list-guide", email, first_name="Ann", business="cafe")
    [(_, told)] = product.hooks(email, "lead.confirmed")
    erased = product.flask_json("leads", "erase", email)
    assert erased["id"] == told["data"]["id"]
    product.hooks(erased["id"], "lead.erased")


def test_a_replay_sends_the_same_bytes_under_the_same_id(product: Product, browser: BrowserByHand) -> None:
    email = "replay@example.com"
    confirmed(product, browser, "/p/tea-list-guide", email, first_name="Ann", business="cafe")
    [(first, _)] = product.hooks(email, "lead.confirmed")
    message_id = first.headers["webhook-id"]
    listed = product.wait(
        lambda: [
            each
            for each in product.flask_json("outbox", "list", "--state", "done", "--topic", "webhook.lead_confirmed")
            if each["id"] == message_id
        ]
    )
    assert listed[0]["endpoint"] == product.endpoint
    assert product.flask_json("webhooks", "replay", message_id) == {"replayed": 1}
    again = product.wait(
        lambda: (
            same
            if len(same := [one for one in list(product.receiver.arrived) if one.headers["webhook-id"] == message_id])
            > 1
            else None
        )
    )
    assert again[0].body == again[1].body
    assert product.verified(again[1])["data"]["email"] == email


def test_the_commands_work_in_a_process_of_their_own(product: Product, browser: BrowserByHand) -> None:
    email = "process@example.com"
    confirmed(product, browser, "/p/tea-list-guide", email, first_name="Ann", business="cafe")
    shown = json.loads(product.server.command("-m", "flask", "leads", "show", email, "--json").stdout)
    assert (shown["email"], shown["first_name"]) == (email, "Ann")
    missing = product.server.command("-m", "flask", "leads", "show", "nobody@example.com", check=False)
    assert missing.returncode == 1
    assert "There is no such lead." in missing.stderr
    assert "Traceback" not in missing.stderr
