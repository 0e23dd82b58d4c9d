"""docs/webhooks.md is what the code does."""

import json
import re

import pytest
from standardwebhooks import Webhook

from app.outbox import events
from app.outbox.backoff import SCHEDULE
from app.outbox.topics import MAIL_TOPICS, WEBHOOK_TOPICS
from tests.factories.webhook_contract import DOCUMENT, MARK, SECRET, contract

TEXT = DOCUMENT.read_text(encoding="utf-8")
EXAMPLE = re.compile(r"```http\n(.*?)\n\n(.*?)\n```", re.DOTALL)


def test_the_printed_events_are_those_of_the_models() -> None:
    assert TEXT.split(MARK)[1].strip() == contract().strip(), "run: python -m tests.factories.webhook_contract"


@pytest.mark.parametrize("number", range(len(events.EVENTS)))
def test_printed_examples_are_verified_by_the_independent_library(number: int) -> None:
    head, body = EXAMPLE.findall(TEXT)[number]
    headers = dict(line.split(": ", 1) for line in head.splitlines())
    hook = Webhook(SECRET)
    from datetime import UTC, datetime

    moment = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    assert hook.sign(headers["webhook-id"], moment, body) == headers["webhook-signature"]
    assert json.loads(body)["type"] == events.EVENTS[number].name


def test_the_printed_python_check_accepts_the_printed_examples() -> None:
    source = next(block for block in re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL) if "def is_ours" in block)
    names: dict[str, object] = {}
    exec(source.replace("time.time()", "1795435200"), names)
    check = names["is_ours"]
    assert callable(check)
    for head, body in EXAMPLE.findall(TEXT):
        headers = dict(line.split(": ", 1) for line in head.splitlines())
        assert check(SECRET, headers, body.encode())
        assert not check(SECRET, headers, body.encode() + b" ")


def test_the_written_schedule_is_the_one_in_use() -> None:
    units = {"s": 1, "min": 60, "h": 3600}
    sentence = TEXT.split("Attempts follow each other after ")[1].split(", each wait")[0]
    found = [int(n) * units[unit] for n, unit in re.findall(r"(\d+) (s|min|h)\b", sentence)]
    assert found == [int(one.total_seconds()) for one in SCHEDULE]


def test_every_event_has_its_line_in_the_document() -> None:
    assert all(f"### {topic.event.name}\n" in TEXT and topic.line in TEXT for topic in WEBHOOK_TOPICS)
    assert all(topic.line for topic in MAIL_TOPICS)
