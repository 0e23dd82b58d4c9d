"""Which faults of a driver mean that storage can promise nothing just now, and how that is said."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.errors import StorageUnavailable

# Result codes after which SQLite can promise nothing for the whole transaction: BUSY, LOCKED, READONLY, IOERR,
# CORRUPT, FULL, CANTOPEN, PROTOCOL, NOTADB (sqlite.org/rescode.html).
_STORAGE_CODES = frozenset({5, 6, 8, 10, 11, 13, 14, 15, 26})


def is_storage_fault(error: BaseException) -> bool:
    """Whether SQLite lost the whole transaction, not one statement."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(cause, "sqlite_errorcode", None)
    return isinstance(cause, sqlite3.Error) and code is not None and (code & 0xFF) in _STORAGE_CODES


def is_forbidden_change(error: DBAPIError | PoolTimeout) -> bool:
    """Whether a reader tried to change something: a mistake of ours, which waiting does not mend."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_READONLY


def is_lost_race(error: DBAPIError | PoolTimeout) -> bool:
    """Serialisation failure and deadlock (PostgreSQL appendix A: 40001, 40P01)."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in {"40001", "40P01"}


def translated(error: BaseException) -> BaseException:
    """A storage fault in the words of the house, a pool without a free connection too; anything else unchanged."""
    is_busy = isinstance(error, PoolTimeout)
    if is_busy or is_storage_fault(error) or (isinstance(error, DBAPIError) and _is_server_away(error)):
        return StorageUnavailable(
            "The database cannot take anything in just now, so nothing was saved.",
            hint="Try again in a few seconds.",
        )
    return error


def _is_server_away(error: DBAPIError) -> bool:
    """Connection lost, out of resources, shutting down (SQLSTATE classes 08, 53, 57P, 58), or never reached."""
    state = getattr(error.orig, "sqlstate", None)
    if error.connection_invalidated:
        return True
    if state is None:
        return isinstance(error, OperationalError) and not isinstance(error.orig, sqlite3.Error)
    return state[:2] in {"08", "53", "58"} or state[:3] == "57P"
