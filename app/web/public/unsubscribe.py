"""One press and the mails stop: the one-click address of RFC 8058, and the same as a page with a button."""

from __future__ import annotations

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from app.adapters import clock
from app.consent import queries as consent
from app.consent.status import ConsentStatus
from app.journey.addresses import address_macs
from app.journey.withdraw import withdraw
from app.leads.models import Lead
from app.pages.page_view import privacy_path
from app.services import services
from app.tokens import Purpose
from app.web.public.preferences import lead_of
from app.web.public.receipts import masked
from app.web.state_pages import StateUrls, state_page

blueprint = Blueprint("unsubscribe", __name__)


@blueprint.get("/u/<token>")
def show(token: str) -> Response:
    """A page with a button; opening it stops nothing, for scanners open everything."""
    lead = lead_of(token, Purpose.UNSUBSCRIBE)
    return state_page(
        "unsubscribe",
        lead.locale,
        urls=StateUrls(self=f"/u/{token}", privacy=privacy_path(lead.locale)),
        email_masked=masked(lead.email),
        purposes=_titles(lead),
        preferences_url=_preferences(lead),
        nonce="",
    )


@blueprint.post("/u/<token>")
def stop(token: str) -> Response:
    """Withdraw everything. Mail programs post List-Unsubscribe=One-Click and want an empty 200 (RFC 8058 part 3.1)."""
    parts, lead = services(), lead_of(token, Purpose.UNSUBSCRIBE)
    is_one_click = request.form.get("List-Unsubscribe") == "One-Click"
    mac = address_macs(lead.email_key, parts.settings.secret_keys)[0]
    by, now = "one_click" if is_one_click else "preferences", clock.now()
    parts.database.write(lambda session: withdraw(session, lead.id, purposes=None, by=by, mac=mac, now=now))
    if is_one_click:
        return Response("", status=200, mimetype="text/plain")
    return state_page("unsubscribed", lead.locale, email_masked=masked(lead.email), preferences_url=_preferences(lead))


def _titles(lead: Lead) -> list[str]:
    def work(session: Session) -> list[str]:
        records = [each for each in consent.consents_of(session, lead.id) if each.state == ConsentStatus.GIVEN]
        words = consent.wordings(session, [each.wording for each in records])
        return list(dict.fromkeys(words[each.wording].texts["label"] for each in records))

    return services().database.read(work)


def _preferences(lead: Lead) -> str:
    parts = services()
    return parts.links.preferences(lead.id).removeprefix(parts.settings.base_url)
