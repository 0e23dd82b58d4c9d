"""How a mail is written."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import DictLoader, Environment, StrictUndefined, UndefinedError, select_autoescape

from app.outbox.mail import AddressFault, Letter, MailContext, one_line, write
from app.outbox.topics import MailConfirm, MailOffer, MailTopic
from app.texts import Translate

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ID = "01KATESTMESSAGE0000000000A"
TEMPLATES = {
    "subject.txt": "{{ t('Your guide') }}: {{ offer_title }}\n",
    "body.txt": "{{ offer_title }}\n{{ confirm_url }}\n",
    "body.html": "<html><body><p>{{ offer_title }}</p></body></html>",
}


def _environment(**parts: str) -> Environment:
    parts = {**TEMPLATES, **{name.replace("_", "."): text for name, text in parts.items()}}
    files = {f"mail/{folder}/{name}": text for name, text in parts.items() for folder in ("confirm", "offer")}
    return Environment(loader=DictLoader(files), autoescape=select_autoescape(["html"]), undefined=StrictUndefined)


def _letter(topic: type[MailTopic] = MailConfirm, environment: Environment | None = None, **changes: Any) -> Letter:
    facts = {"offer_title": "Hướng dẫn thực địa", "confirm_url": "https://x.example/c/" + "t" * 300}
    given: dict[str, Any] = {
        "to": "ann@example.com", "translate": Translate("en", {}), "facts": facts,
        "sender_name": "Acme", "sender_address": "hello@acme.example",
    }  # fmt: skip
    context = MailContext(**{**given, **changes})
    return write(context, topic=topic, message_id=ID, now=NOW, environment=environment or _environment())


def _parsed(letter: Letter) -> EmailMessage:
    return message_from_bytes(letter.raw, policy=policy.default)


def test_text_comes_first_and_html_last() -> None:
    message = _parsed(_letter())
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    body = message.get_body(("plain",))
    assert body is not None
    assert body.get_content().splitlines() == ["Hướng dẫn thực địa", "https://x.example/c/" + "t" * 300]


def test_every_line_fits_and_ends_as_the_protocol_wants() -> None:
    raw = _letter(MailOffer, unsubscribe_url="https://x.example/u/" + "t" * 200).raw
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert raw.isascii()


def test_headers_say_who_when_and_that_a_program_wrote_it() -> None:
    message = _parsed(_letter(reply_to="team@acme.example", campaign="spring sale"))
    assert str(message["From"]) == "Acme <hello@acme.example>"
    assert str(message["To"]) == "ann@example.com"
    assert str(message["Reply-To"]) == "team@acme.example"
    assert message["Message-ID"] == f"<{ID.lower()}@acme.example>"
    assert message["Date"].datetime == NOW
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Feedback-ID"] == "spring-sale:confirm:gatepost:acme.example"
    assert str(message["Subject"]) == "Your guide: Hướng dẫn thực địa"


def test_only_list_mails_carry_one_click_headers() -> None:
    url = "https://x.example/u/" + "t" * 200
    assert "List-Unsubscribe" not in _parsed(_letter(MailConfirm, unsubscribe_url=url))
    message = _parsed(_letter(MailOffer, unsubscribe_url=url))
    assert message["List-Unsubscribe"] == f"<{url}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Id"] == "<offers.acme.example>"
    assert "List-Id" not in _parsed(_letter(MailOffer))


@pytest.mark.parametrize("evil", ["x\r\nBcc: all@example.com", "x\nBcc: all@example.com", "x\u2028Bcc: a", "x\x00y"])
def test_no_text_can_add_a_header(evil: str) -> None:
    letter = _letter(facts={"offer_title": evil}, sender_name=evil, campaign=evil)
    message = _parsed(letter)
    assert "Bcc" not in message
    assert len(message.get_all("From", [])) == 1


@pytest.mark.parametrize("address", ["ann@example.com\r\nBcc: x@y.example", "", "ann", "@example.com", "a@b@", "a@-x-"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(AddressFault):
        _letter(to=address)


def test_a_domain_beyond_ascii_is_sent_as_idna() -> None:
    letter = _letter(to="jan@příklad.cz")
    assert letter.recipient == "jan@xn--pklad-zsa96e.cz"
    assert not letter.needs_utf8


def test_a_local_part_beyond_ascii_needs_smtputf8() -> None:
    letter = _letter(to="žluťoučký@example.cz")
    assert letter.needs_utf8
    assert letter.recipient == "žluťoučký@example.cz"
    assert "žluťoučký@example.cz".encode() in letter.raw


def test_a_quoted_local_part_survives() -> None:
    assert _letter(to='o"b@example.com').recipient == '"o\\"b"@example.com'


def test_html_is_escaped_and_text_is_not() -> None:
    message = _parsed(_letter(facts={"offer_title": "<b>A & B</b>"}))
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    assert "<b>A & B</b>" in text.get_content()
    assert "&lt;b&gt;A &amp; B&lt;/b&gt;" in html.get_content()


def test_a_template_that_names_the_unknown_fails_loudly() -> None:
    with pytest.raises(UndefinedError):
        _letter(environment=_environment(body_txt="{{ ofer_title }}"))


def test_the_same_facts_give_the_same_bytes() -> None:
    assert _letter().raw == _letter().raw


def test_one_line_drops_what_readers_cannot_see() -> None:
    assert one_line("  a\tb\u202ec \r\n d ") == "a b c d"


def _sender_name(letter: Letter) -> str:
    """The display name by the older decoder: the newer one puts spaces between encoded words that belong together."""
    raw = message_from_bytes(letter.raw)["From"].replace("\r\n", "").rpartition(" <")[0]
    return parseaddr(f"{raw} <a@b>")[0] if raw.startswith('"') else str(make_header(decode_header(raw)))


@settings(deadline=None, max_examples=40)
@given(title=st.text(), sender=st.text(), campaign=st.text())
def test_whatever_people_type_the_headers_stay_the_same(title: str, sender: str, campaign: str) -> None:
    title, sender = (text.encode("utf-8", "ignore").decode() for text in (title, sender))
    plain = _parsed(_letter())
    letter = _letter(facts={"offer_title": title}, sender_name=sender, campaign=campaign)
    typed = _parsed(letter)
    assert typed.keys() == plain.keys()
    assert typed["To"].addresses == plain["To"].addresses
    assert [one.addr_spec for one in typed["From"].addresses] == ["hello@acme.example"]
    assert str(typed["Subject"]) == one_line(f"Your guide: {title}")
    assert _sender_name(letter) == one_line(sender)[:64]


@pytest.mark.parametrize(
    "text",
    [
        "Xác nhận địa chỉ của bạn để nhận tài liệu hướng dẫn thực địa đầy đủ nhất về trà và quán cà phê nhỏ",
        "Potvrďte prosím svou adresu: příliš žluťoučký kůň úpěl ďábelské ódy v čajovně na rohu ulice",
        "0𐀀𐀀𐀀𐀀𐀀𐀀𐀀𐀀 ¡ ¡",
        "An ordinary subject that is a good deal longer than one line of a mail header may ever be, on purpose",
    ],
)
def test_long_subjects_and_names_keep_their_spaces_in_short_lines(text: str) -> None:
    letter = _letter(facts={"offer_title": text}, sender_name=text)
    head = letter.raw.split(b"\r\n\r\n")[0]
    assert max(len(line) for line in head.split(b"\r\n")) <= 78
    assert str(_parsed(letter)["Subject"]) == f"Your guide: {text}"
    assert _sender_name(letter) == text[:64]
