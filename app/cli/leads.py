"""`flask leads list|show|export|erase`: the people we know, from the command line."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

import click
from sqlalchemy.orm import Session

from app.adapters import clock
from app.attribution import queries as attribution
from app.cli.cells import cell
from app.cli.group import Group, as_json, print_json, print_table
from app.consent import queries as consent
from app.errors import NotFound
from app.journey.addresses import address_macs
from app.journey.erase import erase as erase_story
from app.json_text import dumps
from app.leads import queries
from app.leads.identity import address_of
from app.leads.models import Lead
from app.leads.queries import LeadFilter
from app.offers import queries as offers
from app.services import services

leads = Group("leads", help="People who confirmed: list, explain, export, erase.")

_FIELDS = (
    "id", "email", "first_name", "last_name", "company", "phone", "job_title", "country", "locale",
    "stage", "band", "fit", "engagement", "score", "qualified_at", "created_at", "updated_at",
)  # fmt: skip

_stage = click.option("--stage", default="", help="Only this stage, such as MQL.")
_band = click.option("--band", type=click.Choice(["cold", "warm", "hot"]), default=None, help="Only this band.")
_qualified = click.option("--qualified/--not-qualified", default=None, help="Only those who are, or are not.")


@leads.command("list")
@_stage
@_band
@_qualified
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@click.option("--before", default="", help="Continue below this id.")
@as_json
def list_leads(stage: str, band: str | None, qualified: bool | None, limit: int, before: str, is_json: bool) -> None:
    """Leads, newest first."""
    wanted = LeadFilter(stage, band or "", qualified)
    rows = services().database.read(
        lambda s: [_row(each) for each in queries.newest(s, wanted, before=before, limit=limit)]
    )
    if is_json:
        print_json(rows)
        return
    heads = ("id", "email", "stage", "band", "score", "qualified_at", "created_at")
    print_table([head.upper() for head in heads], [[row[head] for head in heads] for row in rows])
    if len(rows) == limit:
        click.echo(f"More: flask leads list --before {rows[-1]['id']}")


@leads.command()
@click.argument("lead")
@as_json
def show(lead: str, is_json: bool) -> None:
    """One lead by id or address: score with every line and its reason, stages, sources, consents, offers."""
    found = services().database.read(lambda session: _whole(session, lead))
    if is_json:
        print_json(found)
        return
    for name in _FIELDS:
        if found[name] not in (None, ""):
            click.echo(f"{name:13} {found[name]}")
    for title, heads in _SECTIONS:
        if found[title]:
            click.echo(f"\n{title.upper()}")
            print_table([head.upper() for head in heads], [[row[head] for head in heads] for row in found[title]])


@leads.command()
@click.option(
    "--file", "path", default="-", type=click.Path(dir_okay=False, allow_dash=True), help="Default: the screen."
)
@_stage
@_band
@_qualified
@click.option("--json", "is_json", is_flag=True, help="One JSON document a line instead of CSV.")
def export(path: str, stage: str, band: str | None, qualified: bool | None, is_json: bool) -> None:
    """All leads as CSV that no spreadsheet mistakes for formulas, streamed at constant memory."""
    wanted = LeadFilter(stage, band or "", qualified)
    with click.open_file(path, "w", encoding="utf-8") as file:
        count = services().database.read(lambda s: _write(file, queries.every(s, wanted), is_json=is_json))
    click.echo(f"{count} leads exported.", err=True)


@leads.command()
@click.argument("lead")
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_json
def erase(lead: str, yes: bool, is_json: bool) -> None:
    """Erase a person by id or address from everything, and tell every receiver."""
    parts = services()
    found = parts.database.read(lambda session: _found(session, lead))
    if not yes and not is_json:
        click.confirm(f"Erase lead {found.id} for good? Receivers will be told.", abort=True)
    mac = address_macs(found.email_key, parts.settings.secret_keys)[0]
    now = clock.now()
    erased = parts.database.write(lambda session: erase_story(session, found.id, mac=mac, now=now))
    if is_json:
        print_json({"id": erased.lead_id, "submissions": erased.submissions})
        return
    click.echo(f"Erased {erased.lead_id} with {erased.submissions} submissions.")


_SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("score_lines", ("points", "kind", "rule", "reason")),
    ("stages", ("at", "from_stage", "to_stage", "cause")),
    ("touches", ("at", "channel", "source", "utm_campaign", "campaign")),
    ("consents", ("purpose", "state", "given_at", "withdrawn_at")),
    ("offers", ("offer", "granted_at", "downloads", "expires_at")),
)


def _whole(session: Session, wanted: str) -> dict[str, Any]:
    lead = _found(session, wanted)
    rows: dict[str, Any] = {
        "score_lines": queries.score_lines(session, lead.id),
        "stages": queries.stages(session, lead.id),
        "touches": attribution.touches_of(session, lead.id),
        "consents": consent.consents_of(session, lead.id),
        "offers": offers.accesses_of(session, lead.id),
    }
    found: dict[str, Any] = _row(lead) | {"standing": lead.standing, "profile": lead.profile}
    for title, heads in _SECTIONS:
        found[title] = [{head: getattr(row, head) for head in heads} for row in rows[title]]
    return found


def _found(session: Session, wanted: str) -> Lead:
    address = address_of(wanted) if "@" in wanted else None
    lead = queries.lead_by_address(session, address.key) if address else queries.lead(session, wanted)
    if lead is None:
        raise NotFound("There is no such lead.", hint="List them: flask leads list")
    return lead


def _row(lead: Lead) -> dict[str, Any]:
    return {name: getattr(lead, name) for name in _FIELDS}


def _write(file: Any, found: Iterator[Lead], *, is_json: bool) -> int:
    count = 0
    writer = csv.writer(file)
    if not is_json:
        writer.writerow(_FIELDS)
    for count, lead in enumerate(found, 1):  # noqa: B007  (the count is what is told)
        row = _row(lead)
        if is_json:
            file.write(_line(row))
        else:
            writer.writerow([cell("" if value is None else str(value)) for value in row.values()])
    return count


def _line(row: dict[str, Any]) -> str:
    plain = {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in row.items()}
    return dumps(plain) + "\n"
