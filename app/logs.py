"""Structured logs without personal data: one line a request, masked addresses and numbers, a request id on each."""

from __future__ import annotations

import logging
import re
import sys
import time
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import structlog
from flask import Flask, Response, g, request
from structlog.contextvars import bind_contextvars, clear_contextvars
from structlog.typing import EventDict, Processor

from app.ids import new_id

_MAIL = re.compile(r"[^\s@<>\"'(),:;=]+(?:@|%40)[^\s@<>\"'(),:;=]+")
_NUMBER = re.compile(r"(?<![\w.:/-])\+?\d(?:[\s().-]?\d){8,}(?![\w:/])")
_ADDRESS = re.compile(
    r"(?<![\w.])(?:::ffff:)?(?:\d{1,3}\.){3}\d{1,3}(?![\w.])"
    r"|(?<![\w:])(?:[0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}(?![\w:])"
    r"|(?<![\w:])(?:[0-9a-fA-F]{1,4}:){0,6}[0-9a-fA-F]{0,4}::(?:[0-9a-fA-F]{1,4}:){0,6}[0-9a-fA-F]{1,4}(?![\w:])"
)
_TRUSTED_ID = re.compile(r"[A-Za-z0-9_.-]{8,64}")
_OWN_KEYS = frozenset({"timestamp", "level", "event", "request_id", "method", "route", "status", "ms"})
_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH"})
_QUIET = {"granian.access": logging.CRITICAL, "alembic": logging.WARNING}

log = structlog.get_logger("gatepost")
_is_json = True


class StderrLogger:
    """Writes a finished line to whatever standard error is at that moment."""

    def msg(self, line: str) -> None:
        """Write one line."""
        sys.stderr.write(line + "\n")

    debug = info = warning = error = critical = exception = log = msg


def configure(log_format: str) -> None:
    """Set up our own logs and those of libraries; `log_format` is json or console."""
    global _is_json
    _is_json = log_format == "json"
    structlog.configure(
        processors=[*_shared(), _renderer(log_format)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: StderrLogger(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(_CurrentStderr())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_shared(),
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, redact, _renderer(log_format)],
        )
    )
    root = logging.getLogger()
    root.handlers = [one for one in root.handlers if not _is_ours(one)] + [handler]
    root.setLevel(logging.INFO)
    for name, level in _QUIET.items():
        logging.getLogger(name).setLevel(level)


def init_logs(app: Flask, *, log_format: str) -> None:
    """One line for every request that reaches Flask, with the route's template: no path, no query, no address."""
    configure(log_format)

    @app.before_request
    def begin() -> None:
        clear_contextvars()
        g.request_id = _request_id(request.headers.get("X-Request-ID", ""))
        g.request_started = time.perf_counter()
        bind_contextvars(request_id=g.request_id)

    @app.after_request
    def finish(response: Response) -> Response:
        if "request_id" not in g:
            return response
        response.headers.setdefault("X-Request-ID", g.request_id)
        log.info(
            "request",
            method=request.method if request.method in _METHODS else "OTHER",
            route=route_template(),
            status=response.status_code,
            ms=round((time.perf_counter() - g.request_started) * 1000, 1),
        )
        return response

    # Flask's own message would carry the path, and paths carry signed links.
    app.log_exception = _log_exception  # type: ignore[method-assign]


def log_answer(method: str, route: str, status: int, started: float) -> str:
    """The line of a request that was answered beside Flask; gives its request id.

    JSON is written without structlog: nothing in it can be personal, and crowds of posts come this way.
    """
    request_id = new_id()
    took = round((time.perf_counter() - started) * 1000, 1)
    if not _is_json:
        log.info("request", method=method, route=route, status=status, ms=took, request_id=request_id)
        return request_id
    at = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    sys.stderr.write(
        f'{{"method": "{method}", "route": "{route}", "status": {status}, "ms": {took}, "request_id": "{request_id}", '
        f'"event": "request", "level": "info", "timestamp": "{at}"}}\n'
    )
    return request_id


def route_template() -> str:
    """The rule that matched the current request, such as /p/<slug>; '-' when none did."""
    return request.url_rule.rule if request.url_rule is not None else "-"


def redact(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Mask what looks like a mail address, a telephone number or a network address in every foreign text."""
    for key, value in event.items():
        if isinstance(value, str) and (key not in _OWN_KEYS or key == "event"):
            event[key] = redacted(value)
        elif isinstance(value, (dict, list, tuple)):
            event[key] = redacted(repr(value))
    return event


def redacted(text: str) -> str:
    """The text with [mail], [address] and [number] in place of personal data."""
    if "@" in text or "%40" in text:
        text = _MAIL.sub("[mail]", text)
    return _NUMBER.sub("[number]", _ADDRESS.sub("[address]", text))


class _CurrentStderr:
    """Standard error as it is at the moment of writing, not as it was at start."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def _shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redact,
    ]


def _renderer(log_format: str) -> Processor:
    if log_format == "console":
        return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    return structlog.processors.JSONRenderer(sort_keys=False, ensure_ascii=False)


def _is_ours(handler: logging.Handler) -> bool:
    return isinstance(handler, logging.StreamHandler) and isinstance(handler.stream, _CurrentStderr)


def _request_id(given: str) -> str:
    """The proxy's id when it is a plain word, else one of our own."""
    return given if _TRUSTED_ID.fullmatch(given) else new_id()


def _log_exception(
    exc_info: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
) -> None:
    log.error("request.failed", method=request.method, route=route_template(), exc_info=exc_info)
