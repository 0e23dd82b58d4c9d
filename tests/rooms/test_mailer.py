"""Handing letters to real mail servers: accepting, delaying, refusing, slow, down, gone meanwhile."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from app.adapters.mailer import SmtpMailer
from app.outbox.backoff import Kind
from app.outbox.mail import Letter
from setting_values import MailTls, SmtpUrl
from tests.factories.receivers import Box, MailServer

# Passwords without TLS are what these servers are for; aiosmtpd rightly warns about it.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

RAW = b"Subject: hi\r\nFrom: a@acme.example\r\nTo: ann@example.com\r\n\r\n.dot\r\nline\r\n"
LETTER = Letter("a@acme.example", "ann@example.com", "<1@acme.example>", RAW, False)


def _mailer(port: int, *, tls: MailTls = MailTls.OFF, user: str = "", seconds: float = 5) -> SmtpMailer:
    return SmtpMailer(SmtpUrl("127.0.0.1", port, tls, user, "secret" if user else ""), letter_seconds=seconds)


@contextmanager
def _open(server: MailServer, **more: Any) -> Iterator[SmtpMailer]:
    mailer = _mailer(server.port, **more)
    yield mailer
    mailer.close()


def test_an_accepted_letter_brings_the_line_that_took_it() -> None:
    with MailServer() as server, _open(server) as mailer:
        taken = mailer.send(LETTER)
    assert (taken.outcome.kind, taken.outcome.status) == (Kind.ANSWERED, 250)
    assert taken.reply == "250 2.0.0 Kept as number 1"
    letter = server.box.letters[0]
    assert (letter.mail_from, letter.rcpt_tos) == ("a@acme.example", ["ann@example.com"])
    assert letter.original_content == RAW


def test_4yz_delays_and_the_next_try_is_taken() -> None:
    with MailServer(Box(replies=["451 4.3.0 Try later"])) as server, _open(server) as mailer:
        first, second = mailer.send(LETTER), mailer.send(LETTER)
    assert (first.outcome.status, second.outcome.status) == (451, 250)
    assert "Try later" in first.outcome.note


def test_5yz_is_told_as_it_came() -> None:
    with MailServer(Box(replies=["554 5.7.1 Spam"])) as server, _open(server) as mailer:
        taken = mailer.send(LETTER)
    assert taken.outcome.status == 554
    assert taken.outcome.note == "The mail server answered 554 5.7.1 Spam"


def test_a_refused_recipient_leaves_the_connection_good_for_the_next() -> None:
    class Picky(Box):
        async def handle_RCPT(
            self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
        ) -> str:
            if address.startswith("nobody"):
                return "550 5.1.1 No such user"
            envelope.rcpt_tos.append(address)
            return "250 OK"

    with MailServer(Picky()) as server, _open(server) as mailer:
        refused = mailer.send(Letter("a@acme.example", "nobody@example.com", "<2@x>", RAW, False))
        taken = mailer.send(LETTER)
    assert (refused.outcome.status, taken.outcome.status) == (550, 250)


def test_connections_are_reused() -> None:
    with MailServer() as server, _open(server) as mailer:
        assert [mailer.send(LETTER).outcome.status for _ in range(3)] == [250] * 3
    assert len(server.box.peers) == 1


def test_a_kept_connection_that_the_server_closed_costs_no_letter() -> None:
    with MailServer(Box(hangs_up=True)) as server, _open(server) as mailer:
        for _ in range(3):
            assert mailer.send(LETTER).outcome.status == 250
            time.sleep(0.1)
    assert len(server.box.letters) == len(server.box.peers) == 3


def test_a_server_that_is_down_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert _mailer(port).send(LETTER).outcome.kind is Kind.UNREACHABLE


def test_a_slow_server_times_out() -> None:
    with MailServer(Box(seconds=3)) as server, _open(server, seconds=0.4) as mailer:
        assert mailer.send(LETTER).outcome.kind is Kind.TIMEOUT


def test_a_server_that_drips_bytes_for_ever_is_cut_off() -> None:
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drip() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(b"220 hello\r\n")
                connection.recv(1000)
                connection.sendall(b"250 ok\r\n")
                while not stop.wait(0.05):
                    try:
                        connection.sendall(b"2")
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        taken = _mailer(listener.getsockname()[1], seconds=0.5).send(LETTER)
        stop.set()
        thread.join()
    assert taken.outcome.kind is Kind.TIMEOUT


def test_a_server_without_tls_gets_nothing_unless_the_settings_say_so() -> None:
    with MailServer() as server, _open(server, tls=MailTls.REQUIRE) as mailer:
        taken = mailer.send(LETTER)
    assert taken.outcome.kind is Kind.UNREACHABLE
    assert "starttls=off" in taken.outcome.note
    assert server.box.letters == []


def test_opportunistic_tls_goes_without_but_never_with_a_password() -> None:
    with MailServer() as server:
        with _open(server, tls=MailTls.OPPORTUNISTIC) as mailer:
            assert mailer.send(LETTER).outcome.status == 250
        with _open(server, tls=MailTls.OPPORTUNISTIC, user="me") as mailer:
            assert mailer.send(LETTER).outcome.kind is Kind.UNREACHABLE


def test_a_wrong_password_delays_instead_of_killing_letters() -> None:
    def refuse(*_: object) -> AuthResult:
        return AuthResult(success=False, handled=False)

    with (
        MailServer(authenticator=refuse, auth_require_tls=False, auth_required=True) as server,
        _open(server, user="me") as mailer,
    ):
        taken = mailer.send(LETTER)
    assert taken.outcome.kind is Kind.UNREACHABLE
    assert "password" in taken.outcome.note


def test_a_server_that_wants_a_password_delays_instead_of_killing_letters() -> None:
    with (
        MailServer(
            authenticator=lambda *_: AuthResult(success=True), auth_require_tls=False, auth_required=True
        ) as server,
        _open(server) as mailer,
    ):
        assert mailer.send(LETTER).outcome.kind is Kind.UNREACHABLE


def test_a_password_is_given_where_it_is_wanted() -> None:
    with (
        MailServer(
            authenticator=lambda *_: AuthResult(success=True), auth_require_tls=False, auth_required=True
        ) as server,
        _open(server, user="me") as mailer,
    ):
        assert mailer.send(LETTER).outcome.status == 250


@pytest.mark.parametrize("knows_utf8", [True, False])
def test_an_address_beyond_ascii_needs_a_server_that_knows_it(knows_utf8: bool) -> None:
    letter = Letter("a@acme.example", "žlutý@example.cz", "<3@x>", "Subject: ž\r\n\r\nž\r\n".encode(), True)
    with MailServer(enable_SMTPUTF8=knows_utf8) as server, _open(server) as mailer:
        taken = mailer.send(letter)
    assert taken.outcome.status == (250 if knows_utf8 else 553)


def test_implicit_tls_to_a_plain_server_is_no_connection() -> None:
    with MailServer() as server, _open(server, tls=MailTls.IMPLICIT) as mailer:
        assert mailer.send(LETTER).outcome.kind in {Kind.UNREACHABLE, Kind.TIMEOUT}


def _certificate(folder: Path) -> ssl.SSLContext:
    """TLS with a certificate that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, SHA256())
    )
    encoding, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    (folder / "key.pem").write_bytes(key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, plain))
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(encoding))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return context


def test_starttls_with_a_certificate_nobody_vouches_for_sends_nothing(tmp_path: Path) -> None:
    with MailServer(tls_context=_certificate(tmp_path)) as server, _open(server, tls=MailTls.REQUIRE) as mailer:
        taken = mailer.send(LETTER)
    assert taken.outcome.kind is Kind.UNREACHABLE
    assert "CERTIFICATE_VERIFY_FAILED" in taken.outcome.note
    assert server.box.letters == []


def test_starttls_with_a_trusted_certificate_sends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = _certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    with (
        MailServer(tls_context=context, require_starttls=True) as server,
        _open(server, tls=MailTls.REQUIRE) as mailer,
    ):
        assert mailer.send(LETTER).outcome.status == 250
