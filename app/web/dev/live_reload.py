"""Development only: open pages ask here whether something was published, and reload."""

from __future__ import annotations

from typing import Protocol

from flask import Blueprint, Response, jsonify, request

PATIENCE = 2.0
"""Seconds; short, because a request that waits holds up the end of the server."""
SCRIPT = "dev-reload.js"


class Changes(Protocol):
    """What the file watcher offers."""

    version: int
    faults: tuple[str, ...]

    def wait(self, version: int, timeout: float) -> int:
        """The version, as soon as it is another one."""


def live_reload(changes: Changes) -> Blueprint:
    """The blueprint with `/dev/changes`: answers when the version is another one than `since`, or after two seconds."""
    blueprint = Blueprint("live_reload", __name__)

    @blueprint.get("/dev/changes")
    def show() -> Response:
        since = request.args.get("since", type=int)
        version = changes.version if since is None else changes.wait(since, PATIENCE)
        return jsonify(version=version, faults=list(changes.faults))

    return blueprint
