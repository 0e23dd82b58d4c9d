"""The delivered page: what a confirmed person gets, by kind of offer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from babel import Locale
from babel.numbers import format_decimal
from flask import Response

from app.offers.models import Access
from app.pages.moment import zone
from app.pages.page_view import privacy_path
from app.pages.time_words import day_words, moment_words, zone_words
from app.services import Services, services
from app.tokens import Purpose
from app.web.state_pages import StateUrls, state_page


def delivered_page(access: Access) -> Response:
    """Show an access; everything on it comes from what was granted, not from today's page."""
    parts = services()
    locale = str(access.facts["locale"])
    base = f"/o/{parts.tokens.sign(Purpose.ACCESS, access.id)}"
    return state_page(
        "delivered",
        locale,
        urls=StateUrls(self=base, privacy=privacy_path(locale)),
        scripts=("delivered.js",),
        offer_kind=access.kind,
        offer_title=access.facts["title"],
        expires_text=_day(access.expires_at, locale) if access.expires_at and access.kind != "webinar" else "",
        preferences_url=parts.links.preferences(access.lead_id).removeprefix(parts.settings.base_url),
        **_parts_of(parts, access, base, locale),
    )


def _parts_of(parts: Services, access: Access, base: str, locale: str) -> dict[str, Any]:
    facts = access.facts
    if access.kind == "ebook":
        return {"file": {"url": f"{base}/file", "name": facts["file"], "size_text": size_text(facts["size"], locale)}}
    if access.kind == "webinar":
        return {"event": _event(facts, base, locale)}
    return {"coupon": {"code": facts.get("code"), "terms": facts.get("terms", ""), "url": ""}}


def _event(facts: dict[str, Any], base: str, locale: str) -> dict[str, str]:
    starts = datetime.fromisoformat(facts["starts_at"])
    at_home = starts.astimezone(zone(facts["zone"]))
    return {
        "start_iso": facts["starts_at"],
        "end_iso": facts["ends_at"],
        "text": moment_words(at_home, locale),
        "zone": zone_words(at_home, locale),
        "place": facts.get("place", ""),
        "online_url": facts.get("online_url", ""),
        "calendar_url": f"{base}/calendar.ics",
    }


def size_text(size: int, locale: str) -> str:
    """A file size as people read it: 740 KB, 2.4 MB."""
    shown = Locale.parse(locale, sep="-")
    if size < 1_000_000:
        return f"{format_decimal(max(1, round(size / 1000)), locale=shown)} kB"
    return f"{format_decimal(round(size / 1_000_000, 1), locale=shown)} MB"


def _day(moment: datetime, locale: str) -> str:
    return day_words(moment.date(), locale)
