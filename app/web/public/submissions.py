"""A form arrives: `POST` to the page's own address, query string included. Answered after the durable commit."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, request

from app.adapters import clock
from app.attribution.bots import classify
from app.attribution.touch import DIRECT, TouchFacts, parse_touch, to_json
from app.capture.answers import AnswerFaults, Answers, check_answers
from app.capture.limits import MailLimits, PostLimits, Window
from app.capture.screening import PostFacts, Verdict, has_markup, is_same_origin, links_in, screen
from app.capture.submission import Draft
from app.errors import BadInput, Forbidden, NotFound, TooManyRequests
from app.ids import new_id
from app.journey.submit import submit as keep
from app.json_text import dumps
from app.leads.identity import Address, address_of
from app.pages import queries as pages
from app.pages.compile import ENDED, LIVE, render_page
from app.pages.field_fault import explain
from app.pages.live import LivePage, RevisionFacts
from app.services import Services, services
from app.web.client_address import network_of
from app.web.form_body import read_form
from app.web.public import asking_browser
from app.web.visits import Seen

blueprint = Blueprint("submissions", __name__)

TRACKING = "behaviour_tracking"
MOST_TOUCHES = 6


@blueprint.get("/p/<slug>")
@blueprint.get("/<locale>/p/<slug>")
def missing(slug: str, locale: str | None = None) -> Response:
    """Live pages are answered by the page cache; what comes here is not there."""
    raise NotFound("There is no such page.")


@blueprint.post("/p/<slug>")
@blueprint.post("/<locale>/p/<slug>")
def submit(slug: str, locale: str | None = None) -> Response:
    """Check, screen and keep a post; redirect to its receipt. The same answer for every address."""
    parts = services()
    now = clock.now()
    live = parts.cache.live(slug, locale)
    if live is None:
        raise NotFound("There is no such page.")
    state = live.facts.state(now)
    if state != LIVE:
        return _closed(live, state)
    _require_own_origin(parts)
    client = parts.clients.of(request.environ)
    _require_room(parts, live.page_id, client, now)
    limits = parts.settings.limits
    raw = read_form(
        request, most_bytes=limits.max_body_bytes, most_fields=limits.max_fields, most_chars=limits.max_field_chars
    )
    facts = _revision_seen(parts, live, raw)
    answers = check_answers(facts.form_spec, raw, locale=facts.locale, today=now.date())
    if isinstance(answers, AnswerFaults):
        return _refused(parts, facts, answers)
    return _accepted(parts, facts, answers, client, now)


def _accepted(parts: Services, facts: RevisionFacts, answers: Answers, client: str, now: datetime) -> Response:
    agent = request.headers.get("User-Agent", "")
    address = address_of(answers.email)
    if address is None:
        raise BadInput("The mail address cannot be used.", hint="Please check it and send the form again.")
    seen = parts.visits.visits_of(client, agent, now=now) if parts.settings.visits else []
    verdict = _screened(facts, answers, address, seen, agent, now)
    mails = _mail_windows(parts, address, client)
    is_full = _is_flooded(parts, address) or parts.limiter.is_any_full(mails)
    flags = [*(verdict.reasons if verdict.suspicious else ()), *(["mail ceiling reached"] if is_full else ())]
    draft = Draft(
        id=new_id(),
        page_id=facts.page_id,
        revision_id=facts.revision_id,
        locale=facts.locale,
        email=address.shown,
        email_key=address.key,
        answers=answers.values,
        touches=_touches(facts, answers, seen, now),
        consents=[
            {"purpose": each.purpose, "wording": each.wording, "ticked": each.purpose in answers.consents}
            for each in facts.consents
        ],
        evidence=_evidence(client, agent),
        flags=flags,
        replay_key=_replay_key(parts, facts, answers, client, agent),
        expires_at=now + timedelta(days=parts.settings.confirm_days),
    )
    is_mailed = not (is_full or verdict.certain)
    receipt = parts.database.write(lambda session: keep(session, draft, is_mailed=is_mailed, now=now))
    if is_mailed and not receipt.is_replay:
        parts.limiter.add(mails)
    response = Response(status=303, headers={"Location": parts.links.receipt(receipt.submission_id)})
    asking_browser.remember(response, receipt.submission_id)
    return response


def _require_own_origin(parts: Services) -> None:
    headers = request.headers
    if not is_same_origin(headers.get("Origin"), headers.get("Sec-Fetch-Site"), own_origin=parts.settings.base_url):
        raise Forbidden("This form was sent from another site.", hint="Open the page itself and send it from there.")


def _revision_seen(parts: Services, live: LivePage, raw: dict[str, list[str]]) -> RevisionFacts:
    """The revision the visitor saw, by the stamp in the form: an earlier one still counts for what it asked."""
    stamp = raw.get("gp_rev", [""])[0]
    if stamp in ("", live.facts.stamp):
        return live.facts
    found = parts.database.read(lambda session: pages.revision_seen(session, live.page_id, stamp))
    return found or live.facts


def _screened(
    facts: RevisionFacts, answers: Answers, address: Address, seen: list[Seen], agent: str, now: datetime
) -> Verdict:
    texts = [value for value in answers.values.values() if isinstance(value, str) and value != answers.email]
    verdict = classify(agent, "POST", accept="text/html")
    return screen(
        PostFacts(
            honeypot_filled=bool(answers.script.trap),
            elapsed_ms=_elapsed_ms(facts, answers, seen, now),
            email_local=address.local,
            email_domain=address.domain,
            links=links_in(texts),
            has_markup=has_markup(texts),
            traffic=verdict.traffic.value,
        )
    )


def _elapsed_ms(facts: RevisionFacts, answers: Answers, seen: list[Seen], now: datetime) -> int | None:
    """Time on the page: by the script, else since this browser first opened the page today, else unknown."""
    if answers.script.time_on_page_ms is not None:
        return answers.script.time_on_page_ms
    opened = next((visit.at for visit in seen if visit.page_id == facts.page_id), None)
    return None if opened is None else int((now - opened).total_seconds() * 1000)


def _require_room(parts: Services, page_id: str, client: str, now: datetime) -> None:
    """Count the post for its network and its form; raises TooManyRequests for a flood."""
    limits = parts.settings.limits
    posts = PostLimits(limits.posts_per_network, limits.posts_per_address, limits.posts_per_form)
    windows = posts.crowd(network=network_of(client), form=page_id)
    for window, total in zip(windows, parts.limiter.add(windows), strict=True):
        if total > window.limit:
            raise TooManyRequests(
                "There were too many posts in a short time.",
                retry_after=window.wait(int(now.timestamp())),
                hint="Please wait a few minutes and send the form again.",
            )


def _is_flooded(parts: Services, address: Address) -> bool:
    """Count the post for its address; True when somebody sends the same address over and over."""
    limits = parts.settings.limits
    posts = PostLimits(limits.posts_per_network, limits.posts_per_address, limits.posts_per_form)
    window = posts.person(address=_address_key(parts, address))
    return parts.limiter.add([window])[0] > window.limit


def _mail_windows(parts: Services, address: Address, client: str) -> tuple[Window, ...]:
    limits = parts.settings.limits
    mails = MailLimits(limits.mails_per_address, limits.mails_per_network, limits.mails_total)
    return mails.windows(network=network_of(client), address=_address_key(parts, address))


def _address_key(parts: Services, address: Address) -> str:
    return parts.tokens.fingerprint("address", address.key)[:24]


def _touches(facts: RevisionFacts, answers: Answers, seen: list[Seen], now: datetime) -> list[dict[str, Any]]:
    """The sources of today's earlier arrivals and of this one, oldest first; frozen here for good."""
    with_values = TRACKING in answers.consents
    current = _current_touch(facts, answers, seen)
    found = [(visit.at, visit.facts) for visit in seen if not visit.facts.is_direct]
    found = [item for item in found if item[1] != current.without_values()]
    if not current.is_direct or not found:
        found.append((now, current))
    if len(found) > MOST_TOUCHES:
        found = [found[0], *found[-MOST_TOUCHES + 1 :]]
    return [{"at": at.isoformat(), "facts": to_json(told, with_values=with_values)} for at, told in found]


