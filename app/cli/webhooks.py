"""`flask webhooks …`: the receivers that are told about leads."""

import re
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import click
from sqlalchemy.orm import Session

from app.adapters import clock
from app.adapters.secret_box import SecretBox, new_secret
from app.cli.group import Group, as_json, failure, print_json, print_table
from app.cli.webhook_target import require_target
from app.errors import NotFound
from app.outbox import actions, queries, topics
from app.outbox.delivery import EndpointState, State
from app.outbox.event_examples import example
from app.outbox.models import Endpoint
from app.outbox.queries import Owed
from app.services import Services, services

_AGO = re.compile(r"(\d{1,4})([mhd])\Z")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_ANSWER_SECONDS = 20.0

webhooks = Group("webhooks", help="Receivers that are told about leads, signed by Standard Webhooks 1.0.")


@webhooks.command()
@click.option("--url", required=True, help="Where to post, https://…")
@click.option("--event", "events", multiple=True, help="An event name; repeat for several. Default: all.")
@click.option("--description", default="", help="For people.")
@click.option("--ordered", is_flag=True, help="Deliver events of one lead strictly one after the other.")
@click.option("--at-once", type=click.IntRange(1, 16), default=8, show_default=True, help="Requests at the same time.")
@as_json
def add(url: str, events: Sequence[str], description: str, ordered: bool, at_once: int, is_json: bool) -> None:
    """Add a receiver; prints its id and its secret, which is shown this once."""
    app = services()
    require_target(app.settings, url)
    secret = new_secret()
    endpoint_id = app.database.write(
        lambda session: actions.add_endpoint(
            session,
            url=url,
            events=tuple(events) or topics.event_names(),
            sealed_secret=_box(app).seal(secret),
            now=clock.now(),
            description=description,
            is_ordered=ordered,
            max_in_flight=at_once,
        )
    )
    if is_json:
        print_json({"id": endpoint_id, "secret": secret, "url": url})
        return
    click.echo(f"Added {endpoint_id}\nSecret {secret}\nKeep the secret now; it is not shown again.")
    click.echo(f"Try it: flask webhooks test {endpoint_id}")


@webhooks.command("list")
@as_json
def list_(is_json: bool) -> None:
    """All receivers with what they are owed."""
    found, owed = services().database.read(lambda session: (queries.endpoints(session), queries.owed(session)))
    if is_json:
        print_json([_facts(one, owed.get(one.id)) for one in found])
        return
    rows = [
        (one.id, _state_text(one), owed[one.id].count if one.id in owed else 0, " ".join(one.events), one.url)
        for one in found
    ]
    print_table(("ID", "STATE", "OWED", "EVENTS", "URL"), rows)


@webhooks.command()
@click.argument("endpoint_id")
@as_json
def show(endpoint_id: str, is_json: bool) -> None:
    """One receiver and its last messages."""
    endpoint = _endpoint(endpoint_id)
    owed, last = services().database.read(
        lambda session: (queries.owed(session), queries.messages(session, endpoint_id=endpoint_id, limit=10))
    )
    facts = _facts(endpoint, owed.get(endpoint_id))
    if is_json:
        messages = [{"id": one.id, "topic": one.topic, "state": State(one.state).name.lower()} for one in last]
        print_json({**facts, "messages": messages})
        return
    for name, value in facts.items():
        click.echo(f"{name:18} {value if value is not None else ''}")
    click.echo()
    print_table(
        ("MESSAGE", "TOPIC", "STATE", "ATTEMPT", "DUE", "REASON"),
        [(one.id, one.topic, State(one.state).name.lower(), one.attempt, one.due, one.reason) for one in last],
    )


@webhooks.command()
@click.argument("endpoint_id")
@click.option(
    "--overlap", type=click.IntRange(0, 168), default=24, show_default=True, help="Hours in which both secrets sign."
)
@as_json
def rotate(endpoint_id: str, overlap: int, is_json: bool) -> None:
    """Make a new secret; the old one signs too until the overlap is over."""
    app = services()
    endpoint, now = _endpoint(endpoint_id), clock.now()
    if overlap and endpoint.old_secret_until is not None and endpoint.old_secret_until > now:
        raise failure(
            f"A rotation is under way until {endpoint.old_secret_until:%Y-%m-%d %H:%M}Z.",
            hint="Wait, or end all older secrets at once with --overlap 0.",
        )
    secret = new_secret()
    sealed = _box(app).seal(secret)
    until = now + timedelta(hours=overlap) if overlap else None
    app.database.write(
        lambda session: actions.rotate_secret(session, endpoint_id, sealed_secret=sealed, old_until=until)
    )
    if is_json:
        print_json({"id": endpoint_id, "secret": secret, "old_secret_until": until})
        return
    click.echo(f"Secret {secret}\nKeep it now; it is not shown again.")
    click.echo(f"The old one signs too until {until:%Y-%m-%d %H:%M}Z." if until else "The old one signs no more.")


