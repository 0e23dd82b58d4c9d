"""A person's own page by signed link: what was allowed, taking it back, a copy of everything, being erased."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from app.adapters import clock
from app.consent import queries as consent
from app.consent.status import ConsentStatus
from app.errors import BadInput, NotFound
from app.journey.addresses import address_macs
from app.journey.erase import erase
from app.journey.export import export
from app.journey.withdraw import withdraw
from app.leads import queries as leads
from app.leads.models import Lead
from app.pages.page_view import privacy_path
from app.pages.time_words import day_words
from app.services import services
from app.tokens import Purpose
from app.web.public.receipts import masked
from app.web.state_pages import StateUrls, state_page

blueprint = Blueprint("preferences", __name__)


@dataclass(frozen=True, slots=True)
class PurposeView:
    """One purpose as a person sees it."""

    id: str
    title: str
    text: str
    given: bool
    since_text: str


@blueprint.get("/preferences/<token>")
def show(token: str) -> Response:
    """What was allowed, and the ways to change it."""
    lead = lead_of(token)
    t = services().texts.for_locale(lead.locale).t
    notice = t("Your choice is saved.") if request.args.get("saved") else ""
    return _page(token, lead, notice=notice)


@blueprint.post("/preferences/<token>")
def change(token: str) -> AnyResponse:
    """Withdraw one purpose or all of them."""
    parts, lead = services(), lead_of(token)
    purpose, what = request.form.get("purpose", ""), request.form.get("do", "")
    if what != "withdraw" or not purpose:
        raise BadInput("This choice is not known.", hint="Use the buttons on the page.")
    purposes = None if purpose == "all" else [purpose]
    mac = address_macs(lead.email_key, parts.settings.secret_keys)[0]
    now = clock.now()
    parts.database.write(
        lambda session: withdraw(session, lead.id, purposes=purposes, by="preferences", mac=mac, now=now)
    )
    return redirect(f"/preferences/{token}?saved=1", 303)


@blueprint.post("/preferences/<token>/export")
def export_all(token: str) -> Response:
    """Everything held about the person in one ZIP (GDPR art. 15 and 20)."""
    parts, lead = services(), lead_of(token)
    words = parts.texts.for_locale(lead.locale)
    body = parts.database.read(lambda session: export(session, lead.id, t=words.t, now=clock.now()))
    response = Response(body, mimetype="application/zip")
    response.headers["Content-Disposition"] = 'attachment; filename="my-data.zip"'
    return response


@blueprint.get("/preferences/<token>/erase")
def ask_erase(token: str) -> Response:
    """The second step before everything is erased."""
    return _page(token, lead_of(token), step="erase")


@blueprint.post("/preferences/<token>/erase")
def erase_all(token: str) -> Response:
    """Erase the person."""
    parts, lead = services(), lead_of(token)
    if request.form.get("sure") != "yes":
        return _page(token, lead, step="erase")
    mac = address_macs(lead.email_key, parts.settings.secret_keys)[0]
    now = clock.now()
    parts.database.write(lambda session: erase(session, lead.id, mac=mac, now=now))
    return state_page("erased", lead.locale, email_masked=masked(lead.email), preferences_url="")


def lead_of(token: str, purpose: Purpose = Purpose.PREFERENCES) -> Lead:
    """The person a signed link belongs to."""
    lead_id = services().tokens.read(purpose, token)
    found = services().database.read(lambda session: leads.lead(session, lead_id))
    if found is None:
        raise NotFound("There is nothing here any more: this person's data was erased.")
    return found


def _page(token: str, lead: Lead, *, notice: str = "", step: str | None = None) -> Response:
    base = f"/preferences/{token}"
    views = services().database.read(lambda session: _purposes(session, lead))
    urls = StateUrls(self=base, privacy=privacy_path(lead.locale), export=f"{base}/export", erase=f"{base}/erase")
    return state_page(
        "preferences",
        lead.locale,
        urls=urls,
        email_masked=masked(lead.email),
        purposes=views,
        notice=notice,
        step=step,
    )


def _purposes(session: Session, lead: Lead) -> list[PurposeView]:
    """The newest record of each purpose, in the words under which it was given."""
    records = consent.consents_of(session, lead.id)
    newest = {record.purpose: record for record in records}
    given = {record.purpose for record in records if record.state == ConsentStatus.GIVEN}
    words = consent.wordings(session, [record.wording for record in newest.values()])
    views = []
    for purpose, record in newest.items():
        since = record.given_at if purpose in given else record.withdrawn_at
        views.append(
            PurposeView(
                id=purpose,
                title=words[record.wording].texts["label"],
                text=words[record.wording].texts["notice"],
                given=purpose in given,
                since_text=day_words(since.date(), lead.locale) if since else "",
            )
        )
    return views
