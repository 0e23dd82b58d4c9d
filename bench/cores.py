"""Who may run where: load generators on one core, what they measure on the other."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_ALL = sorted(os.sched_getaffinity(0))
SERVER_CORE = _ALL[0]
LOAD_CORE = _ALL[-1]


@contextmanager
def pinned(core: int) -> Iterator[None]:
    """Processes that this thread starts inside the block stay on `core`."""
    me = threading.get_native_id()
    before = os.sched_getaffinity(me)
    os.sched_setaffinity(me, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(me, before)


def share_rank(pid: int) -> None:
    """Give a process that has a session of its own the rank of ours among all sessions (Linux autogroups, sched(7))."""
    try:
        ours = Path("/proc/self/autogroup").read_text(encoding="ascii").split()[-1]
        Path(f"/proc/{pid}/autogroup").write_text(ours, encoding="ascii")
    except OSError:
        return


def are_apart() -> bool:
    """Whether there are two cores at all; on one the figures say little."""
    return len(_ALL) > 1
