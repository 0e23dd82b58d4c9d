"""`flask coupons add|list`: the pools that coupon pages give codes from."""

from __future__ import annotations

import secrets
from datetime import datetime
from pathlib import Path

import click

from app.adapters import clock
from app.cli.group import Group, as_json, failure, print_json, print_table
from app.journey.restock import restock
from app.offers.coupon_code import new_code
from app.offers.queries import pool_levels
from app.services import services

coupons = Group("coupons", help="Pools of coupon codes: fill them, and see how full they are.")


@coupons.command("list")
@as_json
def list_pools(is_json: bool) -> None:
    """Every pool with its free codes."""
    levels = services().database.read(pool_levels)
    if is_json:
        print_json([{"pool": each.pool, "total": each.total, "free": each.free, "low": each.is_low} for each in levels])
        return
    print_table(("POOL", "TOTAL", "FREE", ""), [(e.pool, e.total, e.free, "low" if e.is_low else "") for e in levels])


@coupons.command("add")
@click.argument("pool")
@click.option("--file", "path", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="One code a line.")
@click.option("--make", "count", type=click.IntRange(1, 100_000), help="Make so many new codes.")
@click.option("--until", type=click.DateTime(), help="Last moment (UTC) at which a code may be given away.")
@as_json
def add(pool: str, path: Path | None, count: int | None, until: datetime | None, is_json: bool) -> None:
    """Put codes into POOL; people who wait for one get it by mail at once."""
    if (path is None) == (count is None):
        raise click.UsageError("Give either --file or --make.")
    codes = _read(path) if path is not None else [new_code(secrets.token_bytes(16)) for _ in range(count or 0)]
    expires_at = until.replace(tzinfo=clock.now().tzinfo) if until else None
    now = clock.now()
    added, served = services().database.write(
        lambda session: restock(session, pool, codes, expires_at=expires_at, now=now)
    )
    if is_json:
        print_json({"pool": pool, "added": added, "served": served})
        return
    click.echo(f"{added} new codes in {pool}; {served} people who waited have theirs now.")


def _read(path: Path) -> list[str]:
    codes = [line.strip() for line in path.read_text("utf-8").splitlines() if line.strip()]
    too_long = [code for code in codes if len(code) > 40]
    if not codes or too_long:
        raise failure(f"{path} must hold one code of 1 to 40 characters a line.")
    return codes
