"""Rule 8: settings are read once, at start; no module reads the environment. And every setting is documented."""

import re

import pytest

from config import Settings
from tests.architecture.source import ROOT, Module, modules, planted, tracked_files

READERS = ("os.environ", "os.getenv", "os.environb", "os.putenv")


def offences(module: Module) -> list[str]:
    """Readings of the environment outside the settings."""
    if module.name == "config":
        return []
    found = [f"line {line}: {name}" for name, line in (*module.calls(), *module.attributes()) if name in READERS]
    return found + [name for name in module.imports() if name in READERS]


def names_in_config() -> set[str]:
    text = (ROOT / "config.py").read_text(encoding="utf-8")
    return set(re.findall(r'"(GATEPOST_[A-Z_]+)"', text)) - {"GATEPOST_", "GATEPOST_TEST_"}


def names_in_document() -> set[str]:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    return set(re.findall(r"^\| `(GATEPOST_[A-Z_]+)` \|", text, re.MULTILINE))


def test_only_the_settings_read_the_environment() -> None:
    found = {module.name: offences(module) for module in modules()}
    assert {name: faults for name, faults in found.items() if faults} == {}


@pytest.mark.parametrize(
    "text", ["import os\nx = os.environ['A']", "import os\nos.getenv('A')", "from os import environ"]
)
def test_the_rule_catches(text: str) -> None:
    assert offences(planted("app.web.planted", text))


def test_every_setting_is_documented() -> None:
    assert names_in_config() - names_in_document() == set()


def test_every_documented_setting_exists() -> None:
    assert names_in_document() - names_in_config() == set()


def test_every_setting_named_anywhere_exists() -> None:
    known = names_in_config()
    named: dict[str, str] = {}
    for path in tracked_files():
        if path.suffix in {".md", ".py", ".service", ".yaml", ".yml", ".conf", ""} and "tests" not in path.parts:
            for name in re.findall(r"GATEPOST_[A-Z_]*[A-Z]", path.read_text(encoding="utf-8", errors="ignore")):
                if name not in known and not name.startswith("GATEPOST_TEST"):
                    named[name] = str(path.relative_to(ROOT))
    assert named == {}


@pytest.mark.parametrize(
    ("variable", "field"),
    [
        ("GATEPOST_CONFIRM_DAYS", "confirm_days"),
        ("GATEPOST_UNCONFIRMED_DAYS", "unconfirmed_days"),
        ("GATEPOST_NETWORK_DAYS", "network_days"),
        ("GATEPOST_PORT", "port"),
        ("GATEPOST_THREADS", "threads"),
        ("GATEPOST_POSTS_PER_NETWORK", "limits.posts_per_network"),
        ("GATEPOST_POSTS_PER_ADDRESS", "limits.posts_per_address"),
        ("GATEPOST_POSTS_PER_FORM", "limits.posts_per_form"),
        ("GATEPOST_RESEND_COOLDOWN_SECONDS", "limits.resend_cooldown_seconds"),
        ("GATEPOST_MAILS_PER_ADDRESS", "limits.mails_per_address"),
        ("GATEPOST_MAILS_PER_NETWORK", "limits.mails_per_network"),
        ("GATEPOST_MAILS_TOTAL", "limits.mails_total"),
        ("GATEPOST_MAX_BODY_BYTES", "limits.max_body_bytes"),
        ("GATEPOST_MAX_FIELDS", "limits.max_fields"),
        ("GATEPOST_MAX_FIELD_CHARS", "limits.max_field_chars"),
    ],
)
def test_the_documented_default_is_the_real_one(variable: str, field: str) -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    row = re.search(rf"^\| `{variable}` \| `(\d+)` \|", text, re.MULTILINE)
    assert row is not None
    found: object = Settings.from_env({"GATEPOST_SECRET_KEY": "x" * 32})
    for part in field.split("."):
        found = getattr(found, part)
    assert int(row.group(1)) == found
