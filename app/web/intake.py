"""A form arrives: checked, screened, counted and kept, and answered after the durable commit.

The good case is answered here, beside the page cache, because it is the one that comes in crowds. Whatever needs a page
of words (refused answers, closed pages, broken rules) is handed to Flask, which finds the outcome in the environ.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from app.adapters import clock
from app.attribution.bots import classify
from app.capture.answers import AnswerFaults, Answers, check_answers
from app.capture.limits import MailLimits, PostLimits, Window
from app.capture.screening import PostFacts, Verdict, has_markup, is_same_origin, is_unmailable, links_in, screen
from app.capture.submission import Draft
from app.errors import BadInput, Forbidden, TooManyRequests
from app.ids import new_id
from app.journey.submit import Post, submit
from app.json_text import dumps
from app.leads.identity import Address, address_of
from app.logs import log_answer
from app.pages import queries as pages
from app.pages.compile import LIVE
from app.pages.live import LivePage, RevisionFacts
from app.web import arrivals, asking_browser
from app.web.client_address import network_of
from app.web.form_body import read_form
from app.web.security import GUARDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from app.services import Services
    from app.web.visits import Seen

OUTCOME = "gatepost.outcome"


@dataclass(frozen=True, slots=True)
class Taken:
    """A post was kept (or was the replay of one): where its sender goes now."""

    submission_id: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Answers that the form does not take; the page is shown again with them."""

    facts: RevisionFacts
    faults: AnswerFaults


@dataclass(frozen=True, slots=True)
class Closed:
    """The page is over, or not open yet."""

    live: LivePage
    state: str


