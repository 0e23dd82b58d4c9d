"""Settings: every fault at once, typed values, and a secret key of their own."""

import os
import stat
from ipaddress import ip_network
from pathlib import Path

import pytest

from config import ConfigError, Settings
from setting_values import Mailbox, MailTls, SmtpUrl


def read(tmp_path: Path, **variables: str) -> Settings:
    given = {f"GATEPOST_{name}": text for name, text in variables.items()}
    return Settings.from_env({"GATEPOST_DATA_DIR": str(tmp_path), **given})


def faults(tmp_path: Path, **variables: str) -> str:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, **variables)
    return str(caught.value)


def test_nothing_set_gives_a_working_server_on_sqlite(tmp_path: Path) -> None:
    settings = read(tmp_path)
    assert settings.database_url == f"sqlite:///{tmp_path}/gatepost.sqlite3"
    assert settings.worker is True
    assert settings.base_url == "http://localhost:8000"


def test_the_worker_is_off_by_default_on_postgresql(tmp_path: Path) -> None:
    settings = read(tmp_path, DATABASE_URL="postgresql://gatepost@db/gatepost")
    assert settings.database_url == "postgresql+psycopg://gatepost@db/gatepost"
    assert settings.worker is False


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    text = faults(tmp_path, PORT="http", BASE_URL="acme", VISITS="maybe", TRUSTED_PROXIES="10.0.0.0/99", PROT="1")
    for name in ("PORT", "BASE_URL", "VISITS", "TRUSTED_PROXIES"):
        assert f"GATEPOST_{name} " in text
    assert "GATEPOST_PROT is not a setting" in text


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("PORT", "70000", "between 1 and 65535"),
        ("BASE_URL", "https://acme.example/offers", "must end after the host name"),
        ("DATABASE_URL", "mysql://db", "must start with sqlite:////"),
        ("DATABASE_URL", "sqlite:///relative.db", "must start with sqlite:////"),
        ("SECRET_KEY", "short", "shorter than 32 characters"),
        ("SMTP_URL", "mail.example.com", "must look like smtp://"),
        ("SMTP_URL", "smtp://mail.example.com:99999", "has a port"),
        ("SMTP_URL", "smtp://mail.example.com?tls=1", "unknown option 'tls'"),
        ("MAIL_FROM", "Acme", "write a sender"),
        ("LOCALES", "english", "write language codes"),
        ("DEFAULT_LOCALE", "de", "which GATEPOST_LOCALES lacks"),
        ("LOG_FORMAT", "xml", "write one of json, console"),
        ("CONFIRM_DAYS", "0", "between 1 and 60"),
    ],
)
def test_a_fault_says_in_plain_words_what_to_write(tmp_path: Path, name: str, text: str, words: str) -> None:
    assert words in faults(tmp_path, **{name: text})


def test_a_fault_never_shows_a_password(tmp_path: Path) -> None:
    text = faults(tmp_path, SMTP_URL="smtp://me:hush@mail:99999", DATABASE_URL="mysql://me:hush@db")
    assert "hush" not in text


def test_a_mail_server_is_read_from_its_address(tmp_path: Path) -> None:
    settings = read(tmp_path, SMTP_URL="smtp://me%40acme:p%2Fw@mail.example.com", MAIL_FROM="Čaj <caj@acme.example>")
    assert settings.smtp_url == SmtpUrl("mail.example.com", 587, MailTls.REQUIRE, "me@acme", "p/w")
    assert settings.mail_from == Mailbox("Čaj", "caj@acme.example")


@pytest.mark.parametrize(
    ("address", "tls", "port"),
    [
        ("smtps://mail", MailTls.IMPLICIT, 465),
        ("smtp://mail?starttls=off", MailTls.OFF, 587),
        ("smtp://mail:25?starttls=opportunistic", MailTls.OPPORTUNISTIC, 25),
    ],
)
def test_the_address_of_a_mail_server_says_how_it_is_protected(
    tmp_path: Path, address: str, tls: MailTls, port: int
) -> None:
    found = read(tmp_path, SMTP_URL=address).smtp_url
    assert found is not None
    assert (found.tls, found.port) == (tls, port)


def test_lists_may_be_written_with_commas_or_spaces(tmp_path: Path) -> None:
    settings = read(tmp_path, TRUSTED_PROXIES="127.0.0.1, 10.0.0.0/8 fd00::/8", LOCALES="en,vi")
    assert settings.trusted_proxies == (ip_network("127.0.0.1/32"), ip_network("10.0.0.0/8"), ip_network("fd00::/8"))
    assert settings.locales == ("en", "vi")


def test_the_first_start_makes_a_secret_key_that_later_starts_find(tmp_path: Path) -> None:
    first = read(tmp_path).secret_keys
    assert read(tmp_path).secret_keys == first
    assert stat.S_IMODE(os.stat(tmp_path / "secret_key").st_mode) == 0o600


def test_a_rotated_key_file_signs_with_its_first_line_and_accepts_the_others(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("n" * 32 + "\n" + "o" * 32 + "\n")
    assert read(tmp_path).secret_keys == ("n" * 32, "o" * 32)


def test_a_key_from_the_environment_leaves_no_file(tmp_path: Path) -> None:
    assert read(tmp_path, SECRET_KEY="k" * 40).secret_keys == ("k" * 40,)
    assert not (tmp_path / "secret_key").exists()


def test_names_of_the_test_suite_are_no_fault(tmp_path: Path) -> None:
    assert read(tmp_path, TEST_DATABASE_URL="postgresql://x").port == 8000
