"""A real server in processes of its own, as operators start it: for walks, browsers, crashes, audits and benchmarks."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[2]
START_SECONDS = 30.0
STOP_SECONDS = 45.0


class ServerDied(Exception):
    """The server ended where it should have answered; the text is the end of its log."""


@dataclass(slots=True)
class ServerProcess:
    """`serve.py` with settings of its own. `environ` holds GATEPOST_... variables; the port is found here."""

    data_dir: Path
    environ: Mapping[str, str] = field(default_factory=dict)
    port: int = 0
    _process: subprocess.Popen[bytes] | None = None
    _log: IO[bytes] | None = None

    def __post_init__(self) -> None:
        self.port = self.port or free_port()

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The leader of its process group."""
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    @property
    def log(self) -> str:
        """What it has written so far."""
        path = self.data_dir / "server.log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def prepare(self) -> None:
        """Bring the schema to head and publish the pages."""
        self.command("-m", "app.prepare")

    def command(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run Python with the server's settings: ("-m", "flask", "pages", "list") for example."""
        command = [sys.executable, *arguments]
        environ = self._environ()
        result = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
        if check and result.returncode:
            raise ServerDied(f"{arguments} ended with {result.returncode}:\n{result.stdout}{result.stderr}")
        return result

    def start(self) -> "ServerProcess":
        """Start, and wait until it answers."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self._log = (self.data_dir / "server.log").open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "serve.py"],
            cwd=ROOT,
            env=self._environ(),
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )
        self._await()
        return self

    def kill(self) -> None:
        """SIGKILL to the whole process group, as a power cut for the program; its files stay."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """SIGTERM, and wait for the graceful end; gives the exit code."""
        assert self._process is not None
        if self._process.poll() is None:
            self._process.terminate()
        try:
            code = self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise ServerDied(f"did not stop within {STOP_SECONDS:.0f} s:\n{self.log[-4000:]}") from None
        self._close()
        return code

    def __enter__(self) -> "ServerProcess":
        return self.start()

    def __exit__(self, *_: object) -> None:
        if self.is_running:
            self.stop()

    def _environ(self) -> dict[str, str]:
        kept = {name: text for name, text in os.environ.items() if not name.startswith("GATEPOST_")}
        own = {
            "GATEPOST_DATA_DIR": str(self.data_dir),
            "GATEPOST_PORT": str(self.port),
            "GATEPOST_BASE_URL": self.url,
            "GATEPOST_DEV": "on",
            "FLASK_APP": "app.cli.entry:create()",
            "PYTHONUNBUFFERED": "1",
        }
        return {**kept, **own, **self.environ}

    def _await(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                self._close()
                raise ServerDied(f"ended with {self._process.returncode}:\n{self.log[-4000:]}")
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=1):
                    return
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.02)
        self.kill()
        raise ServerDied(f"did not answer within {START_SECONDS:.0f} s:\n{self.log[-4000:]}")

    def _end(self, number: signal.Signals) -> None:
        assert self._process is not None
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)
        self._process.wait()
        self._close()

    def _close(self) -> None:
        if self._log is not None:
            self._log.close()
            self._log = None


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
