"""`python -m app.prepare`: brings the schema to head and publishes the pages, before `./dev run` starts the server.

Prints one JSON object for `dev`: the pages with their addresses, and the data folder. What is wrong with page files is
told on standard error and does not stop the server: what was live stays live.
"""

from __future__ import annotations

import json
import secrets
import sys
from functools import partial

import click

from app import create_app, schema
from app.adapters import clock
from app.adapters.page_files import read_folder
from app.cli import publishing
from app.journey.restock import restock
from app.offers.coupon_code import new_code
from app.offers.queries import pool_levels
from app.pages import queries
from app.pages.build import read_sources
from app.pages.offer_setup import CouponSetup
from app.services import Services, services
from app.web.dev.endpoint import ensure_dev_endpoint
from config import ConfigError, Settings

WHO = "./dev run"
DEMO_CODES = 200


def main() -> None:
    """Prepare, and print what was prepared."""
    try:
        settings = Settings.from_env()
    except ConfigError as fault:
        sys.exit(str(fault))
    schema.upgrade(settings.database_url)
    with create_app(settings).app_context():
        if settings.dev:
            _fill_pools(services())
        is_published = _publish(services())
        if settings.dev:
            ensure_dev_endpoint(services())
        click.echo(json.dumps({"published": is_published, **_prepared(services())}))
        services().close()


def _publish(parts: Services) -> bool:
    planned = publishing.plan(parts)
    for fault in planned.faults:
        click.echo(f"{fault} (error)", err=True)
    for finding in planned.build.findings:
        click.echo(str(finding), err=True)
    if planned.may_be_published:
        publishing.publish(parts, planned, who=WHO)
    else:
        click.echo("The pages were not published. Mend the errors above; saving a file publishes again.", err=True)
    return planned.may_be_published


def _fill_pools(parts: Services) -> None:
    """Give the coupon pages of a newcomer codes to hand out; a pool that has or had any is left alone."""
    known = {level.pool for level in parts.database.read(pool_levels)}
    folder = read_folder(parts.settings.pages_dir)
    offers = [source.document.offer for files in folder.pages for source in read_sources(files)[0]]
    for pool in sorted({offer.pool for offer in offers if isinstance(offer, CouponSetup)} - known):
        codes = [new_code(secrets.token_bytes(16)) for _ in range(DEMO_CODES)]
        parts.database.write(partial(restock, pool=pool, codes=codes, expires_at=None, now=clock.now()))


def _prepared(parts: Services) -> dict[str, object]:
    lines = parts.database.read(queries.pages)
    now = clock.now()
    pages = [
        {
            "title": f"{line.slug} ({line.locale})",
            "path": f"/p/{line.slug}" if line.is_default else f"/{line.locale}/p/{line.slug}",
            "state": str(queries.state_of(line, now)),
        }
        for line in sorted(lines, key=lambda line: (line.slug, not line.is_default, line.locale))
        if line.number is not None
    ]
    return {"pages": pages, "data_dir": str(parts.settings.data_dir)}


if __name__ == "__main__":
    main()
