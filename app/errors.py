"""Broken rules as exceptions. This file knows no HTTP; `web/errors.py` decides status codes."""


class AppError(Exception):
    """A rule was broken. `message` says what happened, `hint` what to do next; neither holds personal data."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class NotFound(AppError):
    """The thing asked for does not exist, or not any more."""


class BadInput(AppError):
    """What was sent cannot be understood; sending it again unchanged will not help."""


class InputTooLarge(BadInput):
    """What was sent is larger than the settings allow."""


class TooManyRequests(AppError):
    """A limit was reached. `retry_after` is in seconds."""

    def __init__(self, message: str, *, retry_after: int, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class Forbidden(AppError):
    """The request came from where it may not come from."""


class LinkInvalid(AppError):
    """A signed link was altered, cut off or made for something else."""


class LinkExpired(AppError):
    """A signed link was genuine but is past its time."""


class StorageUnavailable(AppError):
    """Nothing could be written durably (disk full, file locked, database away); nothing was acknowledged."""

    retry_after = 5


class SchemaOutdated(AppError):
    """The database schema is not the one this version needs."""
