"""Fields that measure: number and date, read in the page's locale."""

import re
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from app.pages.clean_text import one_line
from app.pages.field import Answer, Check, FieldSetup
from app.pages.field_fault import FaultKind, FieldFault

_COMMA_LOCALES = frozenset({"vi", "cs", "sk", "de", "fr", "es", "it", "pl"})
_PLAIN_NUMBER = re.compile(r"[+-]?\d{1,12}(?:\.\d{1,6})?", re.ASCII)
_GROUP_SPACES = re.compile("(?<=\\d)[ \u00a0\u202f](?=\\d{3}(?:\\D|$))", re.ASCII)
_ENGLISH_GROUPS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII)
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})\s?([./-])\s?(\d{1,2})\s?\2\s?(\d{4})", re.ASCII)
_DATE_EXAMPLES = {"cs": "24. 12. 2027", "vi": "24/12/2027"}


class NumberField(FieldSetup):
    """A number. A point is always the decimal sign; a comma is one where the locale writes it so."""

    type: Literal["number"]
    template: ClassVar[str] = "fields/number.html"
    min: float | None = None
    max: float | None = None
    whole: bool = True
    unit: str = Field(default="", max_length=20)

    def checker(self) -> Check:
        least, most, whole = self.min, self.max, self.whole

        def check(raw: list[str], locale: str, today: date) -> Answer | FieldFault:
            value = number(raw[0], locale)
            if isinstance(value, FieldFault):
                return value
            if whole and not isinstance(value, int):
                return FieldFault(FaultKind.WHOLE_NUMBER)
            if least is not None and value < least:
                return FieldFault(FaultKind.BELOW, {"min": _shown(least)})
            if most is not None and value > most:
                return FieldFault(FaultKind.ABOVE, {"max": _shown(most)})
            return value

        return check


def number(raw: str, locale: str) -> int | float | FieldFault:
    """The number a visitor wrote: whole numbers as int, others as float with at most six decimals."""
    text = one_line(raw, 30)
    if isinstance(text, FieldFault):
        return FieldFault(FaultKind.NUMBER) if text.kind is FaultKind.TOO_LONG else text
    text = _GROUP_SPACES.sub("", text)
    if locale in _COMMA_LOCALES:
        text = text.replace(",", ".", 1)
    elif _ENGLISH_GROUPS.fullmatch(text):
        text = text.replace(",", "")
    if not _PLAIN_NUMBER.fullmatch(text):
        return FieldFault(FaultKind.NUMBER)
    value = Decimal(text)
    return int(value) if value == value.to_integral_value() else float(value)


def _shown(value: float) -> str:
    return str(int(value)) if value == int(value) else str(value)


class DateField(FieldSetup):
    """A day, kept as ISO 8601. `min` and `max` are a day or `today`."""

    type: Literal["date"]
    template: ClassVar[str] = "fields/date.html"
    min: date | Literal["today"] | None = None
    max: date | Literal["today"] | None = None

    @field_validator("min", "max", mode="before")
    @classmethod
    def _days(cls, value: Any) -> Any:
        return date.fromisoformat(value) if isinstance(value, str) and value != "today" else value

    @model_validator(mode="after")
    def _in_order(self) -> "DateField":
        if isinstance(self.min, date) and isinstance(self.max, date) and self.min > self.max:
            raise ValueError("min is after max")
        return self

    def checker(self) -> Check:
        first, last = self.min, self.max

        def check(raw: list[str], locale: str, today: date) -> Answer | FieldFault:
            day = calendar_day(raw[0], locale)
            if isinstance(day, FieldFault):
                return day
            earliest = today if first == "today" else first
            latest = today if last == "today" else last
            if earliest is not None and day < earliest:
                return FieldFault(FaultKind.BEFORE, {"min": earliest.isoformat()})
            if latest is not None and day > latest:
                return FieldFault(FaultKind.AFTER, {"max": latest.isoformat()})
            return day.isoformat()

        return check


def calendar_day(raw: str, locale: str) -> date | FieldFault:
    """The day a visitor wrote: ISO 8601 everywhere, day first in the locales that write dates so."""
    wrong = FieldFault(FaultKind.DATE, {"example": _DATE_EXAMPLES.get(locale, "2027-12-24")})
    text = one_line(raw, 20)
    if isinstance(text, FieldFault):
        return wrong if text.kind is FaultKind.TOO_LONG else text
    parts = _DAY_FIRST.fullmatch(text) if locale in _DATE_EXAMPLES else None
    try:
        if parts:
            return date(int(parts[4]), int(parts[3]), int(parts[1]))
        return date.fromisoformat(text) if _ISO_DATE.fullmatch(text) else wrong
    except ValueError:
        return wrong
