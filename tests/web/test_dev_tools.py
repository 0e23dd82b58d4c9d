"""The tools of `./dev run`: mail catcher and receiver."""

from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.adapters import clock
from app.adapters.mail_catcher import MailCatcher
from app.adapters.secret_box import SecretBox
from app.outbox import queries, signature
from app.outbox.mail import Letter
from app.services import Services
from app.web.dev import ensure_dev_endpoint

RAW = (
    b"Subject: =?utf-8?q?Your_gu=C3=ADde?=\r\nFrom: Acme <a@acme.example>\r\nTo: ann@example.com\r\n"
    b"Date: Mon, 23 Nov 2026 12:00:00 +0000\r\nMessage-ID: <1@acme.example>\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/alternative; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n'
    b"Open https://x.example/c/abc now.\r\n--b\r\nContent-Type: text/html\r\n\r\n"
    b"<html><head><title>x</title></head><body><script>bad()</script><a href='https://x.example/c/abc'>Open</a></body>"
    b"</html>\r\n--b--\r\n"
)
BODY = b'{"type":"lead.confirmed","data":{}}'


@pytest.fixture
def settings_overrides() -> dict[str, Any]:
    return {"dev": True}


def _services(app: Flask) -> Services:
    found: Services = app.extensions["gatepost"]
    return found


def _catch(app: Flask) -> str:
    catcher = MailCatcher(_services(app).settings.data_dir / "mail")
    catcher.send(Letter("a@acme.example", "ann@example.com", "<1@acme.example>", RAW, False))
    return catcher.all()[0].id


def _key(app: Flask) -> bytes:
    parts = _services(app)
    endpoint_id = ensure_dev_endpoint(parts)
    endpoint = parts.database.read(lambda session: queries.endpoint(session, endpoint_id))
    assert endpoint is not None
    return signature.secret_bytes(SecretBox(parts.settings.secret_keys).open(endpoint.secret))


def _deliver(client: FlaskClient, key: bytes, *, at: datetime | None = None, query: str = "") -> Any:
    stamp = int((at or clock.now()).timestamp())
    signed = signature.headers([key], "01K", timestamp=stamp, body=BODY)
    return client.post(f"/dev/sink{query}", data=BODY, headers=signed)


def test_a_caught_mail_is_listed_for_people_and_programs(app: Flask, client: FlaskClient) -> None:
    name = _catch(app)
    assert "Your guíde" in client.get("/dev/mail").get_data(as_text=True)
    mail = client.get("/dev/mail.json").get_json()["mails"][0]
    assert (mail["id"], mail["to"], mail["subject"]) == (name, "ann@example.com", "Your guíde")
    assert mail["links"] == ["https://x.example/c/abc"]
    assert mail["message_id"] == "<1@acme.example>"


def test_one_mail_shows_its_parts_and_its_html_only_in_a_frame_without_rights(app: Flask, client: FlaskClient) -> None:
    name = _catch(app)
    page = client.get(f"/dev/mail/{name}")
    text = page.get_data(as_text=True)
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in text
    assert "<script" not in text
    assert "script-src" not in page.headers["Content-Security-Policy"]
    frame = client.get(f"/dev/mail/{name}/html")
    policy = frame.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "sandbox" in policy
    assert "script" not in policy
    assert frame.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert '<base target="_blank">' in frame.get_data(as_text=True)
    assert client.get(f"/dev/mail/{name}/raw").get_data() == RAW


@pytest.mark.parametrize("name", ["01KATEST000000000000000000", "..%2f..%2fsecret_key", "x"])
def test_an_unknown_mail_is_not_found(client: FlaskClient, name: str) -> None:
    assert client.get(f"/dev/mail/{name}").status_code == 404


def test_the_receiver_accepts_what_is_signed_right(app: Flask, client: FlaskClient) -> None:
    assert _deliver(client, _key(app)).status_code == 204
    received = client.get("/dev/sink.json").get_json()["received"][0]
    assert (received["is_valid"], received["verdict"], received["type"]) == (True, "Signature valid.", "lead.confirmed")
    assert received["body"] == BODY.decode()
    assert "Signature valid." in client.get("/dev/sink").get_data(as_text=True)


def test_the_receiver_says_what_is_wrong(app: Flask, client: FlaskClient) -> None:
    _key(app)
    assert _deliver(client, b"w" * 32).status_code == 401
    assert client.post("/dev/sink", data=b"hello").status_code == 401
    verdicts = [one["verdict"] for one in client.get("/dev/sink.json").get_json()["received"]]
    assert verdicts[0].startswith("Header missing: webhook-id")
    assert verdicts[1].startswith("No signature matches")


def test_the_receiver_notices_repeats_and_can_be_told_to_fail(app: Flask, client: FlaskClient) -> None:
    key = _key(app)
    assert _deliver(client, key, query="?answer=503").status_code == 503
    assert _deliver(client, key).status_code == 204
    received = client.get("/dev/sink.json").get_json()["received"]
    assert [(one["is_repeat"], one["answered"]) for one in received] == [(True, 204), (False, 503)]


def test_the_receiver_can_forget(app: Flask, client: FlaskClient) -> None:
    _deliver(client, _key(app))
    assert client.post("/dev/sink/clear").status_code == 303
    assert client.get("/dev/sink.json").get_json() == {"received": []}


def test_starting_again_adds_no_second_receiver(app: Flask) -> None:
    parts = _services(app)
    assert ensure_dev_endpoint(parts) == ensure_dev_endpoint(parts)
    assert len(parts.database.read(queries.endpoints)) == 1


@pytest.mark.parametrize("path", ["/dev", "/dev/mail", "/dev/sink"])
def test_empty_pages_say_what_to_do_next(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    assert "<h1>" in response.get_data(as_text=True)