@webhooks.command()
@click.argument("endpoint_id")
@click.option("--event", default="lead.confirmed", show_default=True, help="Which event to send an example of.")
@as_json
def test(endpoint_id: str, event: str, is_json: bool) -> None:
    """Send an example, marked test, the way all events go; waits up to 20 s for the answer."""
    _endpoint(endpoint_id)
    app, now = services(), clock.now()
    sample = example(topics.event_model(event), now)
    message_id = app.database.write(lambda session: actions.put_for_endpoint(session, endpoint_id, sample, now=now))
    result = _answer(app, message_id)
    if is_json:
        print_json({"message": message_id, **result})
    else:
        click.echo(f"Message {message_id}: {result['outcome']}")
    if not result["accepted"]:
        raise click.exceptions.Exit(1)


@webhooks.command()
@click.argument("message_ids", nargs=-1)
@click.option("--endpoint", "endpoint_id", help="Replay what this receiver was to get.")
@click.option("--since", help="Only since a time: 2h, 3d or 2026-11-23T08:00Z.")
@click.option("--dead", is_flag=True, help="Only what was given up.")
@as_json
def replay(message_ids: Sequence[str], endpoint_id: str | None, since: str | None, dead: bool, is_json: bool) -> None:
    """Send again under the same ids: single messages, or of one receiver all since a time or all that was given up."""
    app, now = services(), clock.now()
    if bool(message_ids) == bool(endpoint_id) or (endpoint_id and not (since or dead)):
        raise click.UsageError("Name message ids, or --endpoint with --since or --dead.")
    if endpoint_id:
        _endpoint(endpoint_id)
        start = _moment(since, now) if since else None
        count = app.database.write(
            lambda session: actions.replay(session, endpoint_id, now=now, since=start, dead_only=dead)
        )
    else:
        count = app.database.write(partial(_redeliver, message_ids, now))
    if is_json:
        print_json({"replayed": count})
    else:
        click.echo(f"{count} to be sent again." if count else "Nothing to send again: unknown, erased or still due.")
    if not count and message_ids:
        raise click.exceptions.Exit(1)


def _switch(name: str, state: EndpointState, doc: str, done: str) -> None:
    @webhooks.command(name, help=doc)
    @click.argument("endpoint_id")
    @as_json
    def command(endpoint_id: str, is_json: bool) -> None:
        _endpoint(endpoint_id)
        services().database.write(lambda session: actions.set_endpoint_state(session, endpoint_id, state))
        if is_json:
            print_json({"id": endpoint_id, "state": state.value})
        else:
            click.echo(done)


_switch("pause", EndpointState.PAUSED, "Send nothing for now; what comes is kept.", "Paused. Events are kept.")
_switch("resume", EndpointState.ACTIVE, "Send again, first what is owed.", "Active. What is owed is sent now.")
_switch("disable", EndpointState.DISABLED, "Stop for good: nothing is sent or kept.", "Disabled.")


def _redeliver(message_ids: Sequence[str], now: datetime, session: Session) -> int:
    return sum(actions.redeliver(session, one, now=now) for one in message_ids)


def _endpoint(endpoint_id: str) -> Endpoint:
    found = services().database.read(lambda session: queries.endpoint(session, endpoint_id))
    if found is None:
        raise NotFound(f"There is no receiver {endpoint_id}.", hint="List them: flask webhooks list")
    return found


def _box(app: Services) -> SecretBox:
    return SecretBox(app.settings.secret_keys)


def _facts(one: Endpoint, owed: Owed | None) -> dict[str, Any]:
    return {
        "id": one.id, "url": one.url, "description": one.description, "events": one.events, "state": one.state,
        "reason": one.state_reason, "ordered": one.is_ordered, "at_once": one.max_in_flight,
        "breaker": "open" if one.opened_at else "closed", "next_probe": one.probe_at if one.opened_at else None,
        "paused_until": one.next_free_at, "failing_since": one.failing_since,
        "owed": owed.count if owed else 0, "oldest_due": owed.oldest if owed else None,
        "old_secret_until": one.old_secret_until, "created_at": one.created_at,
    }  # fmt: skip


def _state_text(one: Endpoint) -> str:
    return f"{one.state}, breaker open" if one.opened_at and one.state == EndpointState.ACTIVE else one.state


def _answer(app: Services, message_id: str) -> dict[str, Any]:
    """Watch the attempt log, so that the test says what the worker met and not what we hope."""
    end = time.monotonic() + _ANSWER_SECONDS
    while time.monotonic() < end:
        tried = app.database.read(lambda session: queries.attempts(session, message_id))
        if tried:
            last = tried[-1]
            is_accepted = last.status is not None and 200 <= last.status < 300
            text = f"accepted with {last.status} after {last.ms} ms" if is_accepted else str(last.error)
            return {"accepted": is_accepted, "status": last.status, "ms": last.ms, "outcome": text}
        time.sleep(0.1)
    text = "no worker took it yet. Is one running (./dev run, or flask worker), and is the receiver active?"
    return {"accepted": False, "status": None, "ms": None, "outcome": text}


def _moment(text: str, now: datetime) -> datetime:
    if ago := _AGO.match(text):
        return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is no time; write 2h, 3d or 2026-11-23T08:00Z") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
