"""`flask pages list|show|diff|revert|unpublish`: what was published, and going back."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

import click
from flask.cli import with_appcontext

from app.adapters import clock
from app.adapters.page_files import read_folder
from app.cli import publishing
from app.cli.group import as_json, failure, print_json, print_table
from app.errors import NotFound
from app.pages import actions, queries
from app.services import services

WHO = "command line"

_slug = click.argument("slug")
_locale = click.option("--locale", default=None, help="Language of the page; the default one where not given.")


@click.command("list")
@with_appcontext
@as_json
def list_(is_json: bool) -> None:
    """All pages and what is live."""
    lines = services().database.read(queries.pages)
    now = clock.now()
    rows = [
        {
            "slug": line.slug,
            "locale": line.locale,
            "default": line.is_default,
            "state": queries.state_of(line, now),
            "revision": line.number,
            "starts_at": line.starts_at,
            "ends_at": line.ends_at,
            "updated_at": line.updated_at,
        }
        for line in lines
    ]
    if is_json:
        print_json(rows)
    else:
        names = ("slug", "locale", "state", "revision", "starts_at", "ends_at", "updated_at")
        print_table(names, ([row[name] for name in names] for row in rows))


@click.command("show")
@with_appcontext
@_slug
@_locale
@as_json
def show(slug: str, locale: str | None, is_json: bool) -> None:
    """The revisions of a page, newest first."""
    lines = services().database.read(lambda session: queries.history(session, slug, _known_locale(slug, locale)))
    if is_json:
        names = ("number", "revision_id", "content_hash", "created_at", "created_by", "is_live")
        print_json([{name: getattr(line, name) for name in names} for line in lines])
        return
    rows = ([line.number, line.revision_id, line.created_at, line.created_by, line.is_live or ""] for line in lines)
    print_table(("revision", "id", "created", "by", "live"), rows)


@click.command("diff")
@with_appcontext
@_slug
@_locale
@click.option("--from", "older", type=int, help="Number of a revision; the live one where not given.")
@click.option("--to", "newer", type=int, help="Number of a revision; the file on disk where not given.")
@as_json
def diff(slug: str, locale: str | None, older: int | None, newer: int | None, is_json: bool) -> None:
    """What changed between two revisions, or between the live one and the file. Exit code 1 if anything did."""
    language = _known_locale(slug, locale)
    before = _stored(slug, language, older)
    after = _stored(slug, language, newer) if newer is not None else _on_disk(slug, language)
    names = (f"revision {older}" if older else "live", f"revision {newer}" if newer else "file")
    lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), *names, lineterm=""))
    if is_json:
        print_json({"slug": slug, "locale": language, "changed": bool(lines), "diff": lines})
    else:
        click.echo("\n".join(lines) if lines else "No difference.")
    if lines:
        raise SystemExit(1)


@click.command("revert")
@with_appcontext
@_slug
@click.argument("number", type=int)
@_locale
@as_json
def revert(slug: str, number: int, locale: str | None, is_json: bool) -> None:
    """Show an earlier revision to visitors again."""
    language, now = _known_locale(slug, locale), clock.now()
    done = services().database.write(
        lambda session: actions.revert(session, slug, language, number=number, now=now, who=WHO)
    )
    if is_json:
        print_json({"slug": slug, "locale": language, "revision": done.number, "changed": done.is_changed})
    else:
        click.echo(
            f"Revision {number} of {slug} ({language}) {'is live again' if done.is_changed else 'is live already'}."
        )


@click.command("unpublish")
@with_appcontext
@_slug
@_locale
def unpublish(slug: str, locale: str | None) -> None:
    """Take a page away from visitors; its revisions stay."""
    language, now = _known_locale(slug, locale), clock.now()
    done = services().database.write(lambda session: actions.unpublish(session, slug, language, now=now, who=WHO))
    click.echo(f"{slug} ({language}) {'is not shown any more' if done else 'was not shown'}.")


def _known_locale(slug: str, locale: str | None) -> str:
    """The locale asked for, else the default one of the page. Raises NotFound."""
    lines = [line for line in services().database.read(queries.pages) if line.slug == slug]
    wanted = [line.locale for line in lines if line.locale == locale or (locale is None and line.is_default)]
    if not wanted:
        raise NotFound(f"There is no page {slug}{_in(locale)}.", hint="flask pages list shows what there is.")
    return wanted[0]


def _in(locale: str | None) -> str:
    return f" in {locale}" if locale else ""


def _stored(slug: str, locale: str, number: int | None) -> str:
    text = services().database.read(lambda session: queries.source_of(session, slug, locale, number))
    if text is None:
        raise NotFound(
            f"{slug} ({locale}) has no {f'revision {number}' if number else 'live revision'}.",
            hint=f"flask pages show {slug} --locale {locale} lists its revisions.",
        )
    return text


def _on_disk(slug: str, locale: str) -> str:
    found: Iterable[str] = (
        source.joined
        for source in publishing.sources(read_folder(services().settings.pages_dir), slug)
        if source.document.locale == locale
    )
    text = next(iter(found), None)
    if text is None:
        raise failure(
            f"The file of {slug} in {locale} cannot be read.", hint=f"flask pages check {slug} says what is wrong."
        )
    return text


COMMANDS: tuple[click.Command, ...] = (list_, show, diff, revert, unpublish)
