"""The filters public templates use: `md`, `event_date`, `event_time`."""

from datetime import datetime

from jinja2 import Environment
from markupsafe import Markup

from app.pages.markup import render
from app.pages.moment import zone
from app.pages.time_words import clock_words, day_words


def install(environment: Environment) -> None:
    """Give the filters to a Jinja environment."""
    environment.filters["md"] = md
    environment.filters["event_date"] = event_date
    environment.filters["event_time"] = event_time


def md(source: str | None) -> Markup:
    """Markdown as clean HTML."""
    return render(source or "")


def event_date(moment: datetime, zone_name: str, locale: str, style: str = "full") -> str:
    """The day of a moment in a zone; `style` is full, long, medium, short or a CLDR pattern."""
    return day_words(moment.astimezone(zone(zone_name)).date(), locale, style)


def event_time(moment: datetime, zone_name: str, locale: str) -> str:
    """The time of day of a moment in a zone, hours and minutes."""
    return clock_words(moment.astimezone(zone(zone_name)), locale)
