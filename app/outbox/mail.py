"""How a mail is written: facts and templates in, the exact bytes for the mail server out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import Any

import idna
from jinja2 import Environment

from app.errors import AppError
from app.outbox.topics import MailTopic
from app.texts import Translate

# What templates may name; whatever a message does not have is empty there.
FACTS = (
    "brand", "page_title", "offer_title", "offer_kind", "asked_at", "confirm_url", "code", "expires_days",
    "access_url", "preferences_url", "unsubscribe_url", "event_time_text", "coupon_code", "first_name", "trap_url",
)  # fmt: skip
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
_LONGEST_NAME = 64
_VERBATIM = frozenset({"list-unsubscribe", "list-unsubscribe-post", "list-id", "message-id", "feedback-id"})


class AddressFault(AppError):
    """An address that no mail can be sent to."""


@dataclass(frozen=True, slots=True)
class MailContext:
    """All that one mail needs, known at the moment of sending.

    `facts`: values for the names in FACTS. `unsubscribe_url` is the one-click address (RFC 8058); with it a list
    mail gets its List headers, under `list_name` (letters, digits, dots, like offers.newsletter). `campaign` groups
    mails in Feedback-ID.
    """

    to: str
    translate: Translate
    facts: Mapping[str, object] = field(default_factory=dict)
    sender_name: str = ""
    sender_address: str = ""
    reply_to: str | None = None
    unsubscribe_url: str | None = None
    list_name: str = "offers"
    campaign: str = "none"


@dataclass(frozen=True, slots=True)
class Cancel:
    """The mail is not to be sent any more: withdrawn, suppressed, expired, confirmed meanwhile."""

    reason: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail ready for the server: its envelope, its Message-ID, and the exact bytes."""

    sender: str
    recipient: str
    mail_id: str
    raw: bytes
    needs_utf8: bool


def write(
    context: MailContext, *, topic: type[MailTopic], message_id: str, now: datetime, environment: Environment
) -> Letter:
    """The letter for outbox message `message_id`; its Message-ID is the same at every attempt.

    multipart/alternative with text first and HTML last (RFC 2046 5.1.4). Raises AddressFault, and jinja2's
    TemplateError for a template that names what does not exist.
    """
    sender, recipient = mailbox(context.sender_address), mailbox(context.to)
    names = _names(context)
    needs_utf8 = not (sender.addr_spec + recipient.addr_spec).isascii()
    message = EmailMessage(policy=_Policy(linesep="\r\n", raise_on_defect=False, utf8=needs_utf8))
    mail_id = f"<{message_id.lower()}@{sender.domain}>"
    message["Date"] = format_datetime(now)
    message["Message-ID"] = mail_id
    message["From"] = Address(one_line(context.sender_name)[:_LONGEST_NAME], sender.username, sender.domain)
    message["To"] = recipient
    if context.reply_to:
        message["Reply-To"] = mailbox(context.reply_to)
    message["Subject"] = one_line(_rendered(environment, topic, "subject.txt", names))
    # RFC 3834 5: a program wrote this, so vacation notices are not to answer.
    message["Auto-Submitted"] = "auto-generated"
    message["Feedback-ID"] = f"{_label(context.campaign)}:{topic.template}:gatepost:{sender.domain}"
    if topic.is_list_mail and context.unsubscribe_url:
        _add_list_headers(message, context, sender.domain)
    message.set_content(_rendered(environment, topic, "body.txt", names), cte="quoted-printable")
    message.add_alternative(_rendered(environment, topic, "body.html", names), subtype="html", cte="quoted-printable")
    message.set_boundary(f"=_{message_id}")
    return Letter(sender.addr_spec, recipient.addr_spec, mail_id, message.as_bytes(), needs_utf8)


def mailbox(address: str) -> Address:
    """`address` with its domain as IDNA (RFC 5891), so that every mail server can read it; raises AddressFault."""
    local, _, domain = address.strip().rpartition("@")
    try:
        ascii_domain = domain if domain == "localhost" else idna.encode(domain, uts46=True).decode()
        if not local or _CONTROLS.search(local):
            raise AddressFault("This is not an address.")
        return Address(username=local, domain=ascii_domain)
    except (idna.IDNAError, UnicodeError, ValueError, IndexError) as error:
        raise AddressFault("The domain of this address cannot exist.") from error


def one_line(text: str) -> str:
    """`text` without line breaks, control characters and direction overrides, spaces collapsed: safe in a header."""
    return " ".join(_CONTROLS.sub(" ", text).split())


class _Policy(EmailPolicy):
    """Folds the headers that the standard policy gets wrong.

    It encodes long words, so programs could not read URLs, and it loses spaces where a text beyond ASCII is broken
    into lines, which half of all Vietnamese subjects would be.
    """

    def fold(self, name: str, value: Any) -> str:
        """One header as text."""
        low = name.lower()
        if low in _VERBATIM:
            return f"{name}: {value}\r\n"
        if low == "subject":
            return f"{name}: {_encoded(str(value), name)}\r\n"
        if low == "from" and value.addresses[0].display_name:
            sender = value.addresses[0]
            return f"{name}: {_phrase(sender.display_name)}\r\n <{sender.addr_spec}>\r\n"
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: Any) -> bytes:
        """One header as bytes."""
        return self.fold(name, value).encode("utf-8" if self.utf8 else "ascii")


def _phrase(text: str) -> str:
    """A display name: quoted where it is ASCII (RFC 5322 3.2.5), else as encoded words."""
    if text.isascii() and "=?" not in text:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return _encoded(text, "From")


def _encoded(text: str, name: str) -> str:
    """`text` as encoded words (RFC 2047) where it needs them, in lines of at most 76 characters."""
    charset = "us-ascii" if text.isascii() and "=?" not in text else "utf-8"
    return Header(text, charset, maxlinelen=76, header_name=name).encode(linesep="\r\n")


def _add_list_headers(message: EmailMessage, context: MailContext, domain: str) -> None:
    """RFC 2919 and RFC 8058; both must be covered by the DKIM signature of the mail server."""
    message["List-Id"] = f"<{_label(context.list_name)}.{domain}>"
    message["List-Unsubscribe"] = f"<{context.unsubscribe_url}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def _names(context: MailContext) -> dict[str, object]:
    words = context.translate
    empty = dict.fromkeys(FACTS, "")
    if context.unsubscribe_url:
        empty["unsubscribe_url"] = context.unsubscribe_url
    return {**empty, **context.facts, "t": words.t, "tn": words.tn, "locale": words.locale}


def _rendered(environment: Environment, topic: type[MailTopic], part: str, names: Mapping[str, object]) -> str:
    return environment.get_template(f"mail/{topic.template}/{part}").render(names)


def _label(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text)[:60] or "none"
