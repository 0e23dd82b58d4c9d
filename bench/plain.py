"""The plain view under the same server, with as many threads, on a database of the same schema."""

import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.cores import SERVER_CORE, pinned
from bench.gatepost import PATH
from tests.factories.server_process import ROOT, free_port

_START_SECONDS = 20.0


@contextmanager
def plain_view(template: Path, folder: Path) -> Iterator[str]:
    """Start it; gives the address of its form."""
    folder.mkdir(parents=True)
    database = folder / "plain.sqlite3"
    shutil.copyfile(template / "gatepost.sqlite3", database)
    port = free_port()
    options = ["--interface", "wsgi", "--port", str(port), "--workers", "1", "--blocking-threads", "64"]
    options += ["--runtime-mode", "st", "--backlog", "4096", "--log-level", "warning"]
    command = [sys.executable, "-m", "granian", *options, "bench.plain_app:app"]
    with pinned(SERVER_CORE), (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, "BENCH_DATABASE": str(database)}, stdout=log, stderr=log
        )
    try:
        yield _answering(f"http://127.0.0.1:{port}{PATH}", folder / "log")
    finally:
        process.terminate()
        process.wait()


def _answering(url: str, log: Path) -> str:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(url, timeout=1).close()
            return url
        except urllib.error.HTTPError as fault:
            raise RuntimeError(f"the plain view answers {fault.code}:\n{log.read_text()[-2000:]}") from fault
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"the plain view does not start:\n{log.read_text()[-2000:]}")
