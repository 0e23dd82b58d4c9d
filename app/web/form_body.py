"""The body of a form post, read strictly: bounded in size and number, UTF-8 only, no NUL."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header

from app.errors import AppError, BadInput, InputTooLarge

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
_AGAIN = "Open the page again and resend the form."


class FormatUnsupported(AppError):
    """The body is of a kind that forms do not send."""


def read_form(environ: WSGIEnvironment, *, most_bytes: int, most_fields: int, most_chars: int) -> dict[str, list[str]]:
    """All values by name, in order. Raises FormatUnsupported, InputTooLarge or BadInput; stores nothing."""
    kind, options = parse_options_header(environ.get("CONTENT_TYPE", ""))
    if kind not in (URLENCODED, MULTIPART):
        raise FormatUnsupported("This address takes form data only.", hint=f"Send the form as {URLENCODED} in UTF-8.")
    body = _body(environ, most_bytes)
    found = _urlencoded(body, most_fields) if kind == URLENCODED else _multipart(body, options, most_fields)
    for values in found.values():
        for value in values:
            if len(value) > most_chars:
                raise InputTooLarge(f"One answer is longer than {most_chars} characters.", hint="Please shorten it.")
    return found


def _body(environ: WSGIEnvironment, most_bytes: int) -> bytes:
    """Exactly what was announced; a body of unknown length only where the server marks its end."""
    stated = environ.get("CONTENT_LENGTH") or ""
    if stated and not (stated.isascii() and stated.isdigit()):
        raise BadInput("The length of the form is not a number.", hint=_AGAIN)
    length = int(stated) if stated else -1
    if length > most_bytes:
        raise _too_large(most_bytes)
    if length < 0 and not environ.get("wsgi.input_terminated"):
        return b""
    body: bytes = environ["wsgi.input"].read(length if length >= 0 else most_bytes + 1)
    if len(body) > most_bytes:
        raise _too_large(most_bytes)
    if len(body) < length:
        raise BadInput("The form broke off on the way.", hint="Please send it again.")
    return body


def _urlencoded(body: bytes, most_fields: int) -> dict[str, list[str]]:
    if b"\x00" in body:
        raise _has_nul()
    if body.count(b"&") >= most_fields:
        raise _too_many(most_fields)
    found: dict[str, list[str]] = {}
    try:
        for part in body.decode("ascii").split("&"):
            if part:
                name, _, value = part.partition("=")
                found.setdefault(_decoded(name), []).append(_decoded(value))
    except UnicodeError as error:
        raise BadInput("The form was not sent in UTF-8.", hint=_AGAIN) from error
    return found


def _decoded(text: str) -> str:
    if "%" in text:
        text = unquote_plus(text, errors="strict")
        if "\x00" in text:
            raise _has_nul()
        return text
    return text.replace("+", " ")


def _multipart(body: bytes, options: dict[str, str], most_fields: int) -> dict[str, list[str]]:
    if not options.get("boundary"):
        raise BadInput("The form data has no boundary.", hint=_AGAIN)
    parser = FormDataParser(max_form_memory_size=len(body), max_form_parts=most_fields, silent=False)
    try:
        _, form, files = parser.parse(io.BytesIO(body), MULTIPART, len(body), options)
    except RequestEntityTooLarge as error:
        raise BadInput(
            f"More than {most_fields} fields were sent.", hint="Send only the fields of the form."
        ) from error
    except ValueError as error:
        raise BadInput("The form data is broken.", hint=_AGAIN) from error
    if files:
        for _, file in files.items(multi=True):
            file.close()
        raise BadInput("This form takes no files.", hint="Send the fields of the form only.")
    found = {name: list(values) for name, values in form.lists()}
    for name, values in found.items():
        if any("\x00" in text or "\ufffd" in text for text in (name, *values)):
            raise BadInput("The form was not sent in UTF-8.", hint=_AGAIN)
    return found


def _has_nul() -> BadInput:
    return BadInput("The form contains a character that no text has (NUL).", hint="Remove it and resend.")


def _too_large(most_bytes: int) -> InputTooLarge:
    return InputTooLarge(
        f"The form is larger than {most_bytes // 1024} KiB.", hint="Please shorten your answers and send it again."
    )


def _too_many(most_fields: int) -> BadInput:
    return BadInput(f"More than {most_fields} fields were sent.", hint="Send only the fields of the form.")
