"""flask purge, doctor, backup and restore, as an operator types them, on both engines."""

import json
import os
import shutil
import sqlite3
import stat
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy.orm import Session

from app import create_app
from app.adapters import archive, clock
from app.cli.upkeep import backup, doctor, purge, restore
from app.consent.models import Suppression
from app.db import Base, Database
from app.outbox import actions as outbox
from app.services import Services
from config import Settings
from tests.architecture.test_migrations import fill, row_counts
from tests.factories import databases


@pytest.fixture
def settings_overrides(tmp_path: Path) -> dict[str, Any]:
    """No pages, but what all pages share: building the demo at every look would only take time."""
    shutil.copytree(Settings.for_tests(data_dir=tmp_path).pages_dir / "_site", tmp_path / "pages" / "_site")
    return {"pages_dir": tmp_path / "pages"}


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


@pytest.fixture
def running(app: Flask) -> Services:
    found: Services = app.extensions["gatepost"]
    return found


@pytest.fixture(autouse=True)
def fitting_programs(engine_name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """pg_dump must not be older than the server; the bundled server brings its own."""
    programs = databases.postgres_programs() if engine_name == "postgres" else None
    if programs is not None:
        monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")


def findings(runner: FlaskCliRunner) -> tuple[int, dict[str, dict[str, Any]]]:
    result = runner.invoke(doctor, ["--json"])
    return result.exit_code, {one["subject"]: one for one in json.loads(result.stdout)["findings"]}


class TestPurge:
    def test_a_dry_run_says_what_would_be_done(self, runner: FlaskCliRunner) -> None:
        result = runner.invoke(purge, ["--dry-run"])
        assert result.exit_code == 0
        assert "0 submissions that nobody confirmed would be deleted." in result.stdout

    def test_a_program_may_read_it(self, runner: FlaskCliRunner) -> None:
        assert json.loads(runner.invoke(purge, ["--json"]).stdout) == {
            "dry_run": False, "unconfirmed": 0, "networks": 0, "messages": 0, "salts": 0,
        }  # fmt: skip


class TestDoctor:
    def test_a_fresh_server_is_healthy(self, runner: FlaskCliRunner, engine_name: str) -> None:
        code, found = findings(runner)
        # The tests' own PostgreSQL runs without fsync, and the doctor is right to mind.
        expected = {"database": "fail"} if engine_name == "postgres" else {}
        assert {subject: one["level"] for subject, one in found.items() if one["level"] == "fail"} == expected
        assert code == len(expected)
        assert {"schema", "database", "clock", "suppressions", "outbox", "pages", "mail"} <= found.keys()

    def test_a_person_reads_what_to_do(self, runner: FlaskCliRunner) -> None:
        text = runner.invoke(doctor, []).stdout
        assert "warn  mail" in text
        assert "Set GATEPOST_SMTP_URL." in text

    def test_an_outdated_schema_is_named_with_the_command_that_mends_it(
        self, runner: FlaskCliRunner, running: Services
    ) -> None:
        set_version(running.database, "0000")
        code, found = findings(runner)
        assert code == 1
        assert "db upgrade" in found["database"]["advice"]

    def test_a_message_that_waits_is_noticed(self, runner: FlaskCliRunner, running: Services) -> None:
        long_ago = clock.now().replace(year=2024)
        running.database.write(lambda session: outbox.put(session, "mail.confirm", {}, now=long_ago))
        code, found = findings(runner)
        assert (code, found["outbox"]["level"]) == (1, "fail")

    def test_a_missing_suppression_key_is_noticed(self, runner: FlaskCliRunner, running: Services) -> None:
        lost = Suppression(id="s", key_id="lost", mac="m", scope="all", reason="withdrawn", at=clock.now())
        running.database.write(lambda session: session.add(lost))
        code, found = findings(runner)
        assert (code, found["suppressions"]["level"]) == (1, "fail")

    def test_data_from_the_future_is_noticed(self, runner: FlaskCliRunner, running: Services) -> None:
        later = clock.now().replace(year=2090)
        running.database.write(lambda session: outbox.put(session, "mail.confirm", {}, now=later))
        code, found = findings(runner)
        assert (code, found["clock"]["level"]) == (1, "fail")

    def test_a_key_that_others_may_read_is_noticed(self, runner: FlaskCliRunner, running: Services) -> None:
        path = running.settings.data_dir / "secret_key"
        path.write_text("k" * 40)
        path.chmod(0o644)
        code, found = findings(runner)
        assert (code, found["secret key"]["level"]) == (1, "fail")

    def test_it_leaves_the_database_as_it_was(self, runner: FlaskCliRunner, running: Services) -> None:
        before = row_counts(running.database.reader)
        findings(runner)
        assert row_counts(running.database.reader) == before


class TestBackup:
    @pytest.fixture
    def filled(self, running: Services) -> Services:
        """A server with a row in every table and a stored file."""
        engine = sa.create_engine(running.settings.database_url)
        fill(engine)
        engine.dispose()
        running.assets.put(b"a guide", "gated")
        (running.settings.data_dir / "secret_key").write_text("k" * 40)
        return running

    @pytest.fixture
    def elsewhere(self, filled: Services, engine_name: str, tmp_path: Path) -> Iterator[Settings]:
        """Settings of another, empty place to restore to."""
        folder = tmp_path / "elsewhere"
        folder.mkdir()
        url = databases.fresh_sqlite(folder) if engine_name == "sqlite" else databases.fresh_postgres()
        yield Settings.for_tests(data_dir=folder / "data", database_url=url)
        if engine_name == "postgres":
            databases.drop_postgres(url)

    def test_a_restored_backup_holds_every_row_and_file(
        self, runner: FlaskCliRunner, filled: Services, elsewhere: Settings, tmp_path: Path
    ) -> None:
        file = tmp_path / "backup.tar.gz"
        assert runner.invoke(backup, [str(file)]).exit_code == 0
        other = create_app(elsewhere)
        result = other.test_cli_runner().invoke(restore, [str(file), "--yes"])
        assert (result.exit_code, result.output.startswith("Restored")) == (0, True)
        engine = sa.create_engine(elsewhere.database_url)
        assert row_counts(engine) == row_counts(filled.database.reader)
        assert all(contents(engine, table) == contents(filled.database.reader, table) for table in Base.metadata.tables)
        engine.dispose()
        assert stored(elsewhere.data_dir) == stored(filled.settings.data_dir)
        assert stat.S_IMODE((elsewhere.data_dir / "secret_key").stat().st_mode) == 0o600
        other.extensions["gatepost"].close()

    def test_the_archive_is_for_its_owner_only(self, runner: FlaskCliRunner, filled: Services, tmp_path: Path) -> None:
        file = tmp_path / "backup.tar.gz"
        runner.invoke(backup, [str(file)])
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []

    def test_nothing_is_overwritten(self, runner: FlaskCliRunner, tmp_path: Path) -> None:
        file = tmp_path / "precious"
        file.write_text("precious")
        result = runner.invoke(backup, [str(file)])
        assert result.exit_code == 1
        assert "exists already" in result.output
        assert file.read_text() == "precious"

    def test_something_else_is_not_restored(self, runner: FlaskCliRunner, filled: Services, tmp_path: Path) -> None:
        file = tmp_path / "holiday.tar.gz"
        with tarfile.open(file, "w:gz") as tar:
            tar.add(__file__, "manifest.json")
        before = row_counts(filled.database.reader)
        result = runner.invoke(restore, [str(file), "--yes"])
        assert result.exit_code == 1
        assert "cannot be read as a backup" in result.output
        assert row_counts(filled.database.reader) == before

    def test_a_backup_of_a_newer_version_is_refused(
        self, runner: FlaskCliRunner, filled: Services, tmp_path: Path
    ) -> None:
        set_version(filled.database, "9999")
        file = tmp_path / "backup.tar.gz"
        runner.invoke(backup, [str(file)])
        set_version(filled.database, "0001")
        result = runner.invoke(restore, [str(file), "--yes"])
        assert result.exit_code == 1
        assert "does not know" in result.output


def test_a_database_in_use_is_not_replaced(tmp_path: Path) -> None:
    url, data = databases.fresh_sqlite(tmp_path), tmp_path / "data"
    data.mkdir()
    file = tmp_path / "backup.tar.gz"
    archive.write(file, url=url, data_dir=data, schema="0001", made_at="2026-11-23T00:00:00+00:00")
    server = sqlite3.connect(url.removeprefix("sqlite:///"))
    server.execute("SELECT count(*) FROM page").fetchone()
    with pytest.raises(archive.BackupFailed, match="in use"):
        archive.restore(file, url=url, data_dir=data)
    server.close()
    archive.restore(file, url=url, data_dir=data)


def test_a_backup_made_while_the_server_writes_is_consistent(database: Database, tmp_path: Path) -> None:
    """Each unit puts two messages; a backup with an odd number would have cut one in two."""
    if not database.is_sqlite:
        pytest.skip("pg_dump promises it")

    def two(session: Session) -> None:
        outbox.put(session, "mail.offer", {}, now=clock.now())
        outbox.put(session, "mail.offer", {}, now=clock.now())

    pending = [database.submit(two) for _ in range(3000)]
    file = tmp_path / "backup.tar.gz"
    archive.write(file, url=database.url, data_dir=tmp_path / "none", schema="0001", made_at="")
    for each in pending:
        each.result()
    with tarfile.open(file) as tar:
        tar.extract("database.sqlite3", tmp_path, filter="data")
    copy = sqlite3.connect(tmp_path / "database.sqlite3")
    [count] = copy.execute("SELECT count(*) FROM message").fetchone()
    copy.close()
    assert count % 2 == 0


def set_version(database: Database, version: str) -> None:
    database.write(
        lambda session: session.execute(
            sa.text("UPDATE alembic_version SET version_num = :version"), {"version": version}
        )
    )


def contents(engine: sa.Engine, table: str) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(sa.select(Base.metadata.tables[table])).all())


def stored(data_dir: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(data_dir)): path.read_bytes()
        for path in sorted(data_dir.rglob("*"))
        if path.is_file() and "sqlite3" not in path.name
    }
