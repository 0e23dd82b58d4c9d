"""The pages around a form (waiting, confirm, delivered, errors ...): one renderer, strict policy, never cached."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from flask import Response, request
from markupsafe import Markup

from app.pages.brand import Brand
from app.pages.compile import Look
from app.pages.page_view import MediaUrl, media_path, privacy_path
from app.pages.style_sheet import content_policy, state_css
from app.pages.theme import token_css
from app.services import Services, services

THEME = "brand"


@dataclass(frozen=True, slots=True)
class StateUrls:
    """The addresses a state page names; empty where it has no such thing."""

    self: str = ""
    privacy: str = ""
    code: str = ""
    resend: str = ""
    state: str = ""
    export: str = ""
    erase: str = ""
    alternates: dict[str, str] = field(default_factory=dict)

    def media(self_, name: str) -> MediaUrl:
        """The address of the brand's logo, which every live page brings along."""
        return _media(services(), name)


def state_page(
    template: str,
    locale: str,
    *,
    status: int = 200,
    urls: StateUrls | None = None,
    scripts: tuple[str, ...] = (),
    brand: Brand | None = None,
    **context: object,
) -> Response:
    """Render `public/<template>.html`; `scripts` are names of files in app/static."""
    parts = services()
    words = parts.texts.for_locale(locale)
    shown = brand or parts.site.current().brand
    css, policy = _style(parts.look, shown)
    html = parts.look.environment.get_template(f"public/{template}.html").render(
        locale=locale,
        t=words.t,
        tn=words.tn,
        site=shown,
        css=css,
        scripts=tuple(parts.static[name].address for name in scripts),
        favicon=parts.look.favicon,
        urls=urls or StateUrls(privacy=privacy_path(locale)),
        status=status,
        **context,
    )
    response = Response(html, status=status, mimetype="text/html")
    response.headers["Content-Security-Policy"] = policy
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def wanted_locale(default: str | None = None) -> str:
    """The locale to answer in: `default` where one is known, else what the browser likes best of ours."""
    parts = services()
    if default in parts.settings.locales:
        return str(default)
    return request.accept_languages.best_match(parts.settings.locales) or parts.settings.default_locale


@lru_cache(maxsize=64)
def _styled(css: str) -> tuple[Markup, str]:
    return Markup(css), content_policy(css)  # noqa: S704  (our own style files and checked tokens)


def _style(look: Look, brand: Brand) -> tuple[Markup, str]:
    return _styled(str(state_css(look.css_files, tokens=token_css(brand, THEME))))


def _media(parts: Services, name: str) -> MediaUrl:
    for page in parts.cache.pages():
        facts = page.facts.record.images.get(name)
        if facts is not None:
            return MediaUrl(media_path(facts.digest, name), facts.width, facts.height)
    return MediaUrl(parts.look.favicon)
