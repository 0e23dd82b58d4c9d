"""The gated file: counted when a person presses, whole or in parts, and no longer than it was granted."""

from datetime import timedelta
from hashlib import sha256
from urllib.parse import unquote

import icalendar
import pytest

from app.adapters import clock
from app.leads.models import Lead, LeadEvent, ScoreLine
from app.offers.models import Access, Download
from app.outbox.models import Message
from tests.factories.demo_site import GUIDE_FILE
from tests.factories.site import Site
from tests.factories.visitor import Visitor, heading, words

ETAG = f'"{sha256(GUIDE_FILE).hexdigest()[:32]}"'
SIZE = len(GUIDE_FILE)


@pytest.fixture
def access(guide: Site, visitor: Visitor) -> str:
    """The path of the delivered page of a person who confirmed."""
    visitor.confirmed(sites="2-5")
    return guide.parts.links.access(guide.one(Access).id).removeprefix(guide.base)


def ticket(visitor: Visitor, access: str) -> str:
    """The address of the file after pressing the button."""
    answer = visitor.post(f"{access}/file")
    assert answer.status_code == 303, words(answer)
    return answer.location


def later(site: Site, *, minutes: float) -> None:
    """The last download was so long ago."""
    for row in site.rows(Download):
        site.change(Download, row.id, at=row.at - timedelta(minutes=minutes))


def test_the_file_has_its_bytes_type_tag_and_unicode_name(visitor: Visitor, access: str) -> None:
    answer = visitor.get(ticket(visitor, access))
    assert (answer.status_code, answer.data) == (200, GUIDE_FILE)
    headers = answer.headers
    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Length"] == str(SIZE)
    assert (headers["ETag"], headers["Accept-Ranges"]) == (ETAG, "bytes")
    plain, _, exact = headers["Content-Disposition"].partition("; filename*=UTF-8''")
    assert plain == 'attachment; filename="Pruvodce cajem.pdf"'
    assert unquote(exact) == "Průvodce čajem.pdf"
    assert "private" in headers["Cache-Control"]
    assert "sandbox" in headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-9", 0, 9),
        ("bytes=10-", 10, SIZE - 1),
        ("bytes=-5", SIZE - 5, SIZE - 1),
        ("bytes=0-999999", 0, SIZE - 1),
    ],
)
def test_a_part_is_206(visitor: Visitor, access: str, asked: str, first: int, last: int) -> None:
    answer = visitor.get(ticket(visitor, access), Range=asked)
    assert (answer.status_code, answer.data) == (206, GUIDE_FILE[first : last + 1])
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{SIZE}"
    assert answer.headers["Content-Length"] == str(last - first + 1)


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", "bytes=-0", "bytes=999999-9999999"])
def test_a_part_outside_the_file_is_416(visitor: Visitor, access: str, asked: str) -> None:
    answer = visitor.get(ticket(visitor, access), Range=asked)
    assert (answer.status_code, answer.headers["Content-Range"]) == (416, f"bytes */{SIZE}")


@pytest.mark.parametrize("asked", ["bytes=9-2", "pages=1-2", "bytes=a-b", "bytes=0-1,5-6", "bytes=-"])
def test_a_range_that_makes_no_sense_gives_the_whole_file(visitor: Visitor, access: str, asked: str) -> None:
    answer = visitor.get(ticket(visitor, access), Range=asked)
    assert (answer.status_code, answer.data) == (200, GUIDE_FILE)


def test_if_range_gives_the_part_of_the_same_file_and_the_whole_of_another(visitor: Visitor, access: str) -> None:
    path = ticket(visitor, access)
    assert visitor.get(path, Range="bytes=0-9", If_Range=ETAG).status_code == 206
    other = visitor.get(path, Range="bytes=0-9", If_Range='"another"')
    assert (other.status_code, other.data) == (200, GUIDE_FILE)


@pytest.mark.parametrize("known", [ETAG, f'"x", {ETAG}', f"W/{ETAG}", "*"])
def test_a_file_that_is_known_is_304(visitor: Visitor, access: str, known: str) -> None:
    answer = visitor.get(ticket(visitor, access), If_None_Match=known)
    assert (answer.status_code, answer.data, answer.headers["ETag"]) == (304, b"", ETAG)


def test_head_tells_the_size_without_the_bytes_and_knows_no_ranges(visitor: Visitor, access: str) -> None:
    path = ticket(visitor, access)
    for headers in ({}, {"Range": "bytes=0-9"}):
        answer = visitor.send("HEAD", path, **headers)
        assert (answer.status_code, answer.data) == (200, b"")
        assert answer.headers["Content-Length"] == str(SIZE)


def test_a_download_is_counted_when_it_is_asked_for_and_not_when_it_is_fetched(
    guide: Site, visitor: Visitor, access: str
) -> None:
    visitor.get(access)
    path = ticket(visitor, access)
    for start in range(0, SIZE, 500):
        visitor.get(path, Range=f"bytes={start}-{start + 499}")
    assert guide.one(Access).downloads == 1


