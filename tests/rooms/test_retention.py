"""What is kept longer than it may be goes, and only that, on both engines."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.adapters import clock
from app.attribution.models import DailySalt
from app.capture.models import Submission
from app.consent.models import LinkFetch
from app.db import Database
from app.ids import first_id_at
from app.outbox import actions as outbox
from app.outbox.models import Message, SentMail
from app.pages.models import Page, PageRevision
from app.reports.retention import Overdue
from app.worker import retention
from config import Settings

NOW = clock.now()
NOTHING = Overdue(unconfirmed=0, networks=0, messages=0, salts=0)


@pytest.fixture(autouse=True)
def page(database: Database) -> None:
    def work(session: Session) -> None:
        session.add(
            Page(id="p", slug="guide", locale="en", is_default=True, origin="file", created_at=NOW, updated_at=NOW)
        )
        session.flush()
        revision = {"id": "r", "page_id": "p", "number": 1, "content_hash": "x", "source": "", "created_by": "test"}
        session.add(PageRevision(**revision, document={}, created_at=NOW))

    database.write(work)


def submission(database: Database, *, days: int, state: str = "pending", mark: str = "A") -> str:
    at = NOW - timedelta(days=days)
    new = first_id_at(at)[:-1] + mark
    row = Submission(
        id=new, page_id="p", revision_id="r", locale="en", state=state, email="jan@example.cz",
        email_key="jan@example.cz", answers={}, touches=[], consents=[], code_tries=0, created_at=at,
        evidence={"network": "192.0.2.0/24", "agent": "Browser", "wordings": ["w"]}, expires_at=at + timedelta(days=7),
    )  # fmt: skip
    database.write(lambda session: session.add(row))
    return new


def ids(database: Database) -> list[str]:
    return list(database.read(lambda session: session.scalars(sa.select(Submission.id)).all()))


def test_submissions_that_nobody_confirmed_go_after_30_days(database: Database, settings: Settings) -> None:
    submission(database, days=31)
    kept = [submission(database, days=29), submission(database, days=400, state="confirmed")]
    assert retention.purge(settings, database, now=NOW).unconfirmed == 1
    assert set(ids(database)) == set(kept)


def test_with_a_submission_go_its_mail_and_the_fetches_of_its_link(database: Database, settings: Settings) -> None:
    old = submission(database, days=31)

    def work(session: Session) -> None:
        message = outbox.put(session, "mail.confirm", {"a": 1}, submission_id=old, now=NOW)
        session.add(
            SentMail(message_id=message, submission_id=old, mail_id="m", digest="d", raw=b"x", reply="", sent_at=NOW)
        )
        session.add(LinkFetch(submission_id=old, link="confirm", method="GET", at=NOW, outcome="shown"))

    database.write(work)
    retention.purge(settings, database, now=NOW)
    left = database.read(
        lambda session: [
            session.scalar(sa.select(sa.func.count()).select_from(table)) for table in (SentMail, LinkFetch, Submission)
        ]
    )
    assert left == [0, 0, 0]
    assert database.read(lambda session: session.scalars(sa.select(Message.state, Message.payload)).all()) == [4]


def test_networks_and_agents_are_blanked_after_14_days_and_all_else_stays(
    database: Database, settings: Settings
) -> None:
    submission(database, days=15, state="confirmed")
    submission(database, days=13, state="confirmed")
    assert retention.purge(settings, database, now=NOW).networks == 1
    evidence = database.read(
        lambda session: session.scalars(sa.select(Submission.evidence).order_by(Submission.id)).all()
    )
    assert evidence == [
        {"wordings": ["w"]},
        {"network": "192.0.2.0/24", "agent": "Browser", "wordings": ["w"]},
    ]


def test_more_than_one_batch_is_done(database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for mark in "ABCDE":
        submission(database, days=31, mark=mark)
        submission(database, days=20, state="confirmed", mark=mark)
    monkeypatch.setattr(retention, "BATCH", 2)
    done = retention.purge(settings, database, now=NOW)
    assert (done.unconfirmed, done.networks) == (5, 5)


def test_finished_messages_go_after_30_days_and_due_ones_never(database: Database, settings: Settings) -> None:
    old = NOW - timedelta(days=40)

    def work(session: Session) -> None:
        done = outbox.put(session, "mail.offer", {}, now=old)
        outbox.put(session, "mail.offer", {}, now=old)
        session.execute(sa.update(Message).where(Message.id == done).values(state=2, done_at=old))

    database.write(work)
    assert retention.purge(settings, database, now=NOW).messages == 1
    assert database.read(lambda session: session.scalars(sa.select(Message.state)).all()) == [0]


def test_salts_go_after_48_hours(database: Database, settings: Settings) -> None:
    days = [NOW.date() - timedelta(days=days) for days in (0, 1, 2, 3)]
    database.write(lambda session: session.add_all([DailySalt(day=day, salt=b"s" * 16) for day in days]))
    assert retention.purge(settings, database, now=NOW).salts == 2
    kept = database.read(lambda session: session.scalars(sa.select(DailySalt.day).order_by(DailySalt.day)).all())
    assert kept == days[1::-1]


def test_a_dry_run_tells_what_a_purge_then_does(database: Database, settings: Settings) -> None:
    submission(database, days=31)
    submission(database, days=20, state="confirmed")
    told = retention.due(settings, database, now=NOW)
    assert told.unconfirmed == 1
    assert ids(database) != []
    done = retention.purge(settings, database, now=NOW)
    assert (done.unconfirmed, done.salts) == (told.unconfirmed, told.salts)
    assert retention.due(settings, database, now=NOW) == NOTHING


def test_a_second_purge_finds_nothing(database: Database, settings: Settings) -> None:
    submission(database, days=31)
    retention.purge(settings, database, now=NOW)
    assert retention.purge(settings, database, now=NOW) == NOTHING
