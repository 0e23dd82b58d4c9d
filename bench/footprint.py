"""How much memory an idle server holds, and how long it takes from nothing to the first page."""

import time
from pathlib import Path

import psutil

from bench.cores import SERVER_CORE, pinned, share_rank
from bench.gatepost import PATH, fetch, pages_folder, running
from tests.factories.server_process import ServerProcess

_SETTLING_SECONDS = 3.0


def idle_megabytes(template: Path, folder: Path) -> float:
    """PSS of all processes of a server with its worker on, after one page view."""
    with running(template, folder) as gatepost:
        fetch(gatepost.address, {})
        time.sleep(_SETTLING_SECONDS)
        first = psutil.Process(gatepost.server.pid)
        return sum(_pss(process.pid) for process in (first, *first.children(recursive=True))) / 1e6


def seconds_to_first_page(folder: Path) -> tuple[float, float]:
    """As `./dev run` does it once its packages are there: in an empty data folder, and in the same one again."""
    settings = {"GATEPOST_PAGES_DIR": str(pages_folder(folder))}
    return _start(folder / "data", settings), _start(folder / "data", settings)


def _start(data: Path, settings: dict[str, str]) -> float:
    server = ServerProcess(data, settings)
    began = time.perf_counter()
    with pinned(SERVER_CORE):
        server.prepare()
        server.start()
    share_rank(server.pid)
    try:
        fetch(server.url + PATH, {})
        return time.perf_counter() - began
    finally:
        server.stop()


def _pss(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
