"""Backups: the database, the stored files and the secret key in one .tar.gz, consistent while the server runs.

The database is copied first and the files after it. Files are written once and never changed, so every file that the
copied database names is in the archive.
"""

from __future__ import annotations

import io
import json
import os
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from app.adapters import postgres_dump
from app.db import sqlite_path
from app.errors import AppError

FORMAT = 1
_MANIFEST, _SQLITE, _POSTGRES, _FILES = "manifest.json", "database.sqlite3", "database.pgdump", "files/"
_LEFT_OUT = ("mail", "tmp")
"""Folders of the data folder that no backup needs: the mail catcher's letters, drafts."""


class BackupFailed(AppError):
    """The backup could not be written, or the archive cannot be used."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive says about itself."""

    format: int
    engine: str
    schema: str
    made_at: str


def write(target: Path, *, url: str, data_dir: Path, schema: str, made_at: str) -> int:
    """Write the archive to the new file `target`, readable by its owner only; gives its size in bytes."""
    if target.exists():
        raise BackupFailed(f"{target} exists already.", hint="Give the name of a new file.")
    if not target.parent.is_dir():
        raise BackupFailed(f"There is no folder {target.parent}.", hint="Make it first, or name another.")
    path = sqlite_path(url)
    manifest = Manifest(FORMAT, "sqlite" if path else "postgresql", schema, made_at)
    draft = target.with_name(f".{target.name}.draft")
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
            copy = Path(folder) / (_SQLITE if path else _POSTGRES)
            if path is not None:
                _copy_sqlite(path, copy)
            else:
                postgres_dump.dump(url, copy)
            _pack(draft, manifest, copy, data_dir=data_dir, database=path)
        draft.replace(target)
    except OSError as fault:
        raise BackupFailed(f"The backup could not be written: {fault}.", hint="Is the disk full?") from fault
    finally:
        draft.unlink(missing_ok=True)
    return target.stat().st_size


def manifest_of(archive: Path) -> Manifest:
    """What `archive` says about itself; raises BackupFailed when it is no backup of ours."""
    try:
        with tarfile.open(archive, "r:gz") as tar:
            member = tar.next()
            file = tar.extractfile(member) if member and member.name == _MANIFEST else None
            found = Manifest(**json.loads(file.read())) if file else None
    except (OSError, EOFError, tarfile.TarError, ValueError, TypeError) as fault:
        raise BackupFailed(f"{archive} cannot be read as a backup: {fault}.") from fault
    if found is None or found.format != FORMAT:
        raise BackupFailed(f"{archive} is not a backup that this version can read.")
    return found


def restore(archive: Path, *, url: str, data_dir: Path) -> None:
    """Put database, files and secret key of `archive` in place of what is there. The server must be stopped."""
    manifest = manifest_of(archive)
    path = sqlite_path(url)
    if manifest.engine != ("sqlite" if path else "postgresql"):
        raise BackupFailed(
            f"The backup is of {manifest.engine}, the settings name another database.",
            hint="Set GATEPOST_DATABASE_URL to a database of the same kind.",
        )
    if path is not None:
        _require_unused(path)
    data_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=data_dir, prefix=".restore-") as folder:
        copy = _unpack(archive, Path(folder))
        if path is not None:
            _copy_sqlite(copy, path)
        else:
            postgres_dump.restore(url, copy)
        for file, name in _unpacked_files(Path(folder)):
            place = data_dir / name
            place.parent.mkdir(parents=True, exist_ok=True)
            file.replace(place)


def _copy_sqlite(source: Path, target: Path) -> None:
    """SQLite's online backup: one consistent state, also while others read and write."""
    if not source.exists():
        raise BackupFailed(f"There is no database at {source}.")
    target.parent.mkdir(parents=True, exist_ok=True)
    reading, writing = sqlite3.connect(f"file:{source}?mode=ro", uri=True), sqlite3.connect(target)
    try:
        reading.backup(writing)
        writing.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        writing.close()
        reading.close()


def _require_unused(path: Path) -> None:
    """Raise when another process has the database open: it would go on with what it remembers of the old one."""
    if not path.exists():
        return
    connection = sqlite3.connect(path, timeout=0.2, isolation_level=None)
    try:
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("ROLLBACK")
    except sqlite3.OperationalError as fault:
        raise BackupFailed("The database is in use.", hint="Stop the server, then restore.") from fault
    finally:
        connection.close()


def _pack(draft: Path, manifest: Manifest, copy: Path, *, data_dir: Path, database: Path | None) -> None:
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as raw:
        with tarfile.open(fileobj=raw, mode="w:gz", compresslevel=6) as tar:
            text = json.dumps(asdict(manifest)).encode()
            head = tarfile.TarInfo(_MANIFEST)
            head.size = len(text)
            tar.addfile(head, io.BytesIO(text))
            tar.add(copy, copy.name)
            for path in _kept_files(data_dir, database):
                tar.add(path, _FILES + path.relative_to(data_dir).as_posix())
        raw.flush()
        os.fsync(raw.fileno())


def _kept_files(data_dir: Path, database: Path | None) -> Iterator[Path]:
    """Everything in the data folder but the database itself, drafts, and what no restore needs."""
    own = {f"{database}{ending}" for ending in ("", "-wal", "-shm", "-journal")} if database else set()
    for path in sorted(data_dir.rglob("*")):
        parts = path.relative_to(data_dir).parts
        is_left_out = parts[0] in _LEFT_OUT or any(part.startswith(".") for part in parts)
        if path.is_file() and not path.is_symlink() and str(path) not in own and not is_left_out:
            yield path


def _unpack(archive: Path, folder: Path) -> Path:
    """Write the members we know into `folder`, whatever else an archive may hold; gives the database copy."""
    copy: Path | None = None
    with tarfile.open(archive, "r:gz") as tar:
        for member in tar:
            if not member.isfile():
                continue
            if member.name in {_SQLITE, _POSTGRES}:
                copy = folder / member.name
                _write_member(tar, member, copy)
            elif member.name.startswith(_FILES):
                name = PurePosixPath(member.name.removeprefix(_FILES))
                if name.is_absolute() or ".." in name.parts:
                    raise BackupFailed(f"The backup holds an unsafe name: {member.name}.")
                _write_member(tar, member, folder / "files" / name)
    if copy is None:
        raise BackupFailed(f"{archive} holds no database.")
    return copy


def _write_member(tar: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    source = tar.extractfile(member)
    assert source is not None
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, member.mode & 0o700)
    with source, os.fdopen(descriptor, "wb") as target:
        while piece := source.read(1 << 20):
            target.write(piece)


def _unpacked_files(folder: Path) -> Iterator[tuple[Path, Path]]:
    base = folder / "files"
    for path in sorted(base.rglob("*")):
        if path.is_file():
            yield path, path.relative_to(base)
