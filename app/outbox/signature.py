"""Standard Webhooks 1.0 signatures: how a receiver knows that a delivery is ours and fresh."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.errors import AppError

PREFIX = "whsec_"
TOLERANCE_SECONDS = 300
_LEAST_BYTES, _MOST_BYTES = 24, 64
_ID = re.compile(r"[A-Za-z0-9_\-]{1,64}\Z")


class SecretFault(AppError):
    """A webhook secret that Standard Webhooks does not allow."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What checking one received delivery found; `reason` is a sentence for the receiver's developer."""

    is_valid: bool
    reason: str


def secret_text(raw: bytes) -> str:
    """`raw` (24 to 64 random bytes) as the `whsec_…` text that is shown to a receiver once."""
    return PREFIX + base64.b64encode(raw).decode()


def secret_bytes(secret: str) -> bytes:
    """The key inside a `whsec_…` text; raises SecretFault when it is not one of 24 to 64 bytes."""
    try:
        raw = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if not secret.startswith(PREFIX) or not _LEAST_BYTES <= len(raw) <= _MOST_BYTES:
        raise SecretFault(
            "This is not a webhook secret.",
            hint=f"A secret is {PREFIX} followed by {_LEAST_BYTES} to {_MOST_BYTES} random bytes in base64.",
        )
    return raw


def headers(keys: Sequence[bytes], message_id: str, *, timestamp: int, body: bytes) -> dict[str, str]:
    """The three signature headers of one attempt.

    `keys`: every secret that is valid now (two while a rotation lasts), raw; `timestamp`: whole seconds of the
    attempt, not of the event, so a retry is signed anew. Source: Standard Webhooks 1.0.0, "signature scheme".
    """
    if not _ID.match(message_id):
        raise ValueError("a webhook id holds letters, digits, _ and - only, since a dot separates the signed parts")
    signed = f"{message_id}.{timestamp}.".encode() + body
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(_signature(key, signed) for key in keys),
    }


def verify(
    keys: Sequence[bytes], given: Mapping[str, str], body: bytes, *, now: int, tolerance: int = TOLERANCE_SECONDS
) -> Verdict:
    """Whether `body` arrived with headers made by one of `keys` less than `tolerance` seconds from `now`."""
    found = {name.lower(): value for name, value in given.items()}
    missing = [name for name in ("webhook-id", "webhook-timestamp", "webhook-signature") if not found.get(name)]
    if missing:
        return Verdict(False, f"Header missing: {', '.join(missing)}.")
    stamp = found["webhook-timestamp"]
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        return Verdict(False, "webhook-timestamp is not a whole number of seconds.")
    age = now - int(stamp)
    if abs(age) > tolerance:
        side = "old" if age > 0 else "in the future"
        return Verdict(False, f"webhook-timestamp is {abs(age)} s {side}; at most {tolerance} s are accepted.")
    signed = f"{found['webhook-id']}.{int(stamp)}.".encode() + body
    return _match(keys, found["webhook-signature"], signed)


def _match(keys: Sequence[bytes], listed: str, signed: bytes) -> Verdict:
    offered = [part for part in listed.split(" ") if part.startswith("v1,")]
    if not offered:
        return Verdict(False, "webhook-signature holds no signature of version v1.")
    expected = [_signature(key, signed).encode() for key in keys]
    # Every pair is compared in constant time and none is skipped, so timing tells nothing about a near miss.
    hits = [hmac.compare_digest(one.encode(), own) for one in offered for own in expected]
    if any(hits):
        return Verdict(True, "Signature valid.")
    return Verdict(False, "No signature matches: the body was changed or another secret was used.")


def _signature(key: bytes, signed: bytes) -> str:
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
