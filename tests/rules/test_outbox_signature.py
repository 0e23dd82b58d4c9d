"""Signatures are those of Standard Webhooks 1.0.0."""

import base64

import pytest
from standardwebhooks import Webhook

from app.outbox import signature

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID, TIME, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
EXPECTED = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def _headers(*secrets: str) -> dict[str, str]:
    keys = [signature.secret_bytes(one) for one in secrets]
    return signature.headers(keys, ID, timestamp=TIME, body=BODY)


def _judge(given: dict[str, str], *, body: bytes = BODY, now: int = TIME) -> signature.Verdict:
    return signature.verify([signature.secret_bytes(SECRET)], given, body, now=now)


def test_reference_example_gives_the_published_signature() -> None:
    assert _headers(SECRET) == {
        "webhook-id": ID,
        "webhook-timestamp": str(TIME),
        "webhook-signature": EXPECTED,
    }


def test_both_secrets_sign_during_a_rotation() -> None:
    other = signature.secret_text(b"n" * 32)
    assert _headers(other, SECRET)["webhook-signature"].split(" ")[1] == EXPECTED
    assert _judge(_headers(other, SECRET)).is_valid


def test_the_independent_library_agrees_on_a_fresh_secret() -> None:
    secret = signature.secret_text(b"0123456789abcdef0123456789abcdef")
    hook = Webhook(secret)
    signed = signature.headers([signature.secret_bytes(secret)], "01ABC", timestamp=TIME, body=BODY)
    from datetime import UTC, datetime

    assert hook.sign("01ABC", datetime.fromtimestamp(TIME, UTC), BODY.decode()) == signed["webhook-signature"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"webhook-signature": ""}, "missing"),
        ({"webhook-timestamp": "soon"}, "whole number"),
        ({"webhook-timestamp": "9" * 40}, "whole number"),
        ({"webhook-signature": "v2,abc"}, "version v1"),
        ({"webhook-signature": "v1,\u00e9\u00e9"}, "No signature matches"),
        ({"webhook-id": "other"}, "No signature matches"),
    ],
)
def test_what_is_wrong_is_said(change: dict[str, str], words: str) -> None:
    verdict = _judge(_headers(SECRET) | change)
    assert not verdict.is_valid
    assert words in verdict.reason


def test_a_changed_body_does_not_pass() -> None:
    assert not _judge(_headers(SECRET), body=BODY + b" ").is_valid


@pytest.mark.parametrize("late", [-301, 301])
def test_a_delivery_out_of_tolerance_does_not_pass(late: int) -> None:
    assert not _judge(_headers(SECRET), now=TIME + late).is_valid
    assert _judge(_headers(SECRET), now=TIME + late // 301 * 300).is_valid


def test_header_names_may_have_any_case() -> None:
    assert _judge({name.title(): value for name, value in _headers(SECRET).items()}).is_valid


@pytest.mark.parametrize(
    "text", ["", "whsec_", "whsec_!!", SECRET[6:], "whsec_" + base64.b64encode(b"x" * 23).decode()]
)
def test_what_is_no_secret_is_refused(text: str) -> None:
    with pytest.raises(signature.SecretFault):
        signature.secret_bytes(text)


def test_an_id_with_a_dot_is_never_signed() -> None:
    with pytest.raises(ValueError, match="dot"):
        signature.headers([b"k" * 32], "a.b", timestamp=TIME, body=BODY)
