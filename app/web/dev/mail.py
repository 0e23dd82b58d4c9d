"""The mail catcher: every mail of `./dev run`, as a person would see it and as programs read it."""

import re
from typing import Any

from flask import Blueprint, Response, abort, g, jsonify, make_response

from app.adapters.mail_catcher import Caught, MailCatcher
from app.services import services
from app.web.dev.pages import page
from app.worker.setup import mail_folder

_LINK = re.compile(r"https?://[^\s<>\"']+")
# What a careful mail program allows: its own styles and pictures, no script, no request elsewhere.
_MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data: 'self'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)
_HEAD = re.compile(r"<head[^>]*>", re.IGNORECASE)


def add_to(blueprint: Blueprint) -> None:
    """Register the views."""
    blueprint.add_url_rule("/mail", "mails", view_func=show_all)
    blueprint.add_url_rule("/mail.json", "mails_json", view_func=all_as_json)
    blueprint.add_url_rule("/mail/<name>", "mail", view_func=show)
    blueprint.add_url_rule("/mail/<name>/html", "mail_html", view_func=html)
    blueprint.add_url_rule("/mail/<name>/raw", "mail_raw", view_func=raw)


def show_all() -> str:
    """All mails, newest first."""
    return page("dev/mail_list.html", mails=_catcher().all())


def all_as_json() -> Response:
    """The same for programs, with the links of each text part in order."""
    return jsonify(mails=[_facts(one) for one in _catcher().all()])


def show(name: str) -> str:
    """One mail: HTML in a frame without rights, text, headers, raw."""
    return page("dev/mail.html", mail=_found(name))


def html(name: str) -> Response:
    """The HTML part; its links open beside, since their pages refuse to be framed."""
    text = _found(name).html
    head = _HEAD.search(text)
    cut = head.end() if head else 0
    response = make_response(f'{text[:cut]}<base target="_blank">{text[cut:]}')
    g.policy = _MAIL_POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def raw(name: str) -> Response:
    """The bytes as a mail server would have got them."""
    response = make_response(_found(name).raw)
    response.mimetype = "text/plain"
    return response


def _catcher() -> MailCatcher:
    return MailCatcher(mail_folder(services().settings))


def _found(name: str) -> Caught:
    found = _catcher().one(name)
    if found is None:
        abort(404)
    return found


def _facts(one: Caught) -> dict[str, Any]:
    headers = one.message
    return {
        "id": one.id,
        "from": str(headers["From"]),
        "to": str(headers["To"]),
        "subject": str(headers["Subject"]),
        "date": str(headers["Date"]),
        "message_id": str(headers["Message-ID"]),
        "headers": {key: str(value) for key, value in headers.items()},
        "text": one.text,
        "html": one.html,
        "links": _LINK.findall(one.text),
    }
