"""How the text of a setting becomes a typed value; pure, every fault is a ValueError in plain words."""

import re
from dataclasses import dataclass
from email.utils import parseaddr
from enum import Enum
from ipaddress import IPv4Network, IPv6Network, ip_network
from urllib.parse import parse_qs, unquote, urlsplit

Network = IPv4Network | IPv6Network

_ON = frozenset({"1", "on", "true", "yes"})
_OFF = frozenset({"0", "off", "false", "no"})


class MailTls(Enum):
    """How a mail connection is protected."""

    IMPLICIT = "implicit"
    REQUIRE = "require"
    OPPORTUNISTIC = "opportunistic"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class SmtpUrl:
    """The mail server that takes our letters."""

    host: str
    port: int
    tls: MailTls
    username: str = ""
    password: str = ""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Who a letter is from: a name (may be empty) and an address."""

    name: str
    address: str


def words(text: str) -> tuple[str, ...]:
    """The parts of a list written with commas, spaces or line ends."""
    return tuple(re.split(r"[\s,]+", text.strip())) if text.strip() else ()


def switch(text: str) -> bool:
    """on or off, in the usual spellings."""
    low = text.strip().lower()
    if low in _ON:
        return True
    if low in _OFF:
        return False
    raise ValueError(f"is {text!r}; write on or off")


def whole_number(text: str, *, least: int, most: int) -> int:
    """A whole number within limits."""
    if not re.fullmatch(r"-?\d{1,18}", text.strip(), re.ASCII):
        raise ValueError(f"is {text!r}; write a whole number from {least} to {most}")
    number = int(text)
    if not least <= number <= most:
        raise ValueError(f"is {number}; it must lie between {least} and {most}")
    return number


def choice(text: str, *, among: tuple[str, ...]) -> str:
    """One of a few words."""
    if text not in among:
        raise ValueError(f"is {text!r}; write one of {', '.join(among)}")
    return text


def networks(text: str) -> tuple[Network, ...]:
    """Networks in CIDR form; a lone address is a network of one."""
    found: list[Network] = []
    for word in words(text):
        try:
            found.append(ip_network(word, strict=False))
        except ValueError:
            raise ValueError(f"holds {word!r}; write networks such as 10.0.0.0/8 or fd00::/8") from None
    return tuple(found)


def locale_codes(text: str) -> tuple[str, ...]:
    """Language codes such as en, vi, cs."""
    codes = words(text)
    if not codes:
        raise ValueError("is empty; write at least one language, such as en")
    for code in codes:
        if not re.fullmatch(r"[a-z]{2,3}", code):
            raise ValueError(f"holds {code!r}; write language codes of two or three letters, such as en, vi, cs")
    return codes


def base_url(text: str) -> str:
    """The address under which visitors reach this server, without a slash at its end."""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"is {text!r}; write a full address such as https://offers.example.com")
    if parts.path.strip("/") or parts.query or parts.fragment or parts.username:
        raise ValueError(f"is {text!r}; it must end after the host name (pages live at /p/...)")
    return text.rstrip("/")


def database_url(text: str) -> str:
    """An SQLAlchemy address of one of the two engines; plain postgresql:// means the psycopg driver."""
    for short in ("postgresql://", "postgres://"):
        if text.startswith(short):
            text = "postgresql+psycopg://" + text.removeprefix(short)
    if text.startswith("sqlite:////") or text.startswith("postgresql+psycopg://"):
        return text
    raise ValueError(
        "must start with sqlite://// and an absolute path, or with postgresql+psycopg://user:password@host/name"
    )


def secret_keys(text: str) -> tuple[str, ...]:
    """Signing keys, newest first; each must be long enough not to be guessed."""
    keys = words(text)
    if not keys:
        raise ValueError("is empty; leave it out, or write at least one key")
    if any(len(key) < 32 for key in keys):
        raise ValueError("holds a key shorter than 32 characters; make one with: openssl rand -hex 32")
    return keys


def mailbox(text: str) -> Mailbox:
    """A sender such as `Acme <hello@acme.example>`."""
    if "\n" in text or "\r" in text:
        raise ValueError("holds a line break")
    name, address = parseaddr(text)
    if not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+\.?[^@\s<>]*", address):
        raise ValueError(f"is {text!r}; write a sender such as: Acme <hello@acme.example>")
    return Mailbox(name=name, address=address)


def smtp_url(text: str) -> SmtpUrl:
    """smtp://user:password@host:587?starttls=require|opportunistic|off, or smtps://user:password@host:465."""
    parts = urlsplit(text)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ValueError("must look like smtp://user:password@mail.example.com:587 or smtps://...:465")
    try:
        port = parts.port
    except ValueError:
        raise ValueError("has a port that is not a number between 1 and 65535") from None
    tls = _mail_tls(parts.scheme, parts.query)
    return SmtpUrl(
        host=parts.hostname,
        port=port or (465 if tls is MailTls.IMPLICIT else 587),
        tls=tls,
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def _mail_tls(scheme: str, query: str) -> MailTls:
    options = parse_qs(query, keep_blank_values=True)
    asked = options.pop("starttls", ["require"])[-1]
    if options:
        raise ValueError(f"has the unknown option {sorted(options)[0]!r}; only starttls is known")
    if scheme == "smtps":
        return MailTls.IMPLICIT
    return MailTls(choice(asked, among=("require", "opportunistic", "off")))
