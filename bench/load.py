"""Load by wrk: one thread on its own core, the same for everything that is compared."""

import json
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.cores import LOAD_CORE

SCRIPTS = Path(__file__).parent / "lua"
ONE_VISITOR = "report.lua"
MANY_VISITORS = "many_visitors.lua"
POSTS = "posts.lua"
_START_SECONDS = 20.0


class LoadFailed(Exception):
    """wrk did not run, or what it asked did not answer as it must."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One measured run: `rate` a second, waiting times in milliseconds, `answered` requests that were not refused."""

    rate: float
    p50: float | None = None
    p99: float | None = None
    answered: int = 0


def answering(url: str, log: Path) -> str:
    """The address, once something answers there. Raises LoadFailed with the end of the log when nothing does."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(url, timeout=1).close()
            return url
        except urllib.error.HTTPError as fault:
            raise LoadFailed(f"{url} answers {fault.code}:\n{log.read_text()[-2000:]}") from fault
        except OSError:
            time.sleep(0.05)
    raise LoadFailed(f"nothing answers at {url}:\n{log.read_text()[-2000:]}")


def offer(
    url: str,
    *,
    seconds: float,
    connections: int,
    script: str = ONE_VISITOR,
    headers: Mapping[str, str] | None = None,
    arguments: Sequence[str] = (),
) -> Sample:
    """Ask as fast as it is answered. Raises LoadFailed when anything was refused or broke."""
    options = ["-t1", f"-c{connections}", f"-d{seconds:g}s", "--timeout", "10s", "-s", script]
    for name, value in (headers or {}).items():
        options += ["-H", f"{name}: {value}"]
    command = ["taskset", "-c", str(LOAD_CORE), "wrk", *options, url, "--", *arguments]
    ended = subprocess.run(command, cwd=SCRIPTS, capture_output=True, text=True, check=False)
    line = next((line for line in ended.stdout.splitlines() if line.startswith("JSON ")), None)
    if ended.returncode or line is None:
        raise LoadFailed(f"wrk ended with {ended.returncode}:\n{ended.stdout}{ended.stderr}")
    found = json.loads(line.removeprefix("JSON "))
    if found["refused"] or found["broken"] or not found["requests"]:
        raise LoadFailed(f"{url}: {found['refused']} refused, {found['broken']} broken of {found['requests']}")
    return Sample(found["requests"] / found["seconds"], found["p50"], found["p99"], found["requests"])
