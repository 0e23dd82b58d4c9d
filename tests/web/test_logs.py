"""Logs hold no personal data."""

import json
from typing import Any

import pytest
from flask import Flask

from app.logs import init_logs, redacted


@pytest.fixture
def logging_app() -> Flask:
    app = Flask("logging")
    init_logs(app, log_format="json")

    @app.get("/c/<token>")
    def confirm(token: str) -> str:
        if token == "broken":
            raise RuntimeError("no mail to jan.novak@example.cz at +420 777 123 456 from 192.0.2.17 or 2001:db8::17")
        return "fine"

    return app


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_request_is_one_line_with_the_route_instead_of_the_path(
    logging_app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    logging_app.test_client().get("/c/secret-token?email=jan@example.cz")
    [line] = lines(capsys)
    assert (line["method"], line["route"], line["status"]) == ("GET", "/c/<token>", 200)
    assert "secret-token" not in str(line)
    assert "jan" not in str(line)


def test_the_answer_carries_the_request_id_of_the_line(logging_app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    answer = logging_app.test_client().get("/c/x")
    assert lines(capsys)[0]["request_id"] == answer.headers["X-Request-ID"]


def test_a_proxys_request_id_is_kept_only_when_it_is_a_plain_word(logging_app: Flask) -> None:
    client = logging_app.test_client()
    assert client.get("/c/x", headers={"X-Request-ID": "edge-12345678"}).headers["X-Request-ID"] == "edge-12345678"
    assert client.get("/c/x", headers={"X-Request-ID": "jan@example.cz"}).headers["X-Request-ID"] != "jan@example.cz"


def test_a_failure_is_logged_with_its_traceback_and_without_personal_data(
    logging_app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    logging_app.test_client().get("/c/broken")
    failure = lines(capsys)[0]
    assert failure["event"] == "request.failed"
    assert "no mail to [mail] at [number] from [address] or [address]" in failure["exception"]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("jan%40example.cz signed up", "[mail] signed up"),
        ("call 0912 345 678", "call [number]"),
        ("called 84912345678", "called [number]"),
        ("from ::ffff:192.0.2.1", "from [address]"),
        ("took 12345678 ms in 01M83P75PE2RPF31MRKDW8YQDG", "took 12345678 ms in 01M83P75PE2RPF31MRKDW8YQDG"),
        ('File "app/web/health.py", line 123', 'File "app/web/health.py", line 123'),
        ("at 2026-11-23T07:51:36.910268Z", "at 2026-11-23T07:51:36.910268Z"),
    ],
)
def test_masking_finds_personal_data_and_leaves_the_rest(text: str, masked: str) -> None:
    assert redacted(text) == masked
