"""Starts the server of production and of ./dev run: granian, one process, many threads.

The parent process imports neither Flask nor the database, so that the app is held in memory once.
"""

import logging
import sys

from granian import Granian
from granian.constants import Interfaces, RuntimeModes
from granian.log import LogLevels

from config import ConfigError, Settings

STOP_SECONDS = 30


class Server(Granian):  # type: ignore[misc,valid-type]
    """Granian, deaf to a second signal: its handler sets an Event, whose lock the first one may still hold."""

    def signal_handler_interrupt(self, *args: object, **kwargs: object) -> None:
        """Begin to stop, once."""
        if not self.interrupt_signal:
            super().signal_handler_interrupt(*args, **kwargs)


def main() -> None:
    """Serve until SIGINT or SIGTERM; requests in work are finished, then leases released."""
    try:
        settings = Settings.from_env()
    except ConfigError as fault:
        sys.exit(str(fault))
    # Threads beyond the cores wait together for one durable commit; that is why there are many.
    logging.getLogger("_granian").addFilter(lambda record: "Python threads" not in record.getMessage())
    Server(
        "wsgi:app",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=settings.threads,
        runtime_mode=RuntimeModes.st,
        backlog=4096,
        websockets=False,
        workers_kill_timeout=STOP_SECONDS,
        log_level=LogLevels.warning,
    ).serve()


if __name__ == "__main__":
    main()
