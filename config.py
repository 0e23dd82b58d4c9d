"""Settings: what an operator may choose, read once at start. The only file that knows variable names.

Every variable is described in docs/settings.md; a test compares the two.
"""

import os
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import setting_values as values
from setting_values import Mailbox, Network, SmtpUrl

PREFIX = "GATEPOST_"
PROJECT = Path(__file__).resolve().parent
DAY_LIMIT = 3650

T = TypeVar("T")
D = TypeVar("D")


class ConfigError(ValueError):
    """Settings that cannot be used; `faults` lists every one of them."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = tuple(faults)
        lines = "\n".join(f"  - {fault}" for fault in faults)
        super().__init__(f"The settings cannot be used:\n{lines}\ndocs/settings.md describes each variable.")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one visitor, one network or one form may ask for before we say: later."""

    posts_per_network: int
    posts_per_address: int
    posts_per_form: int
    resend_cooldown_seconds: int
    mails_per_address: int
    mails_per_network: int
    mails_total: int
    max_body_bytes: int
    max_fields: int
    max_field_chars: int


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the server was told; nothing else reads the environment."""

    data_dir: Path
    database_url: str
    pages_dir: Path
    base_url: str
    host: str
    port: int
    threads: int
    secret_keys: tuple[str, ...]
    smtp_url: SmtpUrl | None
    mail_from: Mailbox
    trusted_proxies: tuple[Network, ...]
    allowed_private_networks: tuple[Network, ...]
    default_locale: str
    locales: tuple[str, ...]
    worker: bool
    visits: bool
    same_browser_shortcut: bool
    confirm_days: int
    unconfirmed_days: int
    network_days: int
    lease_seconds: int
    limits: Limits
    log_format: str
    metrics_token: str | None
    dev: bool

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read all settings; raises ConfigError naming every fault at once."""
        reader = _Reader(os.environ if environ is None else environ)
        settings = _read(reader)
        reader.finish()
        return settings

    @classmethod
    def for_tests(cls, *, data_dir: Path, **overrides: Any) -> "Settings":
        """Settings of a small quiet server in `data_dir`; `overrides` are field names with final values."""
        environ = {
            "GATEPOST_DATA_DIR": str(data_dir),
            "GATEPOST_BASE_URL": "http://localhost",
            "GATEPOST_SECRET_KEY": "only-for-tests-0123456789abcdefghij",
            "GATEPOST_WORKER": "off",
        }
        return replace(cls.from_env(environ), **overrides)

    @property
    def on_sqlite(self) -> bool:
        """Whether the database is a SQLite file."""
        return self.database_url.startswith("sqlite:")


