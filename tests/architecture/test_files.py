"""Files: each can be imported alone, none grows too long, and some words stand nowhere."""

import re
import subprocess
import sys

from tests.architecture.source import ROOT, modules, tracked_files

TOO_LONG = 400
TEXT = {".py", ".md", ".html", ".txt", ".yaml", ".yml", ".toml", ".js", ".css", ".po", ".json", ".service", ""}
WORDS = re.compile(
    "|".join(
        [
            "co" + "dex", "clau" + "de", "chat" + "gpt", "open" + "ai\\b(?!\\.com)", "anthro" + "pic",
            "co-authored" + "-by", "generated (by|with) (an? )?(ai|llm)", "as an" + " ai",
            "(?<![\\w.])/wo" + "rk/", "/fa" + "rm/", "pypi\\.or" + "g", "files\\.pythonhosted", "registry\\.npm" + "js",
        ]
    ),
    re.IGNORECASE,
)  # fmt: skip
NAMES_OF_AI_SITES = ("overlay.py", "referrer", "bots.py", "crawler", "channel", "test_attribution")
"""Files that must name assistants, because visitors come from them or are them."""

UNFINISHED = re.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X|HA" + "CK)\\b")

_IMPORT = """
import importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
"""


def test_every_module_can_be_imported() -> None:
    """In one fresh process; whatever comes first, `app` itself is imported before it, so one order stands for all."""
    names = [module.name for module in modules() if module.name not in {"serve", "wsgi"}]
    command = [sys.executable, "-W", "error", "-c", _IMPORT, *names]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.stderr == ""


def test_no_file_is_longer_than_400_lines() -> None:
    long = {}
    for path in tracked_files():
        if (path.suffix == ".py" and "migrations" not in path.parts) or path.name == "dev":
            lines = len(path.read_text(encoding="utf-8").splitlines())
            if lines > TOO_LONG:
                long[str(path.relative_to(ROOT))] = lines
    assert long == {}


def test_some_words_stand_nowhere() -> None:
    found = {}
    for path in tracked_files():
        if path.suffix not in TEXT or path.name == "package-lock.json" or "data" in path.parts:
            continue
        text = path.read_text(encoding="utf-8", errors="ignore")
        match = WORDS.search(text)
        if match and not any(part in str(path) for part in NAMES_OF_AI_SITES):
            found[str(path.relative_to(ROOT))] = match.group()
    assert found == {}


def test_nothing_is_left_unfinished() -> None:
    found = {}
    for path in tracked_files():
        if path.suffix in {".py", ".html", ".js", ".yaml"} and (match := UNFINISHED.search(path.read_text("utf-8"))):
            found[str(path.relative_to(ROOT))] = match.group()
    assert found == {}


def test_no_file_names_a_folder_of_one_machine() -> None:
    found = []
    for path in tracked_files():
        if path.suffix in TEXT and "lock" not in path.name:
            text = path.read_text(encoding="utf-8", errors="ignore")
            if re.search(r"(?<![\w.])/(" + "wo" + r"rk|ro" + r"ot|ho" + r"me/\w+)/", text):
                found.append(str(path.relative_to(ROOT)))
    assert found == []


def test_locks_hold_hashes_and_no_addresses() -> None:
    for name in ("requirements.lock", "requirements-dev.lock", "requirements-uv.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in text
        pins = re.findall(r"^[a-z0-9-]+==", text, re.MULTILINE)
        assert len(pins) == len(re.findall(r"^[a-z0-9-]+==.*\\\n    --hash=sha256:", text, re.MULTILINE))


def test_the_development_lock_holds_every_pin_of_the_other() -> None:
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^([a-z0-9.-]+==\S+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))

    assert pins("requirements.lock") - pins("requirements-dev.lock") == set()
