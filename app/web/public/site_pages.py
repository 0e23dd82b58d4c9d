"""Pages of the site itself: the privacy notice, the front door, what crawlers may read."""

from __future__ import annotations

from hashlib import sha256

from flask import Blueprint, Response, redirect
from werkzeug.wrappers import Response as AnyResponse

from app.errors import NotFound
from app.pages.page_view import privacy_path
from app.services import services
from app.web.state_pages import StateUrls, state_page, wanted_locale

blueprint = Blueprint("site_pages", __name__)

_PRIVATE = ("/c/", "/h/", "/o/", "/preferences/", "/r/", "/u/")
_ROBOTS = "User-agent: *\n" + "".join(f"Disallow: {path}\n" for path in _PRIVATE)


@blueprint.get("/<locale>/privacy")
def privacy(locale: str) -> Response:
    """The privacy notice of a locale as it is published now."""
    parts = services()
    notices = parts.site.current().privacy
    text = notices.get(locale)
    if text is None:
        raise NotFound("There is no privacy notice in this language.")
    title, _, body = text.lstrip().partition("\n")
    response = state_page(
        "privacy",
        locale,
        urls=StateUrls(
            self=privacy_path(locale),
            privacy=privacy_path(locale),
            alternates={code: privacy_path(code) for code in sorted(parts.settings.locales) if code in notices},
        ),
        title=title.lstrip("# ").strip(),
        body=body,
        version=sha256(text.encode()).hexdigest()[:8],
    )
    response.headers["X-Robots-Tag"] = "all"
    return response


@blueprint.get("/privacy")
def privacy_anywhere() -> AnyResponse:
    """The privacy notice in the visitor's language."""
    return redirect(privacy_path(wanted_locale()), 302)


@blueprint.get("/")
def front_door() -> AnyResponse:
    """There is no home page here: to the brand's own site or the page it names, or nowhere."""
    url = services().site.current().brand.url
    if not url.startswith(("https://", "/")):
        raise NotFound("There is no page at this address.")
    return redirect(url, 302)


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Landing pages may be read; personal links may not."""
    response = Response(_ROBOTS, mimetype="text/plain")
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


@blueprint.get("/favicon.ico")
def favicon() -> AnyResponse:
    """For those who ask without reading the page."""
    return redirect(services().look.favicon, 302)
