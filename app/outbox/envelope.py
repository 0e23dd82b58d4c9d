"""The bytes that leave the house for an event: rendered once, so that every retry and replay sends the same."""

import unicodedata
from typing import Any

from app.json_text import dumps
from app.outbox.events import AnyEvent

LARGEST_TEXT = 20_000
_KEPT_CONTROLS = {"\n", "\t"}


def body(event: AnyEvent) -> bytes:
    """`event` as compact UTF-8 JSON: envelope keys first, the order of the models, times in UTC with a Z."""
    return dumps(_safe(event.model_dump(mode="json"))).encode()


def body_text(event: AnyEvent) -> str:
    """The same as text, for a column; encoding it as UTF-8 gives `body` again."""
    return body(event).decode()


def _safe(value: Any) -> Any:
    if isinstance(value, str):
        return _safe_text(value)
    if isinstance(value, dict):
        return {_safe_text(key): _safe(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_safe(one) for one in value]
    return value


def _safe_text(text: str) -> str:
    """NFC, cut at 20,000 characters, without control characters and halves of surrogate pairs."""
    if text.isascii() and text.isprintable() and len(text) <= LARGEST_TEXT:
        return text
    kept = "".join(c for c in text if c in _KEPT_CONTROLS or unicodedata.category(c) not in {"Cc", "Cs"})
    return unicodedata.normalize("NFC", kept)[:LARGEST_TEXT]
