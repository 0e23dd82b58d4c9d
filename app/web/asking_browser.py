"""Which browser asked: an HttpOnly, SameSite cookie with the receipts it got. A mail scanner has no such cookie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from werkzeug.http import parse_cookie

from app.errors import LinkInvalid
from app.tokens import Purpose

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.services import Services

COOKIE = "gp_asked"
MOST = 5
LIFETIME = 7 * 24 * 3600


def cookie(parts: Services, environ: Mapping[str, Any], submission_id: str) -> str:
    """The Set-Cookie value that adds one more receipt to those this browser has."""
    known = [each for each in asked(parts, environ) if each != submission_id]
    value = parts.tokens.sign(Purpose.BROWSER, "~".join([submission_id, *known][:MOST]))
    secure = "; Secure" if parts.settings.base_url.startswith("https:") else ""
    return f"{COOKIE}={value}; Max-Age={LIFETIME}; Path=/; HttpOnly; SameSite=Lax{secure}"


def asked(parts: Services, environ: Mapping[str, Any]) -> list[str]:
    """The submissions that this browser made, newest first; empty for a forged or foreign cookie."""
    header = environ.get("HTTP_COOKIE", "")
    if COOKIE not in header:
        return []
    try:
        return parts.tokens.read(Purpose.BROWSER, parse_cookie(header).get(COOKIE, "")).split("~")
    except LinkInvalid:
        return []


def is_asking(parts: Services, environ: Mapping[str, Any], submission_id: str) -> bool:
    """Whether this browser made that submission."""
    return submission_id in asked(parts, environ)
