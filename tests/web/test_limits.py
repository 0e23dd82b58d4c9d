"""How often is too often: by network, by form, by address; the same for all processes on one database."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.capture.limits import Window
from app.capture.models import Submission
from app.db import Database
from app.outbox.models import Message
from app.web.limiter import Limiter
from config import Settings
from tests.factories.site import Site
from tests.factories.visitor import Visitor, heading


@pytest.fixture
def settings_overrides() -> dict[str, Any]:
    """Small numbers."""
    usual = Settings.for_tests(data_dir=Path("unused")).limits
    return {"limits": replace(usual, posts_per_network=6, posts_per_form=8, mails_per_address=2, mails_per_network=4)}


def ask_often(site: Site, count: int, address: str = "203.0.113.{n}", **answers: str) -> list[int]:
    """The statuses of so many posts by so many people."""
    told = [{"email": f"person{n}@example.com", **answers, "first_name": f"Ann {n}"} for n in range(count)]
    return [Visitor(site, address=address.format(n=n)).ask(**each).status_code for n, each in enumerate(told)]


def test_a_flood_from_one_network_is_told_when_to_come_back(guide: Site) -> None:
    assert ask_often(guide, 6) == [303] * 6
    late = Visitor(guide, address="203.0.113.200").ask(email="late@example.com")
    assert late.status_code == 429
    assert 0 < int(late.headers["Retry-After"]) <= 600
    assert heading(late)
    assert len(guide.rows(Submission)) == 6


def test_other_networks_go_on(guide: Site) -> None:
    ask_often(guide, 7)
    assert Visitor(guide, address="198.51.100.1").ask(email="other@example.com").status_code == 303


def test_an_address_of_version_six_counts_by_its_64(guide: Site) -> None:
    assert ask_often(guide, 7, "2001:db8:1:1::{n}") == [303] * 6 + [429]
    assert Visitor(guide, address="2001:db8:1:2::1").ask(email="other@example.com").status_code == 303


def test_a_form_takes_so_many_posts_a_minute_from_everywhere(guide: Site) -> None:
    assert ask_often(guide, 9, "10.0.{n}.1") == [303] * 8 + [429]


def test_refused_answers_count_too(guide: Site, visitor: Visitor) -> None:
    assert [visitor.ask(email="ann@").status_code for _ in range(7)] == [422] * 6 + [429]


def test_an_address_that_is_asked_for_too_often_is_kept_but_gets_no_further_mail(guide: Site) -> None:
    assert ask_often(guide, 4, "10.0.{n}.1", email="ann@example.com") == [303] * 4
    kept = guide.rows(Submission)
    assert [each.flags for each in kept] == [None, None, ["mail ceiling reached"], ["mail ceiling reached"]]
    assert [message.submission_id for message in guide.rows(Message)] == [kept[0].id, kept[1].id]


def test_a_network_that_has_mails_sent_to_many_strangers_is_stopped_quietly(guide: Site) -> None:
    assert ask_often(guide, 6) == [303] * 6
    assert len(guide.rows(Message)) == 4


def test_a_replay_takes_nothing_from_the_mails_of_an_address(guide: Site, visitor: Visitor) -> None:
    for _ in range(4):
        visitor.ask()
    visitor.ask(first_name="Ann")
    assert len(guide.rows(Message)) == 2


def test_the_counters_hold_no_address_of_a_person(guide: Site, visitor: Visitor) -> None:
    visitor.ask()
    visitor.ask(first_name="Ann")
    guide.parts.limiter.exchange()
    from app.capture.models import RateCount

    keys = " ".join(row.key for row in guide.rows(RateCount))
    assert "n:203.0.113.0/24" in keys
    assert "ann" not in keys
    assert "203.0.113.7" not in keys


def test_two_processes_share_their_counts(database: Database) -> None:
    window = Window("n:203.0.113.0/24", 600, 5)
    now = [1_800_000_000.0]
    here, there = (Limiter(database, clock=lambda: now[0], interval=3600) for _ in range(2))
    assert [here.add([window]) for _ in range(3)] == [[1], [2], [3]]
    assert [there.add([window]) for _ in range(2)] == [[1], [2]]
    here.exchange()
    there.exchange()
    assert there.totals([window]) == [5]
    assert here.add([window]) == [4]
    here.exchange()
    assert here.totals([window]) == [6]
    now[0] += 600
    assert here.totals([window]) == [0]
    here.close()
    there.close()


def test_counts_survive_a_restart(database: Database) -> None:
    window = Window("ma:someone", 86_400, 3)
    first = Limiter(database, clock=lambda: 1_800_000_000.0, interval=3600)
    first.add([window])
    first.add([window])
    first.close()
    second = Limiter(database, clock=lambda: 1_800_000_001.0, interval=3600)
    second.add([window])
    second.add([window])
    second.exchange()
    assert second.totals([window]) == [4]
    second.close()