class Intake:
    """Takes posts to live pages; one per app."""

    def __init__(self, parts: Services, app: WSGIApplication) -> None:
        self._parts = parts
        self._app = app
        limits = parts.settings.limits
        self._posts = PostLimits(limits.posts_per_network, limits.posts_per_address, limits.posts_per_form)
        self._mails = MailLimits(limits.mails_per_address, limits.mails_per_network, limits.mails_total)
        self._lifetime = timedelta(days=parts.settings.confirm_days)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse, live: LivePage) -> Iterable[bytes]:
        """Answer a good post; hand everything else to Flask with its outcome."""
        started = time.perf_counter()
        try:
            outcome: object = self.take(environ, live)
        except Exception as error:  # told by Flask's error pages, those of our mistakes too
            outcome = error
        if not isinstance(outcome, Taken):
            environ[OUTCOME] = outcome
            return self._app(environ, start_response)
        request_id = log_answer("POST", "/p/<slug>", 303, started)
        headers = [
            ("Location", self._parts.links.receipt(outcome.submission_id)),
            ("Set-Cookie", asking_browser.cookie(self._parts, environ, outcome.submission_id)),
            ("X-Request-ID", request_id),
            ("Content-Length", "0"),
            *GUARDS,
        ]
        start_response("303 See Other", headers)
        return []

    def take(self, environ: WSGIEnvironment, live: LivePage) -> Taken | Refused | Closed:
        """Decide about a post and keep it; the same for known, unknown and suppressed addresses.

        Raises Forbidden, TooManyRequests, BadInput and its kin, StorageUnavailable.
        """
        parts, now = self._parts, clock.now()
        state = live.facts.state(now)
        if state != LIVE:
            return Closed(live, state)
        self._require_own_origin(environ)
        client = parts.clients.of(environ)
        self._require_room(live.page_id, client, now)
        limits = parts.settings.limits
        raw = read_form(
            environ,
            most_bytes=limits.max_body_bytes,
            most_fields=limits.max_fields,
            most_chars=limits.max_field_chars,
        )
        facts = self._revision_seen(live, raw)
        answers = check_answers(facts.form_spec, raw, locale=facts.locale, today=now.date())
        if isinstance(answers, AnswerFaults):
            return Refused(facts, answers)
        return self._keep(environ, facts, answers, client, now)

    def _keep(
        self, environ: WSGIEnvironment, facts: RevisionFacts, answers: Answers, client: str, now: datetime
    ) -> Taken:
        parts, agent = self._parts, environ.get("HTTP_USER_AGENT", "")
        address = address_of(answers.email)
        if address is None:
            raise BadInput("The mail address cannot be used.", hint="Please check it and send the form again.")
        seen = parts.visits.visits_of(client, agent, now=now) if parts.settings.visits else []
        elapsed = arrivals.elapsed_ms(answers, seen, facts.page_id, now)
        verdict = _screened(answers, address, elapsed, agent)
        key = parts.tokens.fingerprint("address", address.key)[:24]
        person = self._posts.person(address=key)
        mails = self._mails.windows(network=network_of(client), address=key)
        stops = self._stops(address, (person, *mails))
        is_mailed = not (stops or verdict.certain)
        flags = [*(verdict.reasons if verdict.suspicious else ()), *stops]
        draft = self._draft(environ, facts, answers, address, seen, client=client, flags=flags, now=now)
        receipt = parts.database.gather(submit, Post(draft, is_mailed, now))
        if not receipt.is_replay:  # counted after the commit: what was not kept uses up nothing
            parts.limiter.add((person, *mails) if is_mailed else (person,))
        return Taken(receipt.submission_id)

    def _draft(
        self,
        environ: WSGIEnvironment,
        facts: RevisionFacts,
        answers: Answers,
        address: Address,
        seen: Sequence[Seen],
        *,
        client: str,
        flags: list[str],
        now: datetime,
    ) -> Draft:
        agent, own_hosts = environ.get("HTTP_USER_AGENT", ""), self._parts.visits.own_hosts
        query = environ.get("QUERY_STRING", "")
        language = environ.get("HTTP_ACCEPT_LANGUAGE", "")
        return Draft(
            id=new_id(),
            page_id=facts.page_id,
            revision_id=facts.revision_id,
            locale=facts.locale,
            email=address.shown,
            email_key=address.key,
            answers=answers.values,
            touches=arrivals.touches(answers, seen, page_id=facts.page_id, query=query, own_hosts=own_hosts, now=now),
            consents=[
                {"purpose": each.purpose, "wording": each.wording, "ticked": each.purpose in answers.consents}
                for each in facts.consents
            ],
            evidence={"network": client, "agent": agent[:400], "language": language[:100]},
            flags=flags,
            replay_key=self._replay_key(facts, answers, client, agent),
            expires_at=now + self._lifetime,
        )

    def _require_own_origin(self, environ: WSGIEnvironment) -> None:
        origin, site = environ.get("HTTP_ORIGIN"), environ.get("HTTP_SEC_FETCH_SITE")
        if not is_same_origin(origin, site, own_origin=self._parts.settings.base_url):
            raise Forbidden(
                "This form was sent from another site.", hint="Open the page itself and send it from there."
            )

    def _require_room(self, page_id: str, client: str, now: datetime) -> None:
        """Count the post for its network and its form; raises TooManyRequests for a flood."""
        windows = self._posts.crowd(network=network_of(client), form=page_id)
        for window, total in zip(windows, self._parts.limiter.add(windows), strict=True):
            if total > window.limit:
                raise TooManyRequests(
                    "There were too many posts in a short time.",
                    retry_after=window.wait(int(now.timestamp())),
                    hint="Please wait a few minutes and send the form again.",
                )

    def _stops(self, address: Address, windows: Sequence[Window]) -> list[str]:
        """Why no mail goes to this address now."""
        found = ["mail ceiling reached"] if self._parts.limiter.is_any_full(windows) else []
        if is_unmailable(address.local):
            found.append("address takes no mail")
        return found

    def _revision_seen(self, live: LivePage, raw: dict[str, list[str]]) -> RevisionFacts:
        """The revision the visitor saw, by the stamp in the form: an earlier one still counts for what it asked."""
        stamp = raw.get("gp_rev", [""])[0]
        if stamp in ("", live.facts.stamp):
            return live.facts
        found = self._parts.database.read(lambda session: pages.revision_seen(session, live.page_id, stamp))
        return found or live.facts

    def _replay_key(self, facts: RevisionFacts, answers: Answers, client: str, agent: str) -> str:
        """The same answers on the same page from the same browser: a double click, a reload, a replay."""
        said = dumps([facts.page_id, answers.values, answers.consents, client, agent])
        return self._parts.tokens.fingerprint("replay", said)


def _screened(answers: Answers, address: Address, elapsed: int | None, agent: str) -> Verdict:
    texts = [value for value in answers.values.values() if isinstance(value, str) and value != answers.email]
    return screen(
        PostFacts(
            honeypot_filled=bool(answers.script.trap),
            elapsed_ms=elapsed,
            email_local=address.local,
            email_domain=address.domain,
            links=links_in(texts),
            has_markup=has_markup(texts),
            traffic=classify(agent, "POST", accept="text/html").traffic.value,
        )
    )
