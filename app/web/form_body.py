"""The body of a form post, read strictly: bounded in size and number, UTF-8 only, no NUL."""

from __future__ import annotations

from urllib.parse import unquote_plus

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.wrappers import Request

from app.errors import AppError, BadInput, InputTooLarge

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"


class FormatUnsupported(AppError):
    """The body is of a kind that forms do not send."""


def read_form(request: Request, *, most_bytes: int, most_fields: int, most_chars: int) -> dict[str, list[str]]:
    """All values by name, in order. Raises FormatUnsupported, InputTooLarge or BadInput; stores nothing."""
    kind = request.mimetype
    if kind not in (URLENCODED, MULTIPART):
        raise FormatUnsupported("This address takes form data only.", hint=f"Send the form as {URLENCODED} in UTF-8.")
    if (request.content_length or 0) > most_bytes:
        raise _too_large(most_bytes)
    found = _urlencoded(request, most_bytes, most_fields) if kind == URLENCODED else _multipart(request, most_fields)
    for values in found.values():
        for value in values:
            if len(value) > most_chars:
                raise InputTooLarge(f"One answer is longer than {most_chars} characters.", hint="Please shorten it.")
    return found


def _urlencoded(request: Request, most_bytes: int, most_fields: int) -> dict[str, list[str]]:
    body = request.stream.read(most_bytes + 1)
    if len(body) > most_bytes:
        raise _too_large(most_bytes)
    if body.count(b"&") >= most_fields:
        raise BadInput(f"More than {most_fields} fields were sent.", hint="Send only the fields of the form.")
    try:
        text = body.decode("ascii")
        found: dict[str, list[str]] = {}
        for part in text.split("&"):
            if part:
                name, _, value = part.partition("=")
                found.setdefault(_decoded(name), []).append(_decoded(value))
    except UnicodeError as error:
        raise BadInput("The form was not sent in UTF-8.", hint="Open the page again and resend the form.") from error
    return found


def _decoded(text: str) -> str:
    if "%" in text:
        text = unquote_plus(text, errors="strict")
        if "\x00" in text:
            raise BadInput("The form contains a character that no text has (NUL).", hint="Remove it and resend.")
        return text
    return text.replace("+", " ")


def _multipart(request: Request, most_fields: int) -> dict[str, list[str]]:
    if "boundary" not in request.mimetype_params:
        raise BadInput("The form data has no boundary.", hint="Open the page again and resend the form.")
    parser = FormDataParser(max_form_memory_size=request.max_form_memory_size, max_form_parts=most_fields, silent=False)
    try:
        stream, form, files = parser.parse(
            request.stream, request.mimetype, request.content_length, request.mimetype_params
        )
        stream.exhaust() if hasattr(stream, "exhaust") else None
    except RequestEntityTooLarge as error:
        raise InputTooLarge("The form is too large.", hint="Please shorten your answers.") from error
    except ValueError as error:
        raise BadInput("The form data is broken.", hint="Open the page again and resend the form.") from error
    if files:
        raise BadInput("This form takes no files.", hint="Send the fields of the form only.")
    for name, values in form.lists():
        for text in (name, *values):
            if "\x00" in text or "\ufffd" in text:
                raise BadInput("The form was not sent in UTF-8.", hint="Open the page again and resend the form.")
    return {name: list(values) for name, values in form.lists()}


def _too_large(most_bytes: int) -> InputTooLarge:
    return InputTooLarge(
        f"The form is larger than {most_bytes // 1024} KiB.", hint="Please shorten your answers and send it again."
    )
