"""What the visits of a browser say about its post: the touches that led to it, and the time on the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.attribution.touch import DIRECT, TouchFacts, parse_touch, to_json
from app.capture.answers import Answers
from app.web.visits import Seen

TRACKING = "behaviour_tracking"
MOST_TOUCHES = 6


def elapsed_ms(answers: Answers, seen: Sequence[Seen], page_id: str, now: datetime) -> int | None:
    """Time on the page: by the script, else since this browser first opened the page today, else unknown."""
    if answers.script.time_on_page_ms is not None:
        return answers.script.time_on_page_ms
    opened = next((visit.at for visit in seen if visit.page_id == page_id), None)
    return None if opened is None else int((now - opened).total_seconds() * 1000)


def touches(
    answers: Answers, seen: Sequence[Seen], *, page_id: str, query: str, own_hosts: frozenset[str], now: datetime
) -> list[dict[str, Any]]:
    """The sources of today's earlier arrivals and of this one, oldest first; frozen here for good.

    Values of click ids are kept only under the purpose `behaviour_tracking`, ticked in this very post.
    """
    with_values = TRACKING in answers.consents
    current = _current(answers, seen, page_id, query, own_hosts)
    plain = current.without_values()
    found = [(visit.at, visit.facts) for visit in seen if visit.facts != plain and not visit.facts.is_direct]
    if not current.is_direct or not found:
        found.append((now, current))
    if len(found) > MOST_TOUCHES:
        found = [found[0], *found[-MOST_TOUCHES + 1 :]]
    return [{"at": at.isoformat(), "facts": to_json(facts, with_values=with_values)} for at, facts in found]


def _current(answers: Answers, seen: Sequence[Seen], page_id: str, query: str, own_hosts: frozenset[str]) -> TouchFacts:
    """This arrival: its query came with the post, its referrer by the script or from the record of the visit."""
    referrer = answers.script.referrer or None
    current = parse_touch(query, referrer, own_hosts) if query or referrer else DIRECT
    if current.referrer_host:
        return current
    for visit in reversed(seen):
        if visit.page_id == page_id and visit.facts.raw_query == current.raw_query:
            return replace(current, referrer_host=visit.facts.referrer_host) if visit.facts.referrer_host else current
    return current
