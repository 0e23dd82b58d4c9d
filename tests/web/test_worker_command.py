"""`flask worker` as a process of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.adapters import clock
from app.adapters.secret_box import SecretBox, new_secret
from app.db import Database
from app.outbox import actions, events
from app.outbox.event_examples import example
from config import Settings
from tests.factories.receivers import Receiver

ROOT = Path(__file__).parents[2]


@contextmanager
def _worker(settings: Settings, *, inside: str = "off") -> Iterator[subprocess.Popen[str]]:
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GATEPOST_")},
        "FLASK_APP": "app.cli.entry:create()",
        "GATEPOST_DATA_DIR": str(settings.data_dir),
        "GATEPOST_DATABASE_URL": settings.database_url,
        "GATEPOST_SECRET_KEY": settings.secret_keys[0],
        "GATEPOST_ALLOWED_PRIVATE_NETWORKS": "127.0.0.0/8",
        "GATEPOST_WORKER": inside,
        "PYTHONUNBUFFERED": "1",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "worker"],
        cwd=ROOT, env=environ, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_a_worker_process_sends_and_stops_cleanly(database: Database, settings: Settings) -> None:
    sealed = SecretBox(settings.secret_keys).seal(new_secret())
    now = clock.now()
    with Receiver() as receiver, _worker(settings) as process:
        assert process.stdout is not None
        assert "sends what is due" in process.stdout.readline()
        database.write(
            lambda s: actions.add_endpoint(s, url=receiver.url, events=["lead.erased"], sealed_secret=sealed, now=now)
        )
        event = example(events.LeadErased, now)
        database.write(lambda s: actions.put_for_endpoints(s, event, lead_id="L", now=now))
        receiver.wait_for(1)
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "nothing is left half done" in output


def test_beside_a_server_that_sends_by_itself_only_postgresql_takes_another(settings: Settings) -> None:
    with _worker(settings, inside="on") as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        if settings.on_sqlite:
            assert "GATEPOST_WORKER=off" in process.stdout.read()
            assert process.wait(20) == 1
        else:
            assert "sends what is due" in line
