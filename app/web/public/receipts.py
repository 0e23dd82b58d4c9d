"""The receipt: the page that waits for the confirmation, takes the code, and becomes the delivered page."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Blueprint, Response, jsonify, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from app.adapters import clock
from app.capture import queries as capture
from app.capture.limits import MailLimits
from app.capture.models import Submission
from app.capture.submission import State
from app.capture.typo import suggest_address
from app.errors import NotFound
from app.journey.grant import offer_id
from app.offers import queries as offers
from app.offers.models import Access
from app.outbox import actions as outbox
from app.outbox.topics import MailAlready, MailConfirm
from app.pages import queries as pages
from app.pages.live import RevisionFacts
from app.pages.page_view import privacy_path
from app.services import services
from app.tokens import Purpose
from app.web.client_address import network_of
from app.web.public import codes
from app.web.public.delivered import delivered_page
from app.web.state_pages import StateUrls, state_page

blueprint = Blueprint("receipts", __name__)

_WORD_JOINER = "\u2060"


@blueprint.get("/r/<token>")
def show(token: str) -> Response:
    """Waiting, expired or delivered, as the submission stands."""
    submission, facts, access = _read(token)
    if access is not None:
        return delivered_page(access)
    if _is_over(submission, clock.now()):
        return expired_page(submission.locale, facts)
    return waiting_page(token, submission, facts, resent=request.args.get("mail"))


@blueprint.get("/r/<token>/state")
def state(token: str) -> Response:
    """What the waiting page asks every few seconds: pending, confirmed or expired."""
    submission, _, access = _read(token)
    found = "confirmed" if access is not None else "expired" if _is_over(submission, clock.now()) else "pending"
    response = jsonify(state=found)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/r/<token>/code")
def code(token: str) -> AnyResponse:
    """The code from the mail, typed here."""
    submission, facts, access = _read(token)
    if access is None:
        fault = codes.enter(submission, request.form.get("code", ""))
        if fault:
            return waiting_page(token, submission, facts, code_error=fault, status=422)
    return redirect(f"/r/{token}", 303)


@blueprint.post("/r/<token>/resend")
def resend(token: str) -> AnyResponse:
    """Send the mail once more: the same link and code, at most once in a cooldown for an address."""
    submission, _, access = _read(token)
    now = clock.now()
    topic = MailAlready.name if access is not None else MailConfirm.name
    if access is None and _is_over(submission, now):
        return redirect(f"/r/{token}", 303)
    payload = {"access": access.id} if access is not None else {}
    once = _resend_key(submission, now)
    is_sent = _may_mail(submission, now) and services().database.write(
        lambda session: _put(session, submission, topic, payload, once=once, now=now)
    )
    return redirect(f"/r/{token}?mail={'sent' if is_sent else 'later'}", 303)


def waiting_page(
    token: str,
    submission: Submission,
    facts: RevisionFacts,
    *,
    resent: str | None = None,
    code_error: str = "",
    status: int = 200,
) -> Response:
    """The page that stays open while the visitor looks into the mail."""
    base = f"/r/{token}"
    urls = StateUrls(
        self=base,
        privacy=privacy_path(submission.locale),
        code=f"{base}/code",
        resend=f"{base}/resend",
        state=f"{base}/state",
    )
    return state_page(
        "waiting",
        submission.locale,
        status=status,
        urls=urls,
        scripts=("waiting.js",),
        page_title=facts.offer.title,
        page_url=facts.record.path,
        email_masked=masked(submission.email),
        suggestion=masked(suggestion) if (suggestion := suggest_address(submission.email)) else "",
        code_error=code_error,
        resent=resent if resent in ("sent", "later") else None,
    )


def expired_page(locale: str, facts: RevisionFacts) -> Response:
    """Too late; the way back to the page."""
    return state_page(
        "expired",
        locale,
        status=410,
        urls=StateUrls(privacy=privacy_path(locale)),
        page_title=facts.record.page.heading,
        page_url=facts.record.path,
    )


def masked(email: str) -> str:
    """An address that its owner recognises and nobody else learns: a…n@example.com. No line ends after its dots."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}…{_WORD_JOINER}{local[-1:] if len(local) > 2 else ''}@{domain}"


def access_of(session: Session, submission: Submission, facts: RevisionFacts) -> Access | None:
    """What the confirmation of a submission granted; None while it waits."""
    if submission.state != State.CONFIRMED or submission.lead_id is None:
        return None
    return offers.access_of(session, submission.lead_id, offer_id(facts))


def _read(token: str) -> tuple[Submission, RevisionFacts, Access | None]:
    submission_id = services().tokens.read(Purpose.RECEIPT, token)

    def work(session: Session) -> tuple[Submission, RevisionFacts, Access | None]:
        submission = capture.submission(session, submission_id)
        if submission is None:
            raise NotFound("This receipt is not here any more; what it stood for has expired or was erased.")
        facts = pages.revision_facts(session, submission.revision_id)
        return submission, facts, access_of(session, submission, facts)

    return services().database.read(work)


def _is_over(submission: Submission, now: datetime) -> bool:
    return submission.state in (State.EXPIRED, State.REJECTED) or submission.expires_at <= now


def _may_mail(submission: Submission, now: datetime) -> bool:
    """The cooldown since the first mail, and the ceilings for the address, the network and all together."""
    parts = services()
    limits = parts.settings.limits
    if now - submission.created_at < timedelta(seconds=limits.resend_cooldown_seconds):
        return False
    windows = MailLimits(limits.mails_per_address, limits.mails_per_network, limits.mails_total).windows(
        network=network_of(parts.clients.of(request.environ)),
        address=parts.tokens.fingerprint("address", submission.email_key)[:24],
    )
    if parts.limiter.is_any_full(windows):
        return False
    parts.limiter.add(windows)
    return True


def _resend_key(submission: Submission, now: datetime) -> str:
    """One mail an address in a cooldown, whatever races."""
    parts = services()
    slot = int(now.timestamp()) // max(1, parts.settings.limits.resend_cooldown_seconds)
    return f"resend:{parts.tokens.fingerprint('address', submission.email_key)[:24]}:{slot}"


def _put(
    session: Session, submission: Submission, topic: str, payload: dict[str, str], *, once: str, now: datetime
) -> bool:
    """Owe the mail, unless one is owed under the same key."""
    message = outbox.put(
        session,
        topic,
        payload,
        submission_id=submission.id,
        lead_id=submission.lead_id,
        unique_key=once,
        now=now,
    )
    return message is not None
