"""POST on PostgreSQL against pgbench writing the very same rows: 32 clients, prepared, one submission each."""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from app.json_text import dumps
from bench.cores import LOAD_CORE, share_rank
from bench.gatepost import prepare, running
from bench.gets import page_of
from bench.load import LoadFailed, Sample
from bench.posts import post
from tests.factories import postgres_server
from tests.factories.postgres_server import PostgresServer

CLIENTS = 32
_TEMPLATE = "bench_template"


@contextmanager
def server(folder: Path) -> Iterator[PostgresServer]:
    """A durable PostgreSQL of our own: fsync and synchronous_commit are on, as they are by default."""
    started = postgres_server.start(folder, durable=True)
    share_rank(int((folder / "data" / "postmaster.pid").read_text(encoding="ascii").split()[0]))
    try:
        yield started
    finally:
        started.stop()


def template(postgres: PostgresServer, folder: Path) -> Path:
    """A database with the page published, to be copied every round; gives the data folder."""
    _run(postgres, f"CREATE DATABASE {_TEMPLATE}")
    folder.mkdir()
    return prepare(folder, database_url=postgres.url(_TEMPLATE))


def measure(postgres: PostgresServer, data: Path, folder: Path, *, seconds: float) -> dict[str, Sample]:
    """One round on PostgreSQL: we first, then pgbench with one of our rows."""
    url = postgres.url(_fresh(postgres, "ours"))
    with running(data, folder / "ours", database_url=url, settings={"GATEPOST_WORKER": "off"}) as gatepost:
        stamp = page_of(gatepost).stamp
        found = {"post postgresql": post(gatepost, stamp, seconds)}
        script = folder / "rows.sql"
        script.write_text(_script(gatepost.engine), encoding="utf-8")
    found["pgbench"] = _pgbench(postgres, _fresh(postgres, "raw"), script, seconds)
    return found


def _fresh(postgres: PostgresServer, name: str) -> str:
    _run(postgres, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    _run(postgres, f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE}")
    return name


def _run(postgres: PostgresServer, statement: str) -> None:
    engine = sa.create_engine(postgres.url(), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(statement))
    engine.dispose()


def _script(engine: sa.Engine) -> str:
    """A pgbench transaction that writes one submission and its message, their keys made from a counter."""
    lines = [r"\set n :n + 1", r"\set k :n * 100 + :client_id", "BEGIN;"]
    with engine.connect() as connection:
        for table, key in (("submission", "id"), ("message", "submission_id")):
            sql = f"SELECT to_jsonb({table}) FROM {table} WHERE {key} = (SELECT MIN(submission_id) FROM message)"
            row = {name: value for name, value in connection.scalar(sa.text(sql)).items() if value is not None}
            columns = sa.inspect(engine).get_columns(table)
            types = {column["name"]: column["type"].compile(engine.dialect) for column in columns}
            values = ", ".join(_value(name, types[name], connection, value) for name, value in row.items())
            lines.append(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({values});")
    return "\n".join([*lines, "COMMIT;", ""])


def _value(name: str, kind: str, connection: sa.Connection, value: object) -> str:
    if name in ("id", "replay_key", "submission_id"):
        width = len(str(value))
        return f"lpad(CAST(:k AS text), {width}, '0')"
    if name in ("email", "email_key"):
        return "'run.guest' || :k || '@example.com'"
    told = value if isinstance(value, str) else dumps(value)
    quoted = connection.scalar(sa.text("SELECT quote_literal(CAST(:value AS text))"), {"value": told})
    return f"CAST({_without_variables(str(quoted))} AS {kind})"


def _without_variables(literal: str) -> str:
    """Break up what pgbench would take for a variable: a colon before a letter."""
    return re.sub(r":(?=[A-Za-z_0-9])", ":' || '", literal)


def _pgbench(postgres: PostgresServer, database: str, script: Path, seconds: float) -> Sample:
    program = postgres.bin / "pgbench"
    command = ["taskset", "-c", str(LOAD_CORE), str(program), "-n", "-M", "prepared", "-f", str(script)]
    command += ["-c", str(CLIENTS), "-j", "1", "-T", str(max(round(seconds), 1)), "-D", "n=0", "--log"]
    command += ["--log-prefix", str(script.with_suffix("")), "-h", str(postgres.sockets), "-U", "postgres", database]
    environ = {**os.environ, "LC_ALL": "C.UTF-8"}
    ended = subprocess.run(command, capture_output=True, text=True, check=False, env=environ, cwd=script.parent)
    rate = re.search(r"tps = ([\d.]+)", ended.stdout)
    if ended.returncode or rate is None:
        raise LoadFailed(f"pgbench ended with {ended.returncode}:\n{ended.stdout}{ended.stderr}")
    logs = script.parent.glob(script.stem + ".*[0-9]")
    waits = sorted(int(line.split()[2]) / 1000 for log in logs for line in log.read_text().splitlines())
    return Sample(float(rate.group(1)), waits[len(waits) // 2], waits[len(waits) * 99 // 100])
