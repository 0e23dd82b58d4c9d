"""`flask campaigns list|unmapped`: what touches are counted under, and values that no line of campaigns.yaml maps."""

from __future__ import annotations

import click

from app.attribution import queries
from app.cli.group import Group, as_json, print_json, print_table
from app.services import services

campaigns = Group("campaigns", help="Campaigns of campaigns.yaml, and UTM values that nobody mapped yet.")


@campaigns.command("list")
@as_json
def list_campaigns(is_json: bool) -> None:
    """Every campaign with the touches and leads counted under it."""
    parts = services()
    counts = parts.database.read(queries.campaign_counts)
    known = [each.key for each in parts.site.current().rules.campaigns.campaigns]
    rows = [(key, *counts.get(key, (0, 0))) for key in [*known, *(key for key in counts if key not in known)]]
    if is_json:
        print_json([{"campaign": key, "touches": touches, "leads": leads} for key, touches, leads in rows])
        return
    print_table(("CAMPAIGN", "TOUCHES", "LEADS"), rows)


@campaigns.command()
@as_json
def unmapped(is_json: bool) -> None:
    """UTM values that no campaign maps, the most frequent first; a line added to campaigns.yaml counts backwards."""
    rows = services().database.read(queries.unmapped)
    if is_json:
        heads = ("utm_campaign", "source", "medium", "touches")
        print_json([dict(zip(heads, row, strict=True)) for row in rows])
        return
    if not rows:
        click.echo("Every campaign value is mapped.")
        return
    print_table(("UTM_CAMPAIGN", "SOURCE", "MEDIUM", "TOUCHES"), rows)
