"""The database is away: an honest answer with a time to come back, and nothing half kept."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from app.capture.models import Submission
from app.db import sqlite_path
from app.outbox.models import Message
from tests.factories.site import Site
from tests.factories.visitor import Visitor, heading


@contextmanager
def away(site: Site) -> Iterator[None]:
    """Nothing can be written: the file is locked, or the server refuses."""
    url = site.parts.database.url
    path = sqlite_path(url)
    if path is None:
        name = sa.make_url(url).database
        admin = sa.create_engine(sa.make_url(url).set(database="postgres"), isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.exec_driver_sql(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
            connection.execute(
                sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"), {"name": name}
            )
            try:
                yield
            finally:
                connection.exec_driver_sql(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
        admin.dispose()
        return
    lock = sqlite3.connect(path, isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        lock.execute("ROLLBACK")
        lock.close()


def test_a_post_that_cannot_be_kept_is_503_and_stores_nothing(guide: Site, visitor: Visitor) -> None:
    visitor.ask(email="before@example.com")
    with away(guide):
        answer = visitor.ask()
        page = visitor.get("/p/guide")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert heading(answer)
    assert page.status_code == 200
    assert [each.email for each in guide.rows(Submission)] == ["before@example.com"]
    assert len(guide.rows(Message)) == 1
    assert visitor.ask().status_code == 303


def test_a_confirmation_that_cannot_be_kept_can_be_pressed_again(guide: Site, visitor: Visitor) -> None:
    submission = visitor.asked()
    with away(guide):
        answer = visitor.confirm(submission)
    assert answer.status_code == 503
    assert "Retry-After" in answer.headers
    assert guide.one(Submission).state == "pending"
    assert visitor.confirm(submission).status_code == 303
    assert guide.one(Submission).state == "confirmed"


@pytest.mark.parametrize("engine_name", ["postgres"])
def test_a_page_behind_a_link_that_cannot_be_read_is_503_too(guide: Site, visitor: Visitor) -> None:
    receipt = visitor.ask().location
    with away(guide):
        answer = visitor.get(receipt)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
