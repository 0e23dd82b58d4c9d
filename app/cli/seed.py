"""`flask seed`: people for a newcomer to look at, made by the same stories that real ones go through."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from app.adapters import clock
from app.attribution.touch import parse_touch, to_json
from app.capture.submission import Draft
from app.cli.group import as_json, failure, print_json
from app.ids import new_id
from app.journey.addresses import address_macs
from app.journey.confirm import Press, confirm
from app.journey.submit import Post, submit
from app.leads.identity import address_of
from app.outbox import actions as outbox
from app.outbox.topics import MailOffer
from app.pages.live import RevisionFacts
from app.services import Services, services

_SOURCES: tuple[tuple[str, str | None], ...] = (
    ("utm_source=google&utm_medium=cpc&utm_campaign=tea-list-search&gclid=x", None),
    ("utm_source=facebook&utm_medium=cpm&utm_campaign=six-teas-feed", None),
    ("utm_source=newsletter&utm_medium=email&utm_campaign=first-order-mail", None),
    ("utm_source=partner&utm_medium=referral&utm_campaign=spring-fair", None),
    ("", "https://www.google.com/"),
    ("", "https://chat.zalo.me/"),
    ("", "https://search.seznam.cz/"),
    ("", "https://www.perplexity.ai/"),
    ("", None),
)
_CONFIRMED = 0.7


@click.command()
@click.option(
    "--leads", "count", type=click.IntRange(1, 100_000), default=40, show_default=True, help="How many posts."
)
@click.option("--days", type=click.IntRange(1, 365), default=30, show_default=True, help="Spread over so many days.")
@click.option(
    "--random", "seed_value", type=int, default=7, show_default=True, help="The same number, the same people."
)
@as_json
@with_appcontext
def seed(count: int, days: int, seed_value: int, is_json: bool) -> None:
    """Make demo posts on the live pages, most of them confirmed; their addresses end in example.com.

    No mail is sent to them; endpoints are told about them as about real people.
    """
    parts = services()
    pages = _live_pages(parts)
    chance = random.Random(seed_value)  # noqa: S311  (demo data, and the same every time)
    confirmed = 0
    now = clock.now()
    for number in range(count):
        at = now - timedelta(seconds=chance.uniform(60, days * 86_400))
        confirmed += _one(parts, chance.choice(pages), chance, number, at=at, is_confirmed=chance.random() < _CONFIRMED)
    if is_json:
        print_json({"submissions": count, "confirmed": confirmed})
        return
    click.echo(f"{count} posts made, {confirmed} of them confirmed. Look: flask leads list")


def _live_pages(parts: Services) -> Sequence[RevisionFacts]:
    parts.cache.refresh()
    found = [page.facts for page in parts.cache.pages()]
    if not found:
        raise failure("There is no live page to make posts on.", hint="Publish first: flask pages publish")
    return sorted(found, key=lambda facts: (facts.slug, facts.locale))


def _one(
    parts: Services, facts: RevisionFacts, chance: random.Random, number: int, *, at: datetime, is_confirmed: bool
) -> bool:
    draft = _draft(parts, facts, chance, number, at)
    macs = address_macs(draft.email_key, parts.settings.secret_keys)
    rules = parts.site.current().rules

    def work(session: Session) -> None:
        submit(session, [Post(draft, is_mailed=False, now=at)])
        if is_confirmed:
            press = Press(network="203.0.113.7", agent="seed", grade="clean")
            later = at + timedelta(minutes=chance.randint(1, 90))
            confirm(session, draft.id, facts=facts, rules=rules, press=press, macs=macs, now=later)
            outbox.cancel(session, submission_id=draft.id, topic=MailOffer.name, reason="Made by seed.", now=later)

    parts.database.write(work)
    return is_confirmed


def _draft(parts: Services, facts: RevisionFacts, chance: random.Random, number: int, at: datetime) -> Draft:
    answers = _answers(facts, chance, number)
    address = address_of(answers[facts.form_spec.email_key])
    assert address is not None
    query, referrer = chance.choice(_SOURCES)
    touch = to_json(parse_touch(query, referrer, frozenset({"localhost"})), with_values=False)
    return Draft(
        id=new_id(),
        page_id=facts.page_id,
        revision_id=facts.revision_id,
        locale=facts.locale,
        email=address.shown,
        email_key=address.key,
        answers=answers,
        touches=[{"at": at.isoformat(), "facts": touch}],
        consents=[
            {"purpose": each.purpose, "wording": each.wording, "ticked": chance.random() < 0.5}
            for each in facts.consents
        ],
        evidence={"network": "203.0.113.7", "agent": "seed", "language": facts.locale},
        flags=[],
        replay_key=parts.tokens.fingerprint("seed", new_id()),
        expires_at=at + timedelta(days=parts.settings.confirm_days),
    )


def _answers(facts: RevisionFacts, chance: random.Random, number: int) -> dict[str, Any]:
    """One answer for every field: an option where there are some, a plain text where not."""
    found: dict[str, Any] = {}
    for field in facts.form_spec.fields:
        if not field.required and chance.random() < 0.4:
            continue
        if field.type == "email":
            found[field.key] = f"person{number}@example.com"
        elif field.options:
            value = chance.choice([value for value, _ in field.options])
            found[field.key] = [value] if field.repeated else value
        elif field.type in ("text", "long_text"):
            found[field.key] = f"{field.label} {number}"
        elif field.type == "phone":
            found[field.key] = "+420603123456"
    return found
