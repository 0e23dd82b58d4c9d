"""`flask outbox …`: what must leave the house, and what became of it."""

from typing import Any

import click

from app.cli.group import Group, as_json, print_json, print_table
from app.errors import NotFound
from app.outbox import queries
from app.outbox.delivery import State
from app.outbox.models import Attempt, Message
from app.services import services

outbox = Group("outbox", help="Messages that must leave the house: mails and webhooks.")


@outbox.command("list")
@click.option("--state", type=click.Choice([one.name.lower() for one in State]), help="Only in this state.")
@click.option("--topic", help="Only of this topic, like mail.confirm.")
@click.option("--before", help="The page that ends before this id.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@as_json
def list_(state: str | None, topic: str | None, before: str | None, limit: int, is_json: bool) -> None:
    """Messages, newest first, without what is in them."""
    wanted = State[state.upper()] if state else None
    found = services().database.read(
        lambda session: queries.messages(session, state=wanted, topic=topic, before=before, limit=limit)
    )
    if is_json:
        print_json([_facts(one) for one in found])
        return
    rows = [(one.id, one.topic, State(one.state).name.lower(), one.attempt, one.due, one.reason) for one in found]
    print_table(("MESSAGE", "TOPIC", "STATE", "ATTEMPT", "DUE", "REASON"), rows)
    if len(found) == limit:
        click.echo(f"More: --before {found[-1].id}")


@outbox.command()
@click.argument("message_id")
@as_json
def show(message_id: str, is_json: bool) -> None:
    """One message with its body and every attempt."""
    found, tried = services().database.read(
        lambda session: (queries.message(session, message_id), queries.attempts(session, message_id))
    )
    if found is None:
        raise NotFound(f"There is no message {message_id}.", hint="List them: flask outbox list")
    if is_json:
        print_json({**_facts(found), "payload": found.payload, "attempts": [_attempt(one) for one in tried]})
        return
    for name, value in _facts(found).items():
        click.echo(f"{name:14} {value if value is not None else ''}")
    click.echo(f"\n{found.payload}\n")
    rows = [(one.number, one.started_at, f"{one.ms} ms", one.outcome, one.status, one.error) for one in tried]
    print_table(("TRY", "STARTED", "TOOK", "OUTCOME", "STATUS", "ERROR"), rows)


def _facts(one: Message) -> dict[str, Any]:
    return {
        "id": one.id, "topic": one.topic, "state": State(one.state).name.lower(), "attempt": one.attempt,
        "due": one.due, "reason": one.reason, "endpoint": one.endpoint_id, "lead": one.lead_id,
        "submission": one.submission_id, "created_at": one.created_at, "done_at": one.done_at,
    }  # fmt: skip


def _attempt(one: Attempt) -> dict[str, Any]:
    return {
        "number": one.number, "started_at": one.started_at, "ms": one.ms, "outcome": one.outcome,
        "status": one.status, "error": one.error, "excerpt": one.excerpt, "worker": one.worker,
    }  # fmt: skip
