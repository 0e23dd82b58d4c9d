"""Hands letters to a mail server, keeps the connection for the next ones, and says exactly how the server took each."""

import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from app.outbox.backoff import Kind, Outcome
from app.outbox.mail import Letter
from setting_values import MailTls, SmtpUrl

CONNECT_SECONDS = 10.0
# Below the lease of a message: an attempt must be over before another worker may start the next.
LETTER_SECONDS = 40.0
# Authentication wanted or refused (RFC 4954 6): a person mends the settings, no letter may die of it.
_ABOUT_US = frozenset({530, 534, 535, 538})
_MOST_LETTERS = 100
_MOST_IDLE_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Acceptance:
    """How an attempt ended; `reply` is the line with which the server took the letter."""

    outcome: Outcome
    reply: str = ""


class Mailer(Protocol):
    """Whatever takes letters: a mail server, or the catcher of `./dev run`."""

    def send(self, letter: Letter) -> Acceptance: ...
    def close(self) -> None: ...


class SmtpMailer:
    """One mail server (RFC 5321), used from several threads, each attempt on a connection of its own."""

    def __init__(
        self,
        server: SmtpUrl,
        *,
        hello: str = "localhost",
        letter_seconds: float = LETTER_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._server = server
        self._hello = hello
        self._letter_seconds = letter_seconds
        self._clock = clock
        self._idle: list[_Line] = []
        self._lock = threading.Lock()

    def send(self, letter: Letter) -> Acceptance:
        """Send one letter; never raises for anything the server or the way there does."""
        started = self._clock()
        try:
            line = self._idle_line()
            if line is not None:
                try:
                    return self._over(line, letter, started)
                except smtplib.SMTPServerDisconnected:
                    # A kept connection may have been closed by the server meanwhile; nothing was accepted on it,
                    # or the same Message-ID makes the second copy recognisable.
                    line.drop()
            return self._over(self._new_line(), letter, started)
        except TimeoutError:
            return _delayed(Kind.TIMEOUT, f"The mail server took longer than {self._letter_seconds:.0f} s.")
        except _SetupFault as fault:
            return _delayed(Kind.UNREACHABLE, str(fault))
        except smtplib.SMTPResponseException as error:
            return _answered(error.smtp_code, error.smtp_error)
        except ssl.SSLError as error:
            return _delayed(Kind.UNREACHABLE, f"No secure connection to the mail server: {error.reason or error}")
        except (OSError, smtplib.SMTPException, ValueError) as error:
            late = self._clock() - started >= self._letter_seconds
            note = f"No answer from the mail server: {type(error).__name__}: {error}"
            return _delayed(Kind.TIMEOUT if late else Kind.UNREACHABLE, note)

    def trouble(self) -> str:
        """What stands between us and the mail server, as a sentence; '' when it lets us in. Sends nothing."""
        try:
            self._new_line().drop()
        except _SetupFault as fault:
            return str(fault)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            return f"The mail server does not let us in: {type(error).__name__}: {error}"
        return ""

    def close(self) -> None:
        """Say goodbye on every kept connection."""
        with self._lock:
            lines, self._idle = self._idle, []
        for line in lines:
            line.drop()

    def _over(self, line: "_Line", letter: Letter, started: float) -> Acceptance:
        left = max(self._letter_seconds - (self._clock() - started), 0.1)
        # A server that sends one byte now and then never lets a socket time out; the watch ends that.
        watch = threading.Timer(left, line.cut)
        watch.daemon = True
        watch.start()
        try:
            acceptance = line.deliver(letter, left)
        except BaseException:
            line.drop()
            raise
        finally:
            watch.cancel()
        self._keep(line)
        return acceptance

    def _idle_line(self) -> "_Line | None":
        with self._lock:
            while self._idle:
                line = self._idle.pop()
                if self._clock() - line.used_at < _MOST_IDLE_SECONDS:
                    return line
                line.drop()
        return None

    def _keep(self, line: "_Line") -> None:
        line.used_at = self._clock()
        if line.letters >= _MOST_LETTERS or line.is_closed:
            line.drop()
            return
        with self._lock:
            self._idle.append(line)

    def _new_line(self) -> "_Line":
        try:
            return _Line(_connect(self._server, self._hello))
        except smtplib.SMTPResponseException as error:
            # Said before any letter was named, so it is about us and no letter may die of it.
            raise _SetupFault(f"The mail server turned us away with {error.smtp_code}.") from error


class _SetupFault(Exception):
    """The settings and the mail server do not fit; a person has to act, meanwhile mails wait."""


class _Line:
    """One SMTP connection."""

    def __init__(self, smtp: smtplib.SMTP) -> None:
        self._smtp = smtp
        self.letters = 0
        self.used_at = 0.0

    @property
    def is_closed(self) -> bool:
        return self._smtp.sock is None

    def deliver(self, letter: Letter, seconds: float) -> Acceptance:
        """One mail transaction (RFC 5321 3.3)."""
        smtp = self._smtp
        if smtp.sock is not None:
            smtp.sock.settimeout(seconds)
        options = ["BODY=8BITMIME"] if smtp.has_extn("8bitmime") else []
        if letter.needs_utf8:
            if not smtp.has_extn("smtputf8"):
                return _answered(553, b"The mail server cannot carry this address (no SMTPUTF8, RFC 6531).")
            options.append("SMTPUTF8")
            smtp.command_encoding = "utf-8"
        self.letters += 1
        code, reply = smtp.mail(letter.sender, options)
        if code == 250:
            code, reply = smtp.rcpt(letter.recipient)
        if code in {250, 251}:
            code, reply = smtp.data(letter.raw)
            return _answered(code, reply)
        if smtp.sock is not None:
            smtp.rset()
        return _answered(code if code >= 400 else 451, reply)

    def cut(self) -> None:
        """End the connection from another thread."""
        sock = self._smtp.sock
        if sock is not None:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                return

    def drop(self) -> None:
        """Close without waiting for manners."""
        self._smtp.close()


def _connect(server: SmtpUrl, hello: str) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if server.tls is MailTls.IMPLICIT:
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, hello, timeout=CONNECT_SECONDS, context=context)
    else:
        smtp = smtplib.SMTP(server.host, server.port, hello, timeout=CONNECT_SECONDS)
    try:
        _secure(smtp, server, context)
        if server.username:
            _log_in(smtp, server)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _secure(smtp: smtplib.SMTP, server: SmtpUrl, context: ssl.SSLContext) -> None:
    smtp.ehlo_or_helo_if_needed()
    if server.tls in {MailTls.IMPLICIT, MailTls.OFF}:
        return
    if smtp.has_extn("starttls"):
        smtp.starttls(context=context)
        smtp.ehlo()
    elif server.tls is MailTls.REQUIRE or server.username:
        raise _SetupFault(
            "The mail server offers no STARTTLS, so nothing was sent. If it is on a private network, "
            "add ?starttls=off to GATEPOST_SMTP_URL."
        )


def _log_in(smtp: smtplib.SMTP, server: SmtpUrl) -> None:
    """A refused password is our fault, not the letter's: mails wait until it is mended."""
    try:
        smtp.login(server.username, server.password)
    except smtplib.SMTPAuthenticationError as error:
        raise _SetupFault(f"The mail server refused user name or password ({error.smtp_code}).") from error
    except smtplib.SMTPNotSupportedError as error:
        raise _SetupFault("The mail server takes no user name and password.") from error


def _answered(code: int, reply: bytes | str) -> Acceptance:
    line = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    line = " ".join(line.split())[:480]
    note = "" if 200 <= code < 300 else f"The mail server answered {code} {line}"
    if code in _ABOUT_US:
        return _delayed(Kind.UNREACHABLE, note)
    return Acceptance(Outcome(Kind.ANSWERED, code, note=note), f"{code} {line}")


def _delayed(kind: Kind, note: str) -> Acceptance:
    return Acceptance(Outcome(kind, note=note[:300]))
