"""`flask worker` in a process of its own, as operators start it beside the web processes."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.factories.server_process import ROOT, STOP_SECONDS


@dataclass(slots=True)
class WorkerProcess:
    """One worker; `environ` holds the GATEPOST_... variables of the server whose outbox it empties."""

    log_path: Path
    environ: Mapping[str, str]
    _process: subprocess.Popen[bytes] | None = None
    _log: IO[bytes] | None = None

    def start(self) -> "WorkerProcess":
        """Start; it claims as soon as it is up."""
        kept = {name: text for name, text in os.environ.items() if not name.startswith("GATEPOST_")}
        self._log = self.log_path.open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "flask", "worker"],
            cwd=ROOT,
            env={**kept, "FLASK_APP": "app.cli.entry:create()", **self.environ},
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )
        return self

    @property
    def is_running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    @property
    def log(self) -> str:
        """What it has written so far."""
        return self.log_path.read_text(encoding="utf-8", errors="replace")

    @property
    def pid(self) -> int:
        """Its process id, which stands in the attempts it made."""
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """SIGKILL, in the middle of whatever it does."""
        assert self._process is not None
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._ended()

    def stop(self) -> int:
        """SIGTERM, and wait for the graceful end; gives the exit code."""
        assert self._process is not None
        self._process.terminate()
        return self._ended()

    def _ended(self) -> int:
        assert self._process is not None
        code = self._process.wait(STOP_SECONDS)
        if self._log is not None:
            self._log.close()
            self._log = None
        return code