def _current_touch(facts: RevisionFacts, answers: Answers, seen: list[Seen]) -> TouchFacts:
    """This arrival: its query came with the post, its referrer by the script or from the record of the visit."""
    query = request.environ.get("QUERY_STRING", "")
    referrer = answers.script.referrer or None
    own_hosts = services().visits.own_hosts
    current = parse_touch(query, referrer, own_hosts) if query or referrer else DIRECT
    if current.referrer_host:
        return current
    same = (v.facts for v in reversed(seen) if v.page_id == facts.page_id and v.facts.raw_query == current.raw_query)
    visit = next(same, None)
    return replace(current, referrer_host=visit.referrer_host) if visit and visit.referrer_host else current


def _evidence(client: str, agent: str) -> dict[str, Any]:
    return {
        "network": client,
        "agent": agent[:400],
        "language": request.headers.get("Accept-Language", "")[:100],
    }


def _replay_key(parts: Services, facts: RevisionFacts, answers: Answers, client: str, agent: str) -> str:
    """The same answers on the same page from the same browser: a double click, a reload, a replay."""
    said = dumps([facts.page_id, answers.values, answers.consents, client, agent])
    return parts.tokens.fingerprint("replay", said)


def _refused(parts: Services, facts: RevisionFacts, faults: AnswerFaults) -> Response:
    """The page again, with every answer kept and each fault beside its field."""
    words = parts.texts.for_locale(facts.locale)
    repeated = {field.key for field in facts.form_spec.fields if field.repeated}
    values: dict[str, str | list[str]] = {
        key: list(texts) if key in repeated else texts[0] for key, texts in faults.raw.items() if texts
    }
    form = facts.record.form(
        values=values,
        errors={key: explain(fault, words.t) for key, fault in faults.faults.items()},
        ticked=frozenset(faults.consents),
        stamp=facts.stamp,
    )
    rendered = render_page(parts.look, facts.record, form)
    response = Response(rendered.html, status=422, mimetype="text/html")
    response.headers["Content-Security-Policy"] = rendered.policy
    return response


def _closed(live: LivePage, state: str) -> Response:
    """The page is over, or not open yet: nothing is taken in, even from a copied form."""
    compiled = live.compiled[state]
    response = Response(compiled.identity, status=410 if state == ENDED else 403, mimetype="text/html")
    response.headers["Content-Security-Policy"] = compiled.policy
    return response
