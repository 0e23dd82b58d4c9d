"""Publishing, going back and taking away, on both engines."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.db import Database
from app.errors import NotFound
from app.pages import actions, queries
from app.pages.actions import Published
from app.pages.build import build
from app.pages.models import Asset, CompiledPage, PageChange, PageRevision, SiteRevision
from app.pages.prepare import Prepared
from tests.factories.pages import NOW, PAGE, built, circumstances, look, page_files, site_files

WHO = "test"


def version(title: str = "The guide") -> Prepared:
    return built(PAGE.replace("title: The guide,", f"title: {title},")).prepared[0]


def publish(database: Database, prepared: Prepared) -> Published:
    return database.write(lambda session: actions.publish(session, prepared, now=NOW, who=WHO))


def count(database: Database, table: type) -> int:
    return database.read(lambda session: session.scalar(sa.select(sa.func.count()).select_from(table)) or 0)


def test_publishing_makes_a_revision_with_its_bytes_and_files(database: Database) -> None:
    prepared = version()
    done = publish(database, prepared)
    assert (done.number, done.is_new, done.is_changed) == (1, True, True)
    assert (count(database, CompiledPage), count(database, Asset)) == (1, 1)
    facts = database.read(lambda session: queries.revision_facts(session, done.revision_id))
    assert (facts.slug, facts.locale, facts.offer.kind) == ("guide", "en", "ebook")
    assert facts.record == prepared.record
    assert [consent.purpose for consent in facts.consents] == ["newsletter"]


def test_the_same_content_makes_no_second_revision_and_no_change(database: Database) -> None:
    first, second = publish(database, version()), publish(database, version())
    assert second == replace(first, is_new=False, is_changed=False)
    assert (count(database, PageRevision), count(database, PageChange)) == (1, 1)


def test_content_that_comes_back_is_the_old_revision(database: Database) -> None:
    first = publish(database, version())
    publish(database, version("Another"))
    third = publish(database, version())
    assert (third.revision_id, third.is_new, third.is_changed) == (first.revision_id, False, True)
    assert (count(database, PageRevision), count(database, PageChange)) == (2, 3)


def test_revert_shows_an_earlier_revision_again(database: Database) -> None:
    first = publish(database, version())
    publish(database, version("Another"))
    back = database.write(lambda session: actions.revert(session, "guide", "en", number=1, now=NOW, who=WHO))
    assert (back.revision_id, back.is_changed) == (first.revision_id, True)
    live = database.read(lambda session: queries.live_facts(session, "guide"))
    assert live is not None
    assert live.revision_id == first.revision_id
    again = database.write(lambda session: actions.revert(session, "guide", "en", number=1, now=NOW, who=WHO))
    assert not again.is_changed


def test_there_is_no_going_back_to_what_never_was(database: Database) -> None:
    publish(database, version())
    with pytest.raises(NotFound, match="no revision 7"):
        database.write(lambda session: actions.revert(session, "guide", "en", number=7, now=NOW, who=WHO))
    with pytest.raises(NotFound, match="no page"):
        database.write(lambda session: actions.revert(session, "other", "en", number=1, now=NOW, who=WHO))


def test_an_unpublished_page_keeps_its_revisions(database: Database) -> None:
    done = publish(database, version())
    assert database.write(lambda session: actions.unpublish(session, "guide", "en", now=NOW, who=WHO))
    assert not database.write(lambda session: actions.unpublish(session, "guide", "en", now=NOW, who=WHO))
    assert database.read(lambda session: queries.live_facts(session, "guide")) is None
    assert database.read(lambda session: queries.revision_facts(session, done.revision_id)).number == 1
    [line] = database.read(queries.pages)
    assert queries.state_of(line, NOW) == "hidden"


def test_every_change_gives_another_version(database: Database) -> None:
    seen = [database.read(queries.version)]
    publish(database, version())
    seen.append(database.read(queries.version))
    publish(database, version("Another"))
    seen.append(database.read(queries.version))
    database.write(lambda session: actions.revert(session, "guide", "en", number=1, now=NOW, who=WHO))
    seen.append(database.read(queries.version))
    assert len(set(seen)) == 4


def test_a_stamp_finds_the_revision_its_sender_saw(database: Database) -> None:
    prepared = version()
    first = publish(database, prepared)
    publish(database, version("Another"))
    stamp = prepared.content_hash[:16]
    seen = database.read(lambda session: queries.revision_seen(session, first.page_id, stamp))
    assert seen is not None
    assert (seen.revision_id, seen.stamp) == (first.revision_id, stamp)


@pytest.mark.parametrize("stamp", ["", "x" * 16, "0" * 16, "%" * 16, "0" * 15, "f" * 64])
def test_a_stamp_that_never_was_finds_nothing(database: Database, stamp: str) -> None:
    page = publish(database, version()).page_id
    assert database.read(lambda session: queries.revision_seen(session, page, stamp)) is None


def test_a_stamp_of_another_page_finds_nothing(database: Database) -> None:
    prepared = version()
    publish(database, prepared)
    stamp = prepared.content_hash[:16]
    assert database.read(lambda session: queries.revision_seen(session, "0" * 26, stamp)) is None


def test_history_is_newest_first(database: Database) -> None:
    publish(database, version())
    publish(database, version("Another"))
    lines = database.read(lambda session: queries.history(session, "guide", "en"))
    assert [(line.number, line.is_live) for line in lines] == [(2, True), (1, False)]


def test_the_source_of_each_revision_stays(database: Database) -> None:
    publish(database, version())
    publish(database, version("Another"))
    first = database.read(lambda session: queries.source_of(session, "guide", "en", 1))
    live = database.read(lambda session: queries.source_of(session, "guide", "en"))
    assert first == PAGE
    assert live is not None
    assert "title: Another" in live


def test_only_what_is_new_is_loaded_for_the_page_cache(database: Database) -> None:
    first = publish(database, version())
    ids, fresh = database.read(lambda session: queries.live_pages(session, set()))
    assert ids == [first.revision_id]
    assert [page.revision_id for page in fresh] == ids
    ids, fresh = database.read(lambda session: queries.live_pages(session, {first.revision_id}))
    assert (ids, fresh) == ([first.revision_id], [])


def test_loading_takes_as_many_queries_for_one_page_as_for_many(database: Database) -> None:
    def queries_for(slugs: list[str]) -> int:
        for slug in slugs:
            page = PAGE.replace("slug: guide", f"slug: {slug}")
            files = replace(page_files(page), folder=f"landing_pages/{slug}")
            publish(database, build(look(), site_files(), [files], circumstances()).prepared[0])
        statements: list[str] = []

        def note(*given: Any) -> None:
            statements.append(given[2])

        sa.event.listen(database.reader, "before_cursor_execute", note)
        database.read(lambda session: queries.live_pages(session, set()))
        sa.event.remove(database.reader, "before_cursor_execute", note)
        return len([statement for statement in statements if statement.startswith("SELECT")])

    assert (queries_for(["a"]), queries_for(["b", "c", "d"])) == (3, 3)


def test_a_language_without_a_file_is_taken_away(database: Database) -> None:
    publish(database, version())

    def retire(kept: set[str]) -> list[str]:
        return database.write(lambda session: actions.retire(session, "guide", kept, now=NOW, who=WHO))

    assert retire({"en", "vi"}) == []
    assert retire({"vi"}) == ["en"]
    assert retire({"vi"}) == []
    assert database.read(lambda session: queries.live_facts(session, "guide", "en")) is None


def test_a_site_document_has_one_live_version(database: Database) -> None:
    def put(text: str) -> bool:
        return database.write(lambda session: actions.publish_site(session, "brand", text, now=NOW, who=WHO))

    assert [put("a"), put("a"), put("b"), put("a")] == [True, False, True, True]
    assert database.read(queries.site_documents)["brand"].text == "a"
    assert count(database, SiteRevision) == 2


def test_every_change_of_a_site_document_gives_another_site_version(database: Database) -> None:
    versions = []
    for text in ("a", "b"):
        database.write(lambda session, text=text: actions.publish_site(session, "brand", text, now=NOW, who=WHO))
        versions.append(database.read(queries.site_version))
    assert versions[0] != versions[1]


def test_a_failing_unit_publishes_nothing(database: Database) -> None:
    def work(session: sa.orm.Session) -> None:
        actions.publish(session, version(), now=NOW, who=WHO)
        raise RuntimeError("later in the same unit")

    with pytest.raises(RuntimeError):
        database.write(work)
    assert (count(database, PageRevision), count(database, PageChange)) == (0, 0)


def test_state_follows_the_clock(database: Database) -> None:
    page = PAGE.replace("default: true", "starts_at: 2027-01-01 10:00 Etc/UTC\nends_at: 2027-02-01 10:00 Etc/UTC")
    done = publish(database, built(page).prepared[0])
    facts = database.read(lambda session: queries.revision_facts(session, done.revision_id))
    start, end = facts.starts_at, facts.ends_at
    assert start is not None
    assert end is not None
    tick = timedelta(microseconds=1)
    assert [facts.state(at) for at in (start - tick, start, end - tick, end)] == ["upcoming", "live", "live", "ended"]
