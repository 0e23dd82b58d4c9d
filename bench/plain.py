"""The plain view under the same server, with as many threads, on a database of the same schema."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.cores import SERVER_CORE, pinned
from bench.gatepost import PATH
from bench.load import answering
from tests.factories.server_process import ROOT, free_port


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
        yield answering(f"http://127.0.0.1:{port}{PATH}", folder / "log")
    finally:
        process.terminate()
        process.wait()
