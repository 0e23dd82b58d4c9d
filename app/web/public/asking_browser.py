"""Which browser asked: an HttpOnly, SameSite cookie with the receipts it got. A mail scanner has no such cookie."""

from __future__ import annotations

from flask import Response, request

from app.errors import LinkInvalid
from app.services import services
from app.tokens import Purpose

COOKIE = "gp_asked"
MOST = 5
LIFETIME = 7 * 24 * 3600


def remember(response: Response, submission_id: str) -> None:
    """Tell this browser's cookie of one more receipt."""
    parts = services()
    known = [each for each in asked() if each != submission_id]
    value = parts.tokens.sign(Purpose.BROWSER, "~".join([submission_id, *known][:MOST]))
    response.set_cookie(
        COOKIE,
        value,
        max_age=LIFETIME,
        httponly=True,
        samesite="Lax",
        secure=parts.settings.base_url.startswith("https:"),
    )


def asked() -> list[str]:
    """The submissions that this browser made, newest first; empty for a forged or foreign cookie."""
    cookie = request.cookies.get(COOKIE)
    if not cookie:
        return []
    try:
        return services().tokens.read(Purpose.BROWSER, cookie).split("~")
    except LinkInvalid:
        return []


def is_asking(submission_id: str) -> bool:
    """Whether this browser made that submission."""
    return submission_id in asked()