def test_without_pressing_the_button_there_is_no_file(guide: Site, visitor: Visitor, access: str) -> None:
    forged = guide.parts.tokens.sign
    from app.tokens import Purpose

    until = int((clock.now() - timedelta(seconds=1)).timestamp())
    old = forged(Purpose.DOWNLOAD, f"{guide.one(Access).id}~{until}")
    other = forged(Purpose.DOWNLOAD, f"{'0' * 26}~{until + 3600}")
    for query in ("", "?ticket=x", f"?ticket={old}", f"?ticket={other}"):
        answer = visitor.get(f"{access}/file{query}")
        assert (answer.status_code, answer.location) == (303, access)
    assert guide.one(Access).downloads == 0


def test_pressing_again_within_ten_minutes_takes_nothing(guide: Site, visitor: Visitor, access: str) -> None:
    for _ in range(3):
        ticket(visitor, access)
    assert guide.one(Access).downloads == 1
    later(guide, minutes=11)
    ticket(visitor, access)
    assert guide.one(Access).downloads == 2


def test_when_the_downloads_are_used_up_the_page_leads_to_a_new_one(guide: Site, visitor: Visitor, access: str) -> None:
    for _ in range(2):
        ticket(visitor, access)
        later(guide, minutes=11)
    for answer in (visitor.get(access), visitor.post(f"{access}/file")):
        assert answer.status_code == 410
        assert 'href="/p/guide"' in answer.text
    assert guide.one(Access).downloads == 2


def test_the_last_download_can_be_finished(guide: Site, visitor: Visitor, access: str) -> None:
    ticket(visitor, access)
    later(guide, minutes=11)
    path = ticket(visitor, access)
    assert visitor.get(path, Range="bytes=5-").status_code == 206
    assert visitor.post(f"{access}/file").status_code == 303


def test_after_its_days_the_access_is_over(guide: Site, visitor: Visitor, access: str) -> None:
    guide.change(Access, guide.one(Access).id, expires_at=clock.now() - timedelta(seconds=1))
    assert visitor.get(access).status_code == 410
    assert visitor.post(f"{access}/file").status_code == 410
    assert guide.rows(Download) == []


def test_asking_again_renews_the_access_under_the_same_link(guide: Site, visitor: Visitor, access: str) -> None:
    guide.change(Access, guide.one(Access).id, expires_at=clock.now() - timedelta(seconds=1), downloads=2)
    visitor.confirmed(first_name="Again")
    assert heading(visitor.get(access)) == "Your address is confirmed. Here is your copy."
    assert guide.one(Access).downloads == 0


def test_a_download_scores_and_may_qualify_and_the_score_is_the_sum_of_its_lines(
    guide: Site, visitor: Visitor, access: str
) -> None:
    guide.parts.database.write(_receiver)
    before = guide.lead()
    assert (before.score, before.qualified_at) == (65, None)
    ticket(visitor, access)
    lead = guide.lead()
    lines = guide.rows(ScoreLine)
    assert lead.score == sum(line.points for line in lines) == 100
    assert lead.fit == sum(line.points for line in lines if line.kind == "fit") == 40
    assert {line.rule for line in lines} == {"several-houses", "confirmed", "downloaded"}
    assert all(line.reason for line in lines)
    assert lead.qualified_at is not None
    assert [message.topic for message in guide.rows(Message) if message.endpoint_id] == ["webhook.lead_qualified"]


def _receiver(session: object) -> None:
    from sqlalchemy.orm import Session

    from app.outbox import actions

    assert isinstance(session, Session)
    actions.add_endpoint(
        session, url="https://crm.example/h", events=["lead.qualified"], sealed_secret="x", now=clock.now()
    )


def test_downloading_after_a_renewal_is_another_deed(guide: Site, visitor: Visitor, access: str) -> None:
    ticket(visitor, access)
    later(guide, minutes=11)
    visitor.confirmed(first_name="Again")
    ticket(visitor, access)
    assert [each.kind for each in guide.rows(LeadEvent)].count("downloaded") == 2


def test_a_seat_has_no_file_and_a_guide_no_calendar(site: Site, visitor: Visitor) -> None:
    site.publish("guide", "talk")
    visitor.confirmed("/p/guide")
    visitor.confirmed("/p/talk")
    guide, seat = (site.parts.links.access(each.id).removeprefix(site.base) for each in site.rows(Access))
    assert visitor.get(f"{guide}/calendar.ics").status_code == 404
    assert visitor.post(f"{seat}/file").status_code == 404
    assert len(site.rows(Lead)) == 1
    answer = visitor.get(f"{seat}/calendar.ics")
    [event] = icalendar.Calendar.from_ical(answer.data).walk("VEVENT")
    assert str(event["uid"]) == "webinar-talk@localhost"
    assert event.decoded("dtstart").isoformat() == "2027-03-18T09:00:00+00:00"
    assert heading(visitor.get(seat)) == "Your address is confirmed. Your seat is saved."
