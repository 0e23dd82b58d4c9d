"""Calendar entries of webinars."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import parse_qs, urlsplit

from icalendar import Calendar

from app.offers.calendar import CalendarEvent, Method, calendar_file, event_uid, google_link, outlook_link

HANOI = timezone(timedelta(hours=7))
MADE = datetime(2027, 1, 5, 8, 30, tzinfo=UTC)
EVENT = CalendarEvent(
    uid=event_uid("01PAGE", host="tea.example"),
    title="Sáu mươi phút, sáu loại trà; một buổi",
    starts_at=datetime(2027, 2, 10, 19, 0, tzinfo=HANOI),
    ends_at=datetime(2027, 2, 10, 20, 0, tzinfo=HANOI),
    description="Line one\nLine two with a comma, a semicolon; and a back\\slash. " + "Příliš žluťoučký kůň. " * 8,
    location="Online",
    url="https://tea.example/join",
    organizer_mail="hello@tea.example",
    organizer_name="Linden & Lotus",
)


def lines(data: bytes) -> list[str]:
    return data.replace(b"\r\n ", b"").decode().split("\r\n")


def test_the_file_is_crlf_and_folded_at_75_octets() -> None:
    data = calendar_file(EVENT, made_at=MADE)
    assert data.endswith(b"END:VCALENDAR\r\n")
    assert data.count(b"\n") == data.count(b"\r\n")
    assert max(len(line) for line in data.split(b"\r\n")) <= 75


def test_times_are_in_utc_and_no_zone_is_needed() -> None:
    found = lines(calendar_file(EVENT, made_at=MADE))
    assert "DTSTART:20270210T120000Z" in found
    assert "DTEND:20270210T130000Z" in found
    assert "DTSTAMP:20270105T083000Z" in found
    assert not any("TZID" in line for line in found)


def test_the_entry_has_what_calendars_need() -> None:
    found = lines(calendar_file(EVENT, made_at=MADE))
    assert found[:5] == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Gatepost//Webinar//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
    ]
    for line in ("UID:01PAGE@tea.example", "SEQUENCE:0", "STATUS:CONFIRMED", "URL:https://tea.example/join"):
        assert line in found
    assert 'ORGANIZER;CN="Linden & Lotus":mailto:hello@tea.example' in found
    assert "SUMMARY:Sáu mươi phút\\, sáu loại trà\\; một buổi" in found


def test_texts_come_back_as_they_were() -> None:
    entry = Calendar.from_ical(calendar_file(EVENT, made_at=MADE)).events[0]
    assert str(entry["description"]) == EVENT.description
    assert str(entry["summary"]) == EVENT.title


def test_a_change_keeps_the_uid_and_raises_the_sequence() -> None:
    later = replace(EVENT, starts_at=EVENT.starts_at + timedelta(hours=1), sequence=1, updated_at=MADE)
    found = lines(calendar_file(later, made_at=MADE + timedelta(days=1)))
    assert "UID:01PAGE@tea.example" in found
    assert "SEQUENCE:1" in found
    assert "LAST-MODIFIED:20270105T083000Z" in found


def test_a_cancellation_says_so_twice() -> None:
    found = lines(calendar_file(replace(EVENT, sequence=2), made_at=MADE, method=Method.CANCEL))
    assert "METHOD:CANCEL" in found
    assert "STATUS:CANCELLED" in found


def test_a_request_names_its_attendee() -> None:
    found = lines(calendar_file(EVENT, made_at=MADE, method=Method.REQUEST, attendee="eva@tea.example"))
    assert "METHOD:REQUEST" in found
    assert "ATTENDEE:mailto:eva@tea.example" in found


def test_a_new_line_in_a_title_cannot_add_a_property() -> None:
    found = lines(calendar_file(replace(EVENT, title="A\r\nATTENDEE:mailto:x@y.example"), made_at=MADE))
    assert not any(line.startswith("ATTENDEE") for line in found)


def test_the_same_event_gives_the_same_bytes() -> None:
    assert calendar_file(EVENT, made_at=MADE) == calendar_file(EVENT, made_at=MADE)


def test_links_open_the_event_in_google_and_outlook() -> None:
    google = parse_qs(urlsplit(google_link(EVENT)).query)
    assert google["dates"] == ["20270210T120000Z/20270210T130000Z"]
    assert google["text"] == [EVENT.title]
    assert EVENT.url in google["details"][0]
    outlook = parse_qs(urlsplit(outlook_link(EVENT)).query)
    assert outlook["startdt"] == ["2027-02-10T12:00:00Z"]
    assert outlook["subject"] == [EVENT.title]
    assert "+" not in urlsplit(google_link(EVENT)).query
