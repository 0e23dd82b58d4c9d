"""The registry of what leaves the house, and the bytes of events."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from app.outbox import envelope, events, topics
from app.outbox.event_examples import example
from app.outbox.serial import later

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TEMPLATES = Path(__file__).parents[2] / "templates" / "mail"


def test_every_topic_is_registered_under_its_own_name() -> None:
    classes = {one for way in (topics.MailTopic, topics.WebhookTopic) for one in way.__subclasses__()}
    assert classes | {topics.HouseUpkeep} == set(topics.TOPICS.values())
    assert all(topics.TOPICS[name].name == name and topics.TOPICS[name].line for name in topics.TOPICS)


@pytest.mark.parametrize("topic", topics.MAIL_TOPICS, ids=lambda one: one.name)
@pytest.mark.parametrize("part", ["subject.txt", "body.txt", "body.html"])
def test_every_mail_has_its_templates(topic: type[topics.MailTopic], part: str) -> None:
    assert (TEMPLATES / topic.template / part).is_file()


def test_every_event_has_a_topic() -> None:
    assert {one.name for one in events.EVENTS} == set(topics.event_names())


def test_unknown_names_are_answered_with_the_known_ones() -> None:
    with pytest.raises(topics.TopicUnknown) as fault:
        topics.webhook_topic("lead.created")
    assert "lead.confirmed" in fault.value.hint


@pytest.mark.parametrize("event", events.EVENTS, ids=lambda one: one.name)
def test_examples_fit_their_schema(event: type[events.AnyEvent]) -> None:
    schema = events.schema(event)
    jsonschema.Draft202012Validator.check_schema(schema)
    body = json.loads(envelope.body(example(event, NOW)))
    jsonschema.validate(body, schema, format_checker=jsonschema.FormatChecker())
    assert body["type"] == event.name
    assert body["schema_version"] == 1
    assert body["timestamp"] == "2026-11-23T12:00:00Z"
    assert list(body) == ["type", "timestamp", "schema_version", "data"]


def _with_answer(value: Any) -> bytes:
    event = example(events.LeadConfirmed, NOW)
    assert isinstance(event, events.LeadConfirmed)
    return envelope.body(event.model_copy(update={"data": event.data.model_copy(update={"answers": {"note": value}})}))


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("a\x00b\x1b[31mc", "ab[31mc"),
        ("half \ud83d pair", "half  pair"),
        ("e\u0301", "\u00e9"),
        ("two\nlines\tand tab", "two\nlines\tand tab"),
        ('"}],</script>', '"}],</script>'),
        ("x" * 30_000, "x" * 20_000),
    ],
)
def test_answers_cannot_break_the_bytes(given: str, sent: str) -> None:
    assert json.loads(_with_answer(given).decode("utf-8"))["data"]["answers"]["note"] == sent


def test_rendering_twice_gives_the_same_bytes() -> None:
    assert envelope.body(example(events.LeadQualified, NOW)) == envelope.body(example(events.LeadQualified, NOW))


def test_ids_grow_even_when_the_clock_does_not() -> None:
    last = "01KATESTZZZZZZZZZZZZZZZZZZ"
    assert later("01KATEST00000000000000000A", last) > last
    assert len(later("01KATEST00000000000000000A", last)) == 26
    assert later("01KAZ000000000000000000000", last) == "01KAZ000000000000000000000"
    assert later("01KAZ", "") == "01KAZ"
