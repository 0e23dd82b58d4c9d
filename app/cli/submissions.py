"""`flask submissions list|show|release`: what was sent, and the suspicious posts that wait for a person."""

from __future__ import annotations

from typing import Any

import click
from sqlalchemy.orm import Session

from app.adapters import clock
from app.capture import queries
from app.capture.models import Submission
from app.capture.submission import State
from app.cli.group import Group, as_json, print_json, print_table
from app.errors import NotFound
from app.journey.release import release as release_story
from app.services import services

submissions = Group("submissions", help="What was sent: pending, confirmed, and the suspicious posts that were held.")


@submissions.command("list")
@click.option("--state", type=click.Choice([state.value for state in State]), default=None, help="Only this state.")
@click.option("--flagged", is_flag=True, help="Only posts that look suspicious or got no mail.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@click.option("--before", default="", help="Continue below this id.")
@as_json
def list_submissions(state: str | None, flagged: bool, limit: int, before: str, is_json: bool) -> None:
    """Submissions, newest first."""
    rows = services().database.read(
        lambda session: [
            _row(each) for each in queries.newest(session, state=state, is_flagged=flagged, before=before, limit=limit)
        ]
    )
    if is_json:
        print_json(rows)
        return
    heads = ("id", "state", "email", "created_at", "flags")
    cells = [[row["id"], row["state"], row["email"], row["created_at"], ", ".join(row["flags"])] for row in rows]
    print_table([head.upper() for head in heads], cells)
    if len(rows) == limit:
        click.echo(f"More: flask submissions list --before {rows[-1]['id']}")


@submissions.command()
@click.argument("submission_id")
@as_json
def show(submission_id: str, is_json: bool) -> None:
    """One submission with its answers, its flags and where it came from."""
    found = services().database.read(lambda session: _whole(_found(session, submission_id)))
    if is_json:
        print_json(found)
        return
    for name, value in found.items():
        click.echo(f"{name:14} {value if value is not None else ''}")


@submissions.command()
@click.argument("submission_id")
def release(submission_id: str) -> None:
    """A held post is a person's after all: send the confirmation mail that was kept back."""
    now = clock.now()
    is_sent = services().database.write(lambda session: release_story(session, submission_id, now=now))
    if not is_sent:
        raise click.ClickException("It was released before, or its time is over. flask submissions show tells more.")
    click.echo("Released; the confirmation mail is on its way.")


def _found(session: Session, submission_id: str) -> Submission:
    found = queries.submission(session, submission_id)
    if found is None:
        raise NotFound("There is no such submission.", hint="List them: flask submissions list")
    return found


def _row(each: Submission) -> dict[str, Any]:
    return {
        "id": each.id,
        "state": each.state,
        "email": each.email,
        "locale": each.locale,
        "flags": each.flags or [],
        "lead_id": each.lead_id,
        "created_at": each.created_at,
        "expires_at": each.expires_at,
        "confirmed_at": each.confirmed_at,
    }


def _whole(each: Submission) -> dict[str, Any]:
    return _row(each) | {
        "page_id": each.page_id,
        "revision_id": each.revision_id,
        "answers": each.answers,
        "touches": each.touches,
        "consents": each.consents,
        "evidence": each.evidence,
    }
