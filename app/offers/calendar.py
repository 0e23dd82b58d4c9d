"""Calendar entries of webinars: an iCalendar file (RFC 5545) and links for those who have no file to open."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from urllib.parse import quote, urlencode

from icalendar import Calendar, Event, vCalAddress, vText

_PRODUCT = "-//Gatepost//Webinar//EN"


class Method(StrEnum):
    """What the file asks the calendar to do (RFC 5546)."""

    PUBLISH = "PUBLISH"
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """A session. `uid` never changes; `sequence` goes up with each change of time or place. Times are aware."""

    uid: str
    title: str
    starts_at: datetime
    ends_at: datetime
    description: str = ""
    location: str = ""
    url: str = ""
    organizer_mail: str = ""
    organizer_name: str = ""
    sequence: int = 0
    updated_at: datetime | None = None
    is_cancelled: bool = False


def event_uid(key: str, *, host: str) -> str:
    """The stable UID of an event: the key of what it stands for, at our host."""
    return f"{key}@{host}"


def calendar_file(
    event: CalendarEvent, *, made_at: datetime, method: Method = Method.PUBLISH, attendee: str = ""
) -> bytes:
    """The file: CRLF, lines folded at 75 octets, times in UTC, so that no zone table is needed for one event."""
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", _PRODUCT)
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method.value)
    calendar.add_component(_entry(event, made_at, method, attendee))
    return bytes(calendar.to_ical())


def google_link(event: CalendarEvent) -> str:
    """A link that opens the event in Google's calendar, ready to save."""
    times = f"{_compact(event.starts_at)}/{_compact(event.ends_at)}"
    asked = {
        "action": "TEMPLATE",
        "text": event.title,
        "dates": times,
        "details": _details(event),
        "location": event.location,
    }
    return "https://calendar.google.com/calendar/render?" + _query(asked)


def outlook_link(event: CalendarEvent) -> str:
    """A link that opens the event in Outlook on the web, ready to save."""
    asked = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": event.title,
        "startdt": _iso(event.starts_at),
        "enddt": _iso(event.ends_at),
        "body": _details(event),
        "location": event.location,
    }
    return "https://outlook.live.com/calendar/0/deeplink/compose?" + _query(asked)


def _entry(event: CalendarEvent, made_at: datetime, method: Method, attendee: str) -> Event:
    cancelled = event.is_cancelled or method is Method.CANCEL
    entry = Event()
    entry.add("uid", event.uid)
    entry.add("dtstamp", made_at.astimezone(UTC))
    entry.add("dtstart", event.starts_at.astimezone(UTC))
    entry.add("dtend", event.ends_at.astimezone(UTC))
    entry.add("sequence", event.sequence)
    entry.add("last-modified", (event.updated_at or made_at).astimezone(UTC))
    entry.add("summary", event.title)
    entry.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    for name, text in (("description", event.description), ("location", event.location), ("url", event.url)):
        if text:
            entry.add(name, text)
    if event.organizer_mail:
        entry.add("organizer", _person(event.organizer_mail, event.organizer_name))
    if attendee:
        entry.add("attendee", _person(attendee, ""))
    return entry


def _person(mail: str, name: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{mail}")
    if name:
        address.params["CN"] = vText(name)
    return address


def _details(event: CalendarEvent) -> str:
    return "\n\n".join(part for part in (event.description, event.url) if part)


def _query(asked: dict[str, str]) -> str:
    return urlencode({name: value for name, value in asked.items() if value}, quote_via=quote)


def _compact(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
