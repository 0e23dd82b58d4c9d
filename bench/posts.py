"""POST of the demo's ebook form on SQLite, answered after its durable commit, against sqlite3 and a plain view."""

import json
import subprocess
import sys
from pathlib import Path
from secrets import token_hex

from bench.cores import SERVER_CORE
from bench.gatepost import NotRecorded, Running, running, wait_for
from bench.gets import page_of
from bench.load import POSTS, Sample, offer
from bench.plain import plain_view
from tests.factories.server_process import ROOT

CONNECTIONS = 64
_FORM = {
    "Accept": "text/html,application/xhtml+xml",
    "Accept-Language": "en-GB,en;q=0.8",
    "Content-Type": "application/x-www-form-urlencoded",
    "Sec-Fetch-Site": "same-origin",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
}
_QUERY = "?utm_source=google&utm_medium=cpc&utm_campaign=tea-list-1"


def measure(template: Path, folder: Path, *, seconds: float) -> dict[str, Sample]:
    """One round on SQLite."""
    found: dict[str, Sample] = {}
    with running(template, folder / "worker", settings={"GATEPOST_WORKER": "on"}) as gatepost:
        found["post sqlite, worker beside"] = post(gatepost, page_of(gatepost).stamp, seconds)
    with running(template, folder / "ours", settings={"GATEPOST_WORKER": "off"}) as gatepost:
        stamp = page_of(gatepost).stamp
        found["post sqlite"] = post(gatepost, stamp, seconds)
    found["raw sqlite"] = _raw(template, folder, seconds)
    with plain_view(template, folder / "plain") as url:
        found["plain view"] = _offered(url, stamp, seconds)
    return found


def post(gatepost: Running, stamp: str, seconds: float) -> Sample:
    """Send forms as fast as they are answered; every acknowledged one must be stored."""
    before = gatepost.submissions()
    sample = _offered(gatepost.address, stamp, seconds)
    stored = wait_for(gatepost.submissions, before + sample.answered, seconds=1) - before
    if not sample.answered <= stored <= sample.answered + CONNECTIONS:
        raise NotRecorded(f"{sample.answered} posts were acknowledged, {stored} are stored")
    return sample


def _offered(url: str, stamp: str, seconds: float) -> Sample:
    word = token_hex(4)
    return offer(
        url + _QUERY, seconds=seconds, connections=CONNECTIONS, script=POSTS, headers=_FORM, arguments=[stamp, word]
    )


def _raw(template: Path, folder: Path, seconds: float) -> Sample:
    files = [str(path / "gatepost.sqlite3") for path in (folder / "ours", template)]
    command = ["taskset", "-c", str(SERVER_CORE), sys.executable, "-m", "bench.raw_sqlite", *files, str(seconds)]
    told = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)
    return Sample(told["rate"], told["p50"], told["p99"])
