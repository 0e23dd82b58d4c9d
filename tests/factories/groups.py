"""Which tests stay together in one of xdist's processes: those that share one running server."""

from xdist.scheduler import LoadScopeScheduling

_TOGETHER = (
    ("tests/crash/", "crash"),
    ("tests/walk/test_cluster.py", "crash"),
    ("tests/browser/", "browser"),
    ("tests/walk/", "walk"),
)


class FolderScheduling(LoadScopeScheduling):
    """Each test goes to whichever process is free, but for the groups."""

    def _split_scope(self, nodeid: str) -> str:
        return next((group for start, group in _TOGETHER if nodeid.startswith(start)), nodeid)
