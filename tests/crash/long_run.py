"""`python -m tests.crash.long_run 50`: the crash test at length, on both engines, figures printed.

On PostgreSQL the database server is killed once as well, and once it is away for 20 seconds.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.crash.audit import Figures
from tests.crash.prepared import prepare
from tests.crash.run import kill_again_and_again
from tests.factories import databases
from tests.factories.postgres_server import PostgresServer

AWAY_SECONDS = 20.0


def main() -> int:
    """Run it; 1 when anything was lost or doubled."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash.long_run", description=__doc__)
    parser.add_argument("kills", type=int, nargs="?", default=50)
    parser.add_argument("--engine", choices=("sqlite", "postgres", "both"), default="both")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    wanted = parser.parse_args()
    engines = ("sqlite", "postgres") if wanted.engine == "both" else (wanted.engine,)
    print(f"seed {wanted.seed}", flush=True)
    folder = databases.open_run()
    try:
        all_figures = [_run(engine, folder, wanted.kills, wanted.seed) for engine in engines]
    finally:
        databases.close_run(folder)
    faults = [fault for figures in all_figures for fault in figures.faults]
    print("\n".join(faults[:50]))
    return 1 if faults else 0


def _run(engine: str, folder: Path, kills: int, seed: int) -> Figures:
    postgres = databases.durable_postgres() if engine == "postgres" else None
    also = _database_dies_too(postgres, kills) if postgres else None
    with prepare(folder / f"prepared-{engine}", postgres).house(folder / f"house-{engine}") as house:
        figures = kill_again_and_again(house, engine=engine, kills=kills, chance=random.Random(seed), also=also)
    print(figures, flush=True)
    return figures


def _database_dies_too(postgres: PostgresServer, kills: int) -> Callable[[int], None]:
    """PostgreSQL killed a third through, away for a while two thirds through."""

    def also(number: int) -> None:
        if number == kills // 3:
            os.kill(postgres.pid, signal.SIGKILL)
            _back(postgres)
        if number == 2 * kills // 3:
            postgres.halt()
            time.sleep(AWAY_SECONDS)
            postgres.resume()

    return also


def _back(postgres: PostgresServer) -> None:
    """Start again as soon as the processes that the dead one left behind are gone."""
    end = time.monotonic() + 30
    while True:
        time.sleep(0.5)
        try:
            return postgres.resume()
        except RuntimeError:
            if time.monotonic() > end:
                raise


if __name__ == "__main__":
    sys.exit(main())
