"""Writes the part of docs/webhooks.md that follows from the models: schema and verified example of each event."""

import json
from datetime import UTC, datetime
from pathlib import Path

from app.outbox import envelope, events, signature
from app.outbox.event_examples import example
from app.outbox.topics import webhook_topic

DOCUMENT = Path(__file__).parents[2] / "docs" / "webhooks.md"
MARK = "<!-- The rest of this file is made by `python -m tests.factories.webhook_contract`; a test compares it. -->\n"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MOMENT = datetime(2026, 11, 23, 12, tzinfo=UTC)
MESSAGE_ID = "01KATESTMESSAGE00000000000"


def contract() -> str:
    """The events in the words of the models."""
    intro = (
        "## Events\n\n"
        f"The examples are real: with the secret `{SECRET}` each printed signature is that of the printed body, which "
        "is one line.\n"
    )
    return "\n".join([intro, *(_event(one) for one in events.EVENTS)])


def signed(event: type[events.AnyEvent]) -> tuple[bytes, dict[str, str]]:
    """Body and headers of an event's example."""
    body = envelope.body(example(event, MOMENT))
    key = signature.secret_bytes(SECRET)
    return body, signature.headers([key], MESSAGE_ID, timestamp=int(MOMENT.timestamp()), body=body)


def _event(event: type[events.AnyEvent]) -> str:
    body, headers = signed(event)
    head = "\n".join(f"{name}: {value}" for name, value in headers.items())
    schema = json.dumps(events.schema(event), ensure_ascii=False, indent=2)
    return (
        f"### {event.name}\n\n{webhook_topic(event.name).line} {event.__doc__}\n\n"
        f"```http\n{head}\n\n{body.decode()}\n```\n\n"
        f"<details><summary>JSON Schema (2020-12)</summary>\n\n```json\n{schema}\n```\n\n</details>\n"
    )


if __name__ == "__main__":
    text = DOCUMENT.read_text(encoding="utf-8")
    DOCUMENT.write_text(text[: text.index(MARK) + len(MARK)] + "\n" + contract(), encoding="utf-8")
