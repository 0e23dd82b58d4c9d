"""sqlite3 alone, writing the very rows that Gatepost wrote: `python -m bench.raw_sqlite SOURCE TEMPLATE SECONDS`.

TEMPLATE has the schema at head, all indexes included; the rows go into copies of it until the time is over. 50
submissions with their messages a commit, WAL, FULL, foreign keys on: what the server promises, without the server.
Prints one line of JSON.
"""

import json
import shutil
import sqlite3
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

TABLES = ("submission", "message")
A_COMMIT = 50
_MOST = 20_000

Rows = dict[str, list[tuple[object, ...]]]


def main() -> None:
    """Read, write, tell."""
    source = sqlite3.connect(sys.argv[1])
    rows = {table: _rows(source, table) for table in TABLES}
    waits: list[float] = []
    with tempfile.TemporaryDirectory(dir=Path(sys.argv[1]).parent) as folder:
        while sum(waits) < float(sys.argv[3]):
            waits += _written(rows, shutil.copyfile(sys.argv[2], Path(folder) / f"{len(waits)}.sqlite3"))
    ordered = sorted(waits)
    told = {"rate": A_COMMIT * len(waits) / sum(waits)}
    told |= {name: 1000 * ordered[len(waits) * share // 100] for name, share in (("p50", 50), ("p99", 99))}
    print(json.dumps(told))


def _written(rows: Rows, target: Path) -> list[float]:
    """Write all rows to a fresh database; gives the seconds of each commit with its inserts."""
    database = sqlite3.connect(target, isolation_level=None)
    for name, value in (("journal_mode", "WAL"), ("synchronous", "FULL"), ("foreign_keys", "ON")):
        database.execute(f"PRAGMA {name}={value}")
    groups = [iter(rows[table]) for table in TABLES]
    inserts = [f"INSERT INTO {table} VALUES ({','.join('?' * len(rows[table][0]))})" for table in TABLES]
    waits = []
    for _ in range(len(rows["submission"]) // A_COMMIT):
        began = time.perf_counter()
        database.execute("BEGIN IMMEDIATE")
        for insert, group in zip(inserts, groups, strict=True):
            database.executemany(insert, islice(group, A_COMMIT))
        database.execute("COMMIT")
        waits.append(time.perf_counter() - began)
    database.close()
    return waits


def _rows(source: sqlite3.Connection, table: str) -> list[tuple[object, ...]]:
    """The newest rows in the order they were written; both tables in step, as a message follows its submission."""
    key = "id" if table == "submission" else "submission_id"
    newest = f"SELECT * FROM {table} WHERE {key} IN (SELECT submission_id FROM message) ORDER BY {key} LIMIT {_MOST}"
    return source.execute(newest).fetchall()


if __name__ == "__main__":
    main()
