"""The built-in receiver: takes webhooks, checks their signatures like a careful stranger, shows what came."""

import json
from typing import Any

from flask import Blueprint, Response, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.adapters import clock
from app.adapters.secret_box import SecretBox, SecretUnreadable
from app.adapters.sink_store import Received, SinkStore
from app.ids import new_id
from app.outbox import queries, signature
from app.outbox.models import Endpoint
from app.services import Services, services
from app.web.dev.endpoint import is_sink
from app.web.dev.pages import page

_SHOWN = 100


def add_to(blueprint: Blueprint) -> None:
    """Register the views."""
    blueprint.add_url_rule("/sink", "sink", view_func=show, methods=["GET"])
    blueprint.add_url_rule("/sink", "receive", view_func=receive, methods=["POST"])
    blueprint.add_url_rule("/sink.json", "sink_json", view_func=as_json, methods=["GET"])
    blueprint.add_url_rule("/sink/clear", "sink_clear", view_func=clear, methods=["POST"])


def show() -> str:
    """What arrived, newest first."""
    received = [(one, _pretty(one.body)) for one in store(services()).all(_SHOWN)]
    return page("dev/sink.html", received=received)


def as_json() -> Response:
    """The same for programs."""
    return jsonify(received=store(services()).all())


def receive() -> tuple[str, int]:
    """Take one webhook: 204 when its signature is good, 401 with the reason when not.

    `?answer=500` makes the receiver answer that instead, for watching retries.
    """
    app, body = services(), request.get_data()
    now = clock.now()
    verdict = signature.verify(_keys(app), dict(request.headers), body, now=int(now.timestamp()))
    status = _wanted_status() or (204 if verdict.is_valid else 401)
    text = body.decode("utf-8", "replace")
    webhook_id = request.headers.get("webhook-id", "")
    kept = store(app)
    kept.keep(
        Received(
            id=new_id(),
            at=now.isoformat().replace("+00:00", "Z"),
            webhook_id=webhook_id,
            type=_type(text),
            is_valid=verdict.is_valid,
            verdict=verdict.reason,
            is_repeat=bool(webhook_id) and kept.has(webhook_id),
            answered=status,
            headers=dict(request.headers.items()),
            body=text,
        )
    )
    return ("" if status == 204 else verdict.reason), status


def clear() -> AnyResponse:
    """Forget what came."""
    store(services()).clear()
    return redirect(url_for("dev.sink"), 303)


def store(app: Services) -> SinkStore:
    """Where the receiver keeps what it gets."""
    return SinkStore(app.settings.data_dir / "sink")


def _keys(app: Services) -> list[bytes]:
    box = SecretBox(app.settings.secret_keys)
    endpoints = app.database.read(queries.endpoints)
    sealed = [secret for one in endpoints if is_sink(one.url) for secret in _sealed(one)]
    keys = []
    for one in sealed:
        try:
            keys.append(signature.secret_bytes(box.open(one)))
        except SecretUnreadable:
            continue
    return keys


def _sealed(endpoint: Endpoint) -> list[str]:
    return [one for one in (endpoint.secret, endpoint.old_secret) if one]


def _wanted_status() -> int | None:
    wanted = request.args.get("answer", "")
    return int(wanted) if wanted.isascii() and wanted.isdigit() and 200 <= int(wanted) <= 599 else None


def _type(text: str) -> str:
    try:
        found: Any = json.loads(text)
    except ValueError:
        return ""
    return str(found.get("type", "")) if isinstance(found, dict) else ""


def _pretty(text: str) -> str:
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except ValueError:
        return text
