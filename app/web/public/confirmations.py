"""The mailed link: a page with one large button. Opening it changes nothing, however often; the button posts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from app.adapters import clock
from app.capture.models import Submission
from app.capture.submission import State
from app.consent import queries as consent
from app.consent.confirmation import CONFIRM, TRAP, Grade, Grading, Press, grade_press
from app.errors import LinkInvalid
from app.outbox import queries as outbox
from app.pages.live import RevisionFacts
from app.pages.page_view import privacy_path
from app.services import services
from app.tokens import Purpose
from app.web import asking_browser
from app.web.public import codes, confirming
from app.web.public.receipts import expired_page
from app.web.state_pages import StateUrls, state_page

blueprint = Blueprint("confirmations", __name__)


@blueprint.get("/c/<token>")
def show(token: str) -> AnyResponse:
    """The page with the button; for the browser that asked, a script presses it."""
    parts = services()
    submission, facts = confirming.read(parts.tokens.read(Purpose.CONFIRM, token))
    now = clock.now()
    note_fetch(submission.id, CONFIRM, "shown")
    if submission.state == State.CONFIRMED:
        return redirect(parts.links.receipt(submission.id), 303)
    if submission.state != State.PENDING or submission.expires_at <= now:
        return expired_page(submission.locale, facts)
    is_asking = parts.settings.same_browser_shortcut and asking_browser.is_asking(parts, request.environ, submission.id)
    return _button_page(submission, facts, now, is_asking=is_asking)


@blueprint.post("/c/<token>")
def press(token: str) -> AnyResponse:
    """The button was pressed, or the code typed after a press that looked like a machine's."""
    parts = services()
    submission, facts = confirming.read(parts.tokens.read(Purpose.CONFIRM, token))
    now = clock.now()
    if submission.state != State.CONFIRMED:
        if "code" in request.form:
            fault = codes.enter(submission, request.form["code"])
            if fault:
                return _button_page(submission, facts, now, needs_code=True, code_error=fault, status=422)
        else:
            grading = _grade(submission, now)
            if grading.grade is Grade.SUSPECT:
                note_fetch(submission.id, CONFIRM, "suspect")
                return _button_page(submission, facts, now, needs_code=True)
            confirming.confirm(submission.id, grade=grading.grade.value, now=now)
    return redirect(parts.links.receipt(submission.id), 303)


@blueprint.get("/h/<token>")
def trap(token: str) -> Response:
    """The hidden link of a mail: only programs come here. It blocks nobody; it marks the minute as a machine's."""
    note_fetch(services().tokens.read(Purpose.TRAP, token), TRAP, "trap")
    return Response("", status=204)


def note_fetch(submission_id: str, link: str, outcome: str) -> None:
    """Keep a fetch of a mailed link as evidence."""
    parts = services()
    parts.fetches.note(
        submission_id,
        link,
        method=request.method,
        network=parts.clients.of(request.environ),
        agent=request.headers.get("User-Agent", ""),
        outcome=outcome,
    )


def _grade(submission: Submission, now: datetime) -> Grading:
    parts = services()
    parts.fetches.flush()
    since = now - timedelta(minutes=2)
    fetches, mail = parts.database.read(
        lambda session: (
            consent.fetches_of(session, submission.id, since=since),
            outbox.sent_mail_of(session, submission.id),
        )
    )
    is_same = parts.settings.same_browser_shortcut and asking_browser.is_asking(parts, request.environ, submission.id)
    pressed = Press(at=now, page_at=_page_at(submission.id), is_same_browser=is_same)
    return grade_press(pressed, fetches, sent_at=mail.sent_at if mail else None)


def _nonce(submission_id: str, now: datetime) -> str:
    return services().tokens.sign(Purpose.PAGE, f"{submission_id}~{int(now.timestamp() * 1000)}")


def _page_at(submission_id: str) -> datetime | None:
    """When the page with the button was made, by its nonce; None for a foreign or missing one."""
    try:
        value = services().tokens.read(Purpose.PAGE, request.form.get("nonce", ""))
    except LinkInvalid:
        return None
    made_for, _, milliseconds = value.partition("~")
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC) if made_for == submission_id else None


def _button_page(
    submission: Submission,
    facts: RevisionFacts,
    now: datetime,
    *,
    is_asking: bool = False,
    needs_code: bool = False,
    code_error: str = "",
    status: int = 200,
) -> Response:
    ticked = {each["purpose"] for each in submission.consents if each["ticked"]}
    return state_page(
        "confirm",
        submission.locale,
        status=status,
        urls=StateUrls(privacy=privacy_path(submission.locale)),
        scripts=("confirm.js",) if is_asking else (),
        page_title=facts.record.page.heading,
        offer_title=facts.offer.title,
        offer_kind=facts.offer.kind,
        consents=[each.label for each in facts.consents if each.purpose in ticked],
        auto=is_asking,
        needs_code=needs_code,
        code_error=code_error,
        nonce=_nonce(submission.id, now),
    )
