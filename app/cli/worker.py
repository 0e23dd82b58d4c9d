"""`flask worker`: a process of its own that empties the outbox."""

import signal
import threading
from types import FrameType

import click
from flask.cli import with_appcontext

from app.cli.group import failure
from app.schema import require_head
from app.services import services
from app.worker import worker_of
from app.worker.retention import daily


@click.command()
@with_appcontext
def worker() -> None:
    """Send what is due until SIGTERM or SIGINT, then finish what is on its way and stop.

    On PostgreSQL any number of these may run. On SQLite the server sends by itself unless GATEPOST_WORKER is off.
    """
    app = services()
    if app.settings.on_sqlite and app.settings.worker:
        raise failure(
            "On SQLite the server sends by itself, and two processes would only wait for each other.",
            hint="Set GATEPOST_WORKER=off for the server if you want a worker of its own.",
        )
    require_head(app.database.reader)
    made = worker_of(app, upkeep=daily(app.settings, app.database))
    asked = threading.Event()

    def ask(_signal: int, _frame: FrameType | None) -> None:
        asked.set()
        made.ask_to_stop()

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, ask)
    click.echo(f"Worker {made.name} sends what is due. Stop it with Ctrl-C.")
    made.start()
    asked.wait()
    made.stop()
    click.echo("Stopped; nothing is left half done.")