class _Reader:
    """Reads variables one by one and remembers every fault, so that all are told together."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._given = {name: text for name, text in environ.items() if name.startswith(PREFIX)}
        self._known: set[str] = set()
        self._faults: list[str] = []

    def get(self, name: str, parse: Callable[[str], T], default: D) -> T | D:
        """The parsed variable, or `default` where it is absent, blank or faulty (the fault is kept)."""
        self._known.add(name)
        text = self._given.get(name, "").strip()
        if not text:
            return default
        try:
            return parse(text)
        except ValueError as fault:
            self.fault(f"{name} {fault}")
            return default

    def given(self, name: str) -> bool:
        """Whether the variable is set to anything."""
        return bool(self._given.get(name, "").strip())

    def number(self, name: str, default: int, *, least: int = 1, most: int) -> int:
        """A whole number between `least` and `most`."""
        return self.get(name, partial(values.whole_number, least=least, most=most), default)

    def fault(self, text: str) -> None:
        """Remember what is wrong."""
        self._faults.append(text)

    def finish(self) -> None:
        """Raise ConfigError if anything was wrong, unknown names included."""
        # GATEPOST_TEST_... names belong to the test suite, which shares the environment of a developer.
        for name in sorted(self._given.keys() - self._known):
            if not name.startswith("GATEPOST_TEST_"):
                self.fault(f"{name} is not a setting; check its spelling")
        if self._faults:
            raise ConfigError(self._faults)


def _folder(text: str) -> Path:
    return (PROJECT / Path(text).expanduser()).resolve()


def _read(env: _Reader) -> Settings:
    data_dir = env.get("GATEPOST_DATA_DIR", _folder, PROJECT / "data")
    port = env.number("GATEPOST_PORT", 8000, most=65535)
    default_locale = env.get("GATEPOST_DEFAULT_LOCALE", _one_locale, "en")
    locales = env.get("GATEPOST_LOCALES", values.locale_codes, ("en", "vi", "cs"))
    if default_locale not in locales:
        env.fault(f"GATEPOST_DEFAULT_LOCALE is {default_locale!r}, which GATEPOST_LOCALES lacks")
    database_url = env.get("GATEPOST_DATABASE_URL", values.database_url, f"sqlite:///{data_dir / 'gatepost.sqlite3'}")
    return Settings(
        data_dir=data_dir,
        database_url=database_url,
        pages_dir=env.get("GATEPOST_PAGES_DIR", _folder, PROJECT / "landing_pages"),
        base_url=env.get("GATEPOST_BASE_URL", values.base_url, f"http://localhost:{port}"),
        host=env.get("GATEPOST_HOST", str, "127.0.0.1"),
        port=port,
        threads=env.number("GATEPOST_THREADS", 64, most=1024),
        secret_keys=_secret_keys(env, data_dir),
        smtp_url=env.get("GATEPOST_SMTP_URL", values.smtp_url, None),
        mail_from=env.get("GATEPOST_MAIL_FROM", values.mailbox, Mailbox(name="", address="gatepost@localhost")),
        trusted_proxies=env.get("GATEPOST_TRUSTED_PROXIES", values.networks, ()),
        allowed_private_networks=env.get("GATEPOST_ALLOWED_PRIVATE_NETWORKS", values.networks, ()),
        default_locale=default_locale,
        locales=locales,
        worker=env.get("GATEPOST_WORKER", values.switch, database_url.startswith("sqlite:")),
        visits=env.get("GATEPOST_VISITS", values.switch, True),
        same_browser_shortcut=env.get("GATEPOST_SAME_BROWSER_SHORTCUT", values.switch, True),
        confirm_days=env.number("GATEPOST_CONFIRM_DAYS", 7, most=60),
        unconfirmed_days=env.number("GATEPOST_UNCONFIRMED_DAYS", 30, most=DAY_LIMIT),
        network_days=env.number("GATEPOST_NETWORK_DAYS", 14, most=DAY_LIMIT),
        lease_seconds=env.number("GATEPOST_LEASE_SECONDS", 60, least=2, most=3600),
        limits=_limits(env),
        log_format=env.get("GATEPOST_LOG_FORMAT", partial(values.choice, among=("json", "console")), "json"),
        metrics_token=env.get("GATEPOST_METRICS_TOKEN", str, None),
        dev=env.get("GATEPOST_DEV", values.switch, False),
    )


def _limits(env: _Reader) -> Limits:
    many = 100_000_000
    return Limits(
        posts_per_network=env.number("GATEPOST_POSTS_PER_NETWORK", 30, most=many),
        posts_per_address=env.number("GATEPOST_POSTS_PER_ADDRESS", 10, most=many),
        posts_per_form=env.number("GATEPOST_POSTS_PER_FORM", 600, most=many),
        resend_cooldown_seconds=env.number("GATEPOST_RESEND_COOLDOWN_SECONDS", 600, least=0, most=86_400),
        mails_per_address=env.number("GATEPOST_MAILS_PER_ADDRESS", 3, most=many),
        mails_per_network=env.number("GATEPOST_MAILS_PER_NETWORK", 60, most=many),
        mails_total=env.number("GATEPOST_MAILS_TOTAL", 5_000, most=many),
        max_body_bytes=env.number("GATEPOST_MAX_BODY_BYTES", 262_144, least=1024, most=67_108_864),
        max_fields=env.number("GATEPOST_MAX_FIELDS", 200, most=10_000),
        max_field_chars=env.number("GATEPOST_MAX_FIELD_CHARS", 10_000, most=1_000_000),
    )


def _one_locale(text: str) -> str:
    codes = values.locale_codes(text)
    if len(codes) > 1:
        raise ValueError(f"is {text!r}; write one language code")
    return codes[0]


def _secret_keys(env: _Reader, data_dir: Path) -> tuple[str, ...]:
    """Keys from the environment, else from the data folder, where the first start makes one."""
    given = env.get("GATEPOST_SECRET_KEY", values.secret_keys, ())
    if given or env.given("GATEPOST_SECRET_KEY"):
        return given
    path = data_dir / "secret_key"
    try:
        if not path.exists():
            _make_secret_key(path)
        return values.secret_keys(path.read_text(encoding="ascii"))
    except OSError as fault:
        env.fault(f"GATEPOST_DATA_DIR: cannot keep a secret key in {path} ({fault.strerror})")
    except ValueError as fault:
        env.fault(f"The file {path} {fault}")
    return ()


def _make_secret_key(path: Path) -> None:
    """Write a new key that only we may read; of two first starts at once, one key wins and both use it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"secret_key.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32) + "\n")
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
