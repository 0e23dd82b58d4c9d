"""Broken rules as answers: which class of error is which status, said in a page or, to programs, as problem+json."""

from __future__ import annotations

import structlog
from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from app import errors
from app.capture.actions import ConfirmationExpired
from app.json_text import dumps
from app.web.form_body import FormatUnsupported
from app.web.state_pages import state_page, wanted_locale

log = structlog.get_logger()

STATUS: tuple[tuple[type[errors.AppError], int], ...] = (
    (ConfirmationExpired, 410),
    (errors.LinkExpired, 410),
    (errors.LinkInvalid, 404),
    (errors.NotFound, 404),
    (errors.Forbidden, 403),
    (FormatUnsupported, 415),
    (errors.InputTooLarge, 413),
    (errors.BadInput, 400),
    (errors.TooManyRequests, 429),
    (errors.StorageUnavailable, 503),
    (errors.SchemaOutdated, 503),
)


def init_errors(app: Flask) -> None:
    """Answer every error that reaches the edge."""
    app.register_error_handler(errors.AppError, _app_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unforeseen)


def status_of(error: errors.AppError) -> int:
    """The status of a broken rule; 500 for one that nobody thought of."""
    return next((status for kind, status in STATUS if isinstance(error, kind)), 500)


def _app_error(error: errors.AppError) -> Response:
    retry_after = getattr(error, "retry_after", None)
    return _answer(status_of(error), error.message, error.hint, retry_after)


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:
        return error.get_response()  # type: ignore[return-value]
    response = _answer(status, error.name, "", None)
    allowed = error.get_response().headers.get("Allow")
    if allowed:
        response.headers["Allow"] = allowed
    return response


def _unforeseen(error: Exception) -> Response:
    log.error("request.failed", error=type(error).__name__, exc_info=error)
    return _answer(500, "Something broke on our side.", "Try again in a few minutes.", None)


def _answer(status: int, message: str, hint: str, retry_after: int | None) -> Response:
    if _wants_json():
        body = {"type": "about:blank", "title": message, "status": status, "request_id": g.get("request_id", "")}
        response = Response(dumps(body | ({"detail": hint} if hint else {})), status=status)
        response.mimetype = "application/problem+json"
    else:
        response = state_page(
            "error",
            wanted_locale((request.view_args or {}).get("locale")),
            status=status,
            request_id=g.get("request_id", ""),
            retry_after=retry_after,
            message=message,
            hint=hint,
            page_url=request.path if request.method == "POST" and "/p/" in request.path else "",
        )
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def _wants_json() -> bool:
    accepted = request.accept_mimetypes
    return accepted.quality("application/json") > accepted.quality("text/html")
