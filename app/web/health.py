"""What machines ask: /healthz (the process answers), /readyz (it can do its work), /metrics (figures)."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from ipaddress import ip_address

from flask import Blueprint, Response, current_app, jsonify, request
from sqlalchemy.exc import SQLAlchemyError

from app import schema
from app.adapters import clock
from app.errors import AppError, Forbidden
from app.reports import operations
from app.services import services
from app.web.metrics import Metrics

blueprint = Blueprint("health", __name__)

LATEST = timedelta(minutes=5)
"""How long a message may wait before this server calls itself not ready."""


@blueprint.get("/healthz")
def healthz() -> Response:
    """The process is alive; asks nothing of the database."""
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
def readyz() -> tuple[Response, int]:
    """200 when the database answers, its schema is at head, and nothing is overdue; else 503 with the reason."""
    checks = _checks(clock.now())
    is_ready = all(check == "ok" for check in checks.values())
    return jsonify(status="ready" if is_ready else "not ready", checks=checks), 200 if is_ready else 503


@blueprint.get("/metrics")
def metrics() -> Response:
    """Prometheus figures, for those who may see them."""
    if not _may_see_metrics():
        raise Forbidden(
            "These figures are for this machine and trusted networks only.",
            hint="Set GATEPOST_METRICS_TOKEN and send it as a bearer token.",
        )
    found = current_app.extensions["gatepost.metrics"]
    assert isinstance(found, Metrics)
    now = clock.now()
    services().database.read(lambda session: found.catch_up(session, now=now))
    visits = services().visits
    text = found.text(visits_waiting=visits.waiting)
    return Response(text, content_type="text/plain; version=0.0.4; charset=utf-8")


def _checks(now: datetime) -> dict[str, str]:
    database = services().database
    try:
        schema.require_head(database.reader)
        due = database.read(lambda session: operations.oldest_due(session, now=now))
    except AppError as fault:
        return {"database": "ok", "schema": fault.message}
    except SQLAlchemyError:
        return {"database": "The database does not answer."}
    waits = now - due if due else timedelta(0)
    overdue = "ok" if waits <= LATEST else f"The oldest due message has waited {int(waits.total_seconds())} seconds."
    return {"database": "ok", "schema": "ok", "outbox": overdue}


def _may_see_metrics() -> bool:
    """By token where one is set; else by network, and never through a proxy that we do not know."""
    settings = services().settings
    if settings.metrics_token is not None:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), settings.metrics_token.encode())
    peer = request.environ.get("REMOTE_ADDR", "")
    address = services().clients.of(request.environ)
    if address == peer and ("X-Forwarded-For" in request.headers or "Forwarded" in request.headers):
        return False
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return parsed.is_loopback or any(parsed in network for network in settings.trusted_proxies)
