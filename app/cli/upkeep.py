"""`flask purge | doctor | backup | restore`: keeping a server healthy."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click
from flask.cli import with_appcontext

from app import schema
from app.adapters import archive, clock
from app.cli.doctor import Level, findings
from app.cli.group import as_json, failure, print_json
from app.errors import AppError
from app.reports.retention import Overdue
from app.services import services
from app.worker import retention


@click.command()
@click.option("--dry-run", is_flag=True, help="Tell what would be done and change nothing.")
@as_json
@with_appcontext
def purge(dry_run: bool, is_json: bool) -> None:
    """Delete and blank what has had its time. A worker does this once a day by itself."""
    app = services()
    run = retention.due if dry_run else retention.purge
    try:
        report = run(app.settings, app.database, now=clock.now())
    except AppError as error:
        raise failure(error.message, hint=error.hint) from error
    if is_json:
        print_json({"dry_run": dry_run, **asdict(report)})
        return
    _tell(report, dry_run=dry_run)


@click.command()
@as_json
@with_appcontext
def doctor(is_json: bool) -> None:
    """Look at everything a server needs; exit code 1 when something is broken."""
    found = list(findings(services(), now=clock.now()))
    is_healthy = all(finding.level is not Level.FAIL for finding in found)
    if is_json:
        print_json({"healthy": is_healthy, "findings": [asdict(finding) for finding in found]})
    for finding in () if is_json else found:
        colour = {Level.OK: "green", Level.WARN: "yellow", Level.FAIL: "red"}[finding.level]
        click.echo(f"{click.style(finding.level.value.ljust(4), fg=colour)}  {finding.subject:14} {finding.found}")
        if finding.advice and finding.level is not Level.OK:
            click.echo(f"{'':21}{finding.advice}")
    if not is_healthy:
        raise SystemExit(1)


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@with_appcontext
def backup(file: Path) -> None:
    """Write database, files and secret key to FILE (.tar.gz); the server may go on meanwhile."""
    settings = services().settings
    try:
        version = schema.current_version(services().database.reader) or ""
        made_at = clock.now().isoformat(timespec="seconds")
        size = archive.write(
            file.absolute(), url=settings.database_url, data_dir=settings.data_dir, schema=version, made_at=made_at
        )
    except AppError as error:
        raise failure(error.message, hint=error.hint) from error
    click.echo(f"Wrote {file} ({size:,} bytes). It holds personal data and the secret key: keep it safe.")
    if not (settings.data_dir / "secret_key").exists():
        click.echo("The secret key comes from GATEPOST_SECRET_KEY and is not in it: keep that as well.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_appcontext
def restore(file: Path, yes: bool) -> None:
    """Put a backup in place of what is there. Stop the server first."""
    settings = services().settings
    try:
        manifest = archive.manifest_of(file)
        if not schema.is_known(manifest.schema):
            raise archive.BackupFailed(
                f"The backup has schema {manifest.schema}, which this version does not know.",
                hint="Restore it with the version it was made with, or a newer one.",
            )
        if not yes:
            click.confirm(f"Replace everything here by the state of {manifest.made_at}?", abort=True)
        services().database.reader.dispose()
        archive.restore(file, url=settings.database_url, data_dir=settings.data_dir)
        schema.upgrade(settings.database_url)
    except AppError as error:
        raise failure(error.message, hint=error.hint) from error
    click.echo(f"Restored the state of {manifest.made_at}. Start the server again.")


def _tell(report: Overdue, *, dry_run: bool) -> None:
    verb = "would be" if dry_run else "were"
    click.echo(f"{report.unconfirmed} submissions that nobody confirmed {verb} deleted.")
    click.echo(f"{report.networks} networks and agents {verb} blanked.")
    click.echo(f"{report.messages} finished messages {verb} deleted.")
    click.echo(f"{report.salts} daily salts {verb} deleted.")


commands = (purge, doctor, backup, restore)
