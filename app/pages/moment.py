"""Moments as authors write them: with an offset, or as a wall clock beside the name of a time zone."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def zone(name: str) -> ZoneInfo:
    """The IANA time zone of that name; raises ValueError with what to write instead."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name!r} is not a time zone; write a name such as Europe/Prague") from None


def moment(text: str, zone_name: str = "") -> datetime:
    """An aware moment from `2027-03-04 16:00 Europe/Prague`, from ISO 8601 with offset, or a wall clock of a zone.

    Raises ValueError for a wall clock without zone, and for one that a clock change skips or repeats.
    """
    words = text.split()
    if len(words) > 1 and "/" in words[-1]:
        text, zone_name = " ".join(words[:-1]), words[-1]
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a moment; write for example 2027-03-04 16:00 Europe/Prague") from None
    if read.tzinfo is not None:
        return read.astimezone(zone(zone_name)) if zone_name else read
    if not zone_name:
        raise ValueError(f"{text!r} has no time zone; write for example {text} Europe/Prague")
    return _on_the_wall(read, zone(zone_name))


def _on_the_wall(wall: datetime, place: ZoneInfo) -> datetime:
    early, late = wall.replace(tzinfo=place, fold=0), wall.replace(tzinfo=place, fold=1)
    if early.utcoffset() == late.utcoffset():
        return early
    skipped = early.astimezone(UTC).astimezone(place).replace(tzinfo=None) != wall
    what = "does not exist there" if skipped else "happens twice there"
    raise ValueError(
        f"{wall:%Y-%m-%d %H:%M} {what} (the clocks change); write the moment with an offset such as +02:00"
    )
