"""PostgreSQL's own pg_dump and pg_restore, as far as this machine has them."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import make_url

from app.errors import AppError


class DumpFailed(AppError):
    """pg_dump or pg_restore is missing, or did not succeed."""


def dump(url: str, target: Path) -> None:
    """One consistent state of the database into `target` (custom format), while others go on."""
    with _address(url) as address:
        _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}", f"--dbname={address}")


def restore(url: str, source: Path) -> None:
    """Put what `source` holds in place of what the database has; all of it or nothing."""
    options = ("--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
    with _address(url) as address:
        _run("pg_restore", *options, f"--dbname={address}", str(source))


@contextmanager
def _address(url: str) -> Iterator[str]:
    """The address in libpq's words; the password goes by a file, since all may see the words of a command."""
    parsed = make_url(url)
    given = {"host": parsed.host, "port": parsed.port, "user": parsed.username, "dbname": parsed.database}
    given |= {name: value for name, value in parsed.query.items() if isinstance(value, str)}
    with tempfile.NamedTemporaryFile("w", prefix="gatepost-", encoding="utf-8") as file:
        if parsed.password:
            secret = str(parsed.password).replace("\\", "\\\\").replace(":", "\\:")
            file.write(f"*:*:*:*:{secret}\n")
            file.flush()
            given["passfile"] = file.name
        yield " ".join(f"{name}={_quoted(str(value))}" for name, value in given.items() if value is not None)


def _run(program: str, *arguments: str) -> None:
    path = shutil.which(program)
    if path is None:
        raise DumpFailed(
            f"{program} is not installed here.",
            hint="Install PostgreSQL's client programs (Debian: apt-get install postgresql-client), in a version "
            "not older than the server's.",
        )
    result = subprocess.run([path, *arguments], capture_output=True, text=True, check=False)  # noqa: S603
    if result.returncode:
        lines = result.stderr.strip().splitlines() or ["no message"]
        raise DumpFailed(f"{program} failed: {lines[0]}", hint="Its version must not be older than the server's.")


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
