"""sqlite3 alone, writing the very rows that Gatepost has just written: `python -m bench.raw_sqlite SOURCE TARGET`.

TARGET has the schema at head, all indexes included. 50 submissions with their messages a commit, WAL, FULL, foreign
keys on: what the server promises, without the server. Prints one line of JSON.
"""

import json
import sqlite3
import sys
import time
from itertools import islice

TABLES = ("submission", "message")
A_COMMIT = 50
_MOST = 20_000


def main() -> None:
    """Read, write, tell."""
    source, target = sqlite3.connect(sys.argv[1]), sqlite3.connect(sys.argv[2], isolation_level=None)
    for name, value in (("journal_mode", "WAL"), ("synchronous", "FULL"), ("foreign_keys", "ON")):
        target.execute(f"PRAGMA {name}={value}")
    rows = {table: _rows(source, table) for table in TABLES}
    groups = [iter(rows[table]) for table in TABLES]
    inserts = [f"INSERT INTO {table} VALUES ({','.join('?' * len(rows[table][0]))})" for table in TABLES]
    count = len(rows["submission"])
    waits = []
    started = time.perf_counter()
    for _ in range(0, count, A_COMMIT):
        began = time.perf_counter()
        target.execute("BEGIN IMMEDIATE")
        for insert, group in zip(inserts, groups, strict=True):
            target.executemany(insert, islice(group, A_COMMIT))
        target.execute("COMMIT")
        waits.append((time.perf_counter() - began) * 1000)
    rate = count / (time.perf_counter() - started)
    waits.sort()
    print(json.dumps({"rate": rate, "p50": waits[len(waits) // 2], "p99": waits[len(waits) * 99 // 100]}))


def _rows(source: sqlite3.Connection, table: str) -> list[tuple[object, ...]]:
    """The newest rows in the order they were written; both tables in step, as a message follows its submission."""
    key = "id" if table == "submission" else "submission_id"
    newest = f"SELECT * FROM {table} WHERE {key} IN (SELECT submission_id FROM message) ORDER BY {key} LIMIT {_MOST}"
    return source.execute(newest).fetchall()


if __name__ == "__main__":
    main()
