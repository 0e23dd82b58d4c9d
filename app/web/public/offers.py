"""What was asked for: the delivered page behind the mailed link, the gated file, the calendar entry."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import Blueprint, Response, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from app.adapters import clock
from app.adapters.asset_store import GATED
from app.errors import LinkInvalid, NotFound
from app.journey.download import access_facts, download
from app.offers import queries as offers
from app.offers.access import continues, may_use
from app.offers.calendar import CalendarEvent, calendar_file, event_uid
from app.offers.filename import content_disposition
from app.offers.models import Access
from app.offers.range import Part, Unsatisfiable, parse_range
from app.pages import queries as pages
from app.services import services
from app.tokens import Purpose
from app.web.cached_response import matches
from app.web.public.delivered import delivered_page
from app.web.public.receipts import expired_page

blueprint = Blueprint("offers", __name__)

TICKET_LIFE = timedelta(hours=1)


@blueprint.get("/o/<token>")
def show(token: str) -> Response:
    """The delivered page; after the end of the access, the way to a new one."""
    access = _access(token)
    if not may_use(access_facts(access), now=clock.now()).allowed:
        return _ended(access)
    return delivered_page(access)


@blueprint.post("/o/<token>/file")
def take(token: str) -> AnyResponse:
    """Take one download from the allowance and go to the file; the ticket in its address is good for an hour."""
    parts, now = services(), clock.now()
    access = _access(token)
    if access.kind != "ebook":
        raise NotFound("There is no file here.")
    if not may_use(access_facts(access), now=now, continues=_continues(access, now)).allowed:
        return _ended(access)
    rules, network = parts.site.current().rules, parts.clients.of(request.environ)
    parts.database.write(lambda session: download(session, access.id, rules=rules, network=network, now=now))
    ticket = parts.tokens.sign(Purpose.DOWNLOAD, f"{access.id}~{int((now + TICKET_LIFE).timestamp())}")
    return redirect(f"/o/{token}/file?ticket={ticket}", 303)


@blueprint.get("/o/<token>/file")
def serve(token: str) -> AnyResponse:
    """The file, whole or in part (RFC 9110 part 14). It changes nothing: what counts is the ticket's making."""
    access = _access(token)
    if access.kind != "ebook" or not _has_ticket(access):
        return redirect(f"/o/{token}", 303)
    digest, size = str(access.facts["digest"]), int(access.facts["size"])
    etag = f'"{digest[:32]}"'
    headers = {
        "Content-Type": access.facts["media_type"],
        "Content-Disposition": content_disposition(access.facts["file"]),
        "Accept-Ranges": "bytes",
        "ETag": etag,
        "Cache-Control": "private, no-store",
        "X-Robots-Tag": "noindex",
        "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    }
    if matches(request.headers.get("If-None-Match", ""), etag):
        return Response(status=304, headers=headers)
    # Ranges are defined for GET alone (RFC 9110 part 14.2).
    asked = request.headers.get("Range") if request.method == "GET" else None
    wanted = parse_range(asked, size, if_range=request.headers.get("If-Range"), etag=etag)
    if isinstance(wanted, Unsatisfiable):
        return Response(status=416, headers=headers | {"Content-Range": wanted.content_range(size)})
    start, length, status = 0, size, 200
    if isinstance(wanted, Part):
        start, length, status = wanted.first, wanted.length, 206
        headers["Content-Range"] = wanted.content_range(size)
    pieces = services().assets.pieces(digest, GATED, start=start, length=length)
    body = () if request.method == "HEAD" else pieces
    return Response(body, status=status, headers=headers | {"Content-Length": str(length)})


@blueprint.get("/o/<token>/calendar.ics")
def calendar(token: str) -> Response:
    """The session as a calendar file (RFC 5545)."""
    parts, access = services(), _access(token)
    if access.kind != "webinar":
        raise NotFound("There is no session here.")
    facts = access.facts
    event = CalendarEvent(
        uid=event_uid(f"webinar-{facts['slug']}", host=parts.settings.base_url.partition("//")[2].partition(":")[0]),
        title=facts["title"],
        starts_at=datetime.fromisoformat(facts["starts_at"]),
        ends_at=datetime.fromisoformat(facts["ends_at"]),
        description=facts.get("description", ""),
        location=facts.get("place", ""),
        url=facts.get("online_url", ""),
        updated_at=access.granted_at,
    )
    response = Response(calendar_file(event, made_at=access.granted_at), mimetype="text/calendar")
    response.headers["Content-Type"] = "text/calendar; charset=utf-8; method=PUBLISH"
    response.headers["Content-Disposition"] = content_disposition(f"{facts['title']}.ics")
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _access(token: str) -> Access:
    access_id = services().tokens.read(Purpose.ACCESS, token)
    found = services().database.read(lambda session: offers.access(session, access_id))
    if found is None:
        raise NotFound("What this link led to is not here any more; it was erased or taken down.")
    return found


def _continues(access: Access, now: datetime) -> bool:
    return continues(services().database.read(lambda s: offers.last_counted_download(s, access.id)), now=now)


def _has_ticket(access: Access) -> bool:
    try:
        value = services().tokens.read(Purpose.DOWNLOAD, request.args.get("ticket", ""))
    except LinkInvalid:
        return False
    access_id, _, until = value.partition("~")
    return access_id == access.id and datetime.fromtimestamp(int(until), UTC) > clock.now()


def _ended(access: Access) -> Response:
    def facts(session: Session) -> Response:
        return expired_page(str(access.facts["locale"]), pages.revision_facts(session, access.revision_id))

    return services().database.read(facts)
