"""Response headers of every page that Flask renders, and the origin check of public posts."""

from __future__ import annotations

from flask import Flask, Response, g

PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"
STRICT_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


GUARDS: tuple[tuple[str, str], ...] = (
    ("Content-Security-Policy", STRICT_POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Permissions-Policy", PERMISSIONS),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cache-Control", "no-store"),
)
"""The headers of every response that has not set its own."""


def init_security(app: Flask, *, is_https: bool) -> None:
    """Add the headers to every response that has not set its own; `is_https`: visitors come by https only.

    A view may leave a policy of its own in `g.policy`.
    """

    @app.after_request
    def add_headers(response: Response) -> Response:
        headers = response.headers
        if policy := g.get("policy"):
            headers.setdefault("Content-Security-Policy", policy)
        for name, value in GUARDS:
            headers.setdefault(name, value)
        if is_https:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        return response
