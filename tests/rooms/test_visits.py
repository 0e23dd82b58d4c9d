"""Visits: all kept, machines with their reason, repeated views as hits, and a memory for the time on the page."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.attribution import actions
from app.attribution.models import DailySalt, Visit
from app.db import Database
from app.errors import StorageUnavailable
from app.web.client_address import ClientAddress
from app.web.visits import VisitBuffer

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def buffer(database: Database) -> VisitBuffer:
    return VisitBuffer(database, ClientAddress(()), frozenset({"offers.example"}))


def view(query: str = "", *, agent: str = FIREFOX, address: str = "203.0.113.7", **more: str) -> dict[str, str]:
    return {
        "QUERY_STRING": query,
        "HTTP_USER_AGENT": agent,
        "REMOTE_ADDR": address,
        "HTTP_ACCEPT": "text/html,*/*",
        "REQUEST_METHOD": "GET",
        **more,
    }


def rows(database: Database) -> list[Visit]:
    return list(database.read(lambda session: session.scalars(sa.select(Visit).order_by(Visit.id)).all()))


def test_every_view_is_counted_and_repeated_ones_share_a_row(buffer: VisitBuffer, database: Database) -> None:
    for _ in range(7):
        buffer.note(view("utm_source=google"), "page-a")
    buffer.note(view("utm_source=bing"), "page-a")
    buffer.note(view("utm_source=google", address="203.0.113.8"), "page-a")
    buffer.note(view("utm_source=google"), "page-b")
    buffer.flush()
    kept = rows(database)
    assert sorted(visit.hits for visit in kept) == [1, 1, 1, 7]
    assert sum(visit.hits for visit in kept) == 10


def test_machines_are_kept_with_their_reason(buffer: VisitBuffer, database: Database) -> None:
    buffer.note(view(agent="Googlebot/2.1 (+http://www.google.com/bot.html)"), "page")
    buffer.note(view(HTTP_SEC_PURPOSE="prefetch"), "page")
    buffer.note(view(REQUEST_METHOD="HEAD"), "page")
    buffer.note(view(), "page")
    buffer.flush()
    found = {visit.traffic: visit.traffic_reason for visit in rows(database)}
    assert set(found) == {"bot", "prefetch", "scanner", "human"}
    assert all(found.values())


def test_a_visit_tells_where_it_came_from(buffer: VisitBuffer, database: Database) -> None:
    buffer.note(view("utm_source=facebook&utm_medium=cpm&utm_campaign=spring&fbclid=secret"), "page")
    buffer.note(view("", HTTP_REFERER="https://www.google.com/"), "page")
    buffer.flush()
    social, search = rows(database)
    assert (social.channel, social.campaign) == ("Paid Social", "spring")
    assert search.channel == "Organic Search"
    assert "secret" not in str(social.touch)


def test_a_page_of_our_own_is_no_source(buffer: VisitBuffer, database: Database) -> None:
    buffer.note(view("", HTTP_REFERER="https://offers.example/p/other"), "page")
    buffer.flush()
    assert rows(database)[0].channel == "Direct"


def test_the_hash_of_a_visitor_holds_for_a_day_and_says_nothing(buffer: VisitBuffer) -> None:
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    today = buffer.visitor("203.0.113.7", FIREFOX, now=now)
    assert today == buffer.visitor("203.0.113.7", FIREFOX, now=now + timedelta(hours=11))
    assert today != buffer.visitor("203.0.113.7", FIREFOX, now=now + timedelta(hours=13))
    assert today != buffer.visitor("203.0.113.8", FIREFOX, now=now)
    assert len(today) == 16


def test_two_processes_share_the_salt_of_a_day(database: Database) -> None:
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    one, other = (VisitBuffer(database, ClientAddress(()), frozenset()) for _ in range(2))
    assert one.visitor("203.0.113.7", FIREFOX, now=now) == other.visitor("203.0.113.7", FIREFOX, now=now)


def test_salts_are_gone_after_two_days(buffer: VisitBuffer, database: Database) -> None:
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    for days in (0, 1, 2, 3):
        buffer.visitor("203.0.113.7", FIREFOX, now=now - timedelta(days=days))
    database.write(lambda session: actions.forget_salts(session, today=now.date()))
    days_left = database.read(lambda session: session.scalars(sa.select(DailySalt.day)).all())
    assert sorted(days_left) == [now.date() - timedelta(days=1), now.date()]


def test_a_fresh_view_is_remembered_at_once(buffer: VisitBuffer) -> None:
    now = datetime.now(UTC)
    buffer.note(view("utm_source=google"), "page")
    found = buffer.visits_of("203.0.113.7", FIREFOX, now=now + timedelta(seconds=1))
    assert [seen.page_id for seen in found] == ["page"]
    assert found[0].facts.source == "google"
    assert buffer.visits_of("203.0.113.9", FIREFOX, now=now) == []


def test_a_restarted_process_remembers_the_last_hour(database: Database) -> None:
    first = VisitBuffer(database, ClientAddress(()), frozenset())
    first.note(view("utm_source=google"), "page")
    first.close()
    second = VisitBuffer(database, ClientAddress(()), frozenset())
    second.remember(datetime.now(UTC))
    assert [seen.page_id for seen in second.visits_of("203.0.113.7", FIREFOX, now=datetime.now(UTC))] == ["page"]


def test_visits_wait_while_the_database_is_away(buffer: VisitBuffer, database: Database) -> None:
    buffer.flush()
    buffer.note(view(), "page")

    class Away:
        is_sqlite = True

        def write(self, work: object) -> None:
            raise StorageUnavailable("away")

    buffer._database = Away()  # type: ignore[assignment]
    buffer.flush()
    assert buffer.waiting == 1
    buffer._database = database
    buffer.flush()
    assert [visit.hits for visit in rows(database)] == [1]
    assert buffer.waiting == 0


def test_visits_behind_a_trusted_proxy_count_by_their_own_address(database: Database) -> None:
    from ipaddress import ip_network

    buffer = VisitBuffer(database, ClientAddress([ip_network("10.0.0.0/8")]), frozenset())
    buffer.note(view(address="10.0.0.2", HTTP_X_FORWARDED_FOR="203.0.113.7"), "page")
    buffer.note(view(address="10.0.0.2", HTTP_X_FORWARDED_FOR="203.0.113.8"), "page")
    buffer.note(view(address="198.51.100.1", HTTP_X_FORWARDED_FOR="203.0.113.7"), "page")
    buffer.close()
    assert len({visit.visitor for visit in rows(database)}) == 3
