"""Days and times in the words of a locale, the same on pages, in states and in mails."""

from __future__ import annotations

from datetime import date, datetime

from babel import Locale
from babel.dates import format_date, format_datetime, format_time

ENGLISH = "en_GB"
"""English of no country writes 18 March 2027 and 16:00, as most of the world's English does; en_US stays American."""


def day_words(day: date, locale: str, style: str = "long") -> str:
    """A day; `style` is full (with its weekday), long, medium, short or a CLDR pattern."""
    return format_date(day, style, locale=_locale(locale))


def clock_words(moment: datetime, locale: str) -> str:
    """The time of day where the moment's own zone is, hours and minutes."""
    return format_time(moment, "short", tzinfo=moment.tzinfo, locale=_locale(locale))


def moment_words(moment: datetime, locale: str, style: str = "full") -> str:
    """Day and time where the moment's own zone is, without naming the zone."""
    return f"{day_words(moment.date(), locale, style)}, {clock_words(moment, locale)}"


def zone_words(moment: datetime, locale: str, *, is_short: bool = False) -> str:
    """The zone of a moment: Central European Standard Time, or CET."""
    return format_datetime(moment, "z" if is_short else "zzzz", tzinfo=moment.tzinfo, locale=_locale(locale))


def _locale(code: str) -> Locale:
    return Locale.parse(ENGLISH if code == "en" else code.replace("-", "_"))
