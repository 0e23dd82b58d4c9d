"""`flask pages check|publish`: page files to what visitors see."""

from __future__ import annotations

import click

from app.cli import publishing
from app.cli.group import Group, as_json, failure, print_json
from app.cli.page_history import COMMANDS, WHO
from app.cli.publishing import Outcome, Plan
from app.pages.fault import Fault
from app.services import services

pages = Group("pages", help="Landing pages: files to what visitors see, and back to earlier revisions.")
for _command in COMMANDS:
    pages.add_command(_command)

_slugs = click.argument("slugs", nargs=-1)


@pages.command("check")
@_slugs
@as_json
def check(slugs: tuple[str, ...], is_json: bool) -> None:
    """Read and lint page files; nothing is stored. Exit code 1 if anything blocks publishing."""
    planned = _planned(slugs)
    if is_json:
        print_json(_report(planned))
    else:
        _tell(planned)
        if planned.may_be_published:
            click.echo(f"{len(planned.build.prepared)} pages may be published.")
    if not planned.may_be_published:
        raise SystemExit(1)


@pages.command("publish")
@_slugs
@as_json
def publish(slugs: tuple[str, ...], is_json: bool) -> None:
    """Check page files and show them to visitors. All or nothing; exit code 1 if anything blocks it."""
    planned = _planned(slugs)
    if not planned.may_be_published:
        if is_json:
            print_json(_report(planned))
        else:
            _tell(planned)
            click.echo("Nothing was published. Mend the errors above and publish again.", err=True)
        raise SystemExit(1)
    release, outcomes = publishing.publish(services(), planned, who=WHO)
    if is_json:
        retired = [{"slug": slug, "locale": locale} for slug, locale in release.retired]
        done = {"site": release.documents, "pages": [_outcome(item) for item in outcomes], "retired": retired}
        print_json(_report(planned) | done)
        return
    _tell(planned)
    for name in release.documents:
        click.echo(f"published  _site/{name}")
    for item in outcomes:
        click.echo(f"{_what(item):<10} {item.prepared.record.path}  revision {item.published.number}")
    for slug, locale in release.retired:
        click.echo(f"taken away {slug} ({locale}): its file is gone")


def _planned(slugs: tuple[str, ...]) -> Plan:
    parts = services()
    planned = publishing.plan(parts, slugs)
    known = {page.slug for page in planned.folder.pages}
    unknown = [slug for slug in slugs if slug not in known]
    if unknown:
        raise click.UsageError(f"There is no folder {parts.settings.pages_dir / unknown[0]} with a page.<locale>.yaml.")
    if not known:
        raise failure(
            f"There are no pages in {parts.settings.pages_dir}.", hint="A page is a folder with a file page.en.yaml."
        )
    return planned


def _tell(planned: Plan) -> None:
    for fault in planned.faults:
        click.echo(f"{fault} (error)", err=True)
    for finding in planned.build.findings:
        click.echo(str(finding), err=True)


def _report(planned: Plan) -> dict[str, object]:
    return {
        "ok": planned.may_be_published,
        "findings": [
            *(_finding(fault, "error", "file") for fault in planned.faults),
            *(_finding(item.fault, item.severity.value, item.rule) for item in planned.build.findings),
        ],
    }


def _finding(fault: Fault, severity: str, rule: str) -> dict[str, object]:
    return {
        "severity": severity,
        "rule": rule,
        "file": fault.file,
        "line": fault.line,
        "field": fault.field,
        "message": fault.message,
    }


def _outcome(item: Outcome) -> dict[str, object]:
    return {
        "path": item.prepared.record.path,
        "slug": item.prepared.document.slug,
        "locale": item.prepared.document.locale,
        "revision": item.published.number,
        "revision_id": item.published.revision_id,
        "new": item.published.is_new,
        "changed": item.published.is_changed,
        "bytes": {state.state: len(state.gzip) for state in item.prepared.compiled},
    }


def _what(item: Outcome) -> str:
    return "published" if item.published.is_changed else "unchanged"
