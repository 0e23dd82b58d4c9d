"""Signed, purpose-bound tokens: one salt a purpose, first key signs, every kept key verifies."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from enum import StrEnum
from hashlib import sha256

from itsdangerous import BadSignature, Signer

from app.errors import LinkInvalid


class Purpose(StrEnum):
    """What a token is good for; a token of one purpose never opens another door."""

    RECEIPT = "receipt"
    CONFIRM = "confirm"
    PREFERENCES = "preferences"
    UNSUBSCRIBE = "unsubscribe"
    ACCESS = "access"
    BROWSER = "browser"
    PAGE = "page"
    PREVIEW = "preview"
    TRAP = "trap"
    DOWNLOAD = "download"


class Tokens:
    """Makes and reads tokens. They say nothing secret: an id, its purpose by the salt, and a 160-bit MAC."""

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise ValueError("at least one secret key is needed")
        self._keys = tuple(keys)
        # Signer takes the newest key last (itsdangerous: key rotation).
        self._signers = {
            purpose: Signer(list(reversed(self._keys)), salt=f"gatepost.{purpose.value}", sep=".", digest_method=sha256)
            for purpose in Purpose
        }

    def sign(self, purpose: Purpose, value: str) -> str:
        """A token for `value` (an id, or ids joined by '~'); the same input gives the same token."""
        return self._signers[purpose].sign(value).decode()

    def read(self, purpose: Purpose, token: str) -> str:
        """The value of a token of this purpose; raises LinkInvalid for anything altered or foreign."""
        try:
            return self._signers[purpose].unsign(token).decode()
        except (BadSignature, UnicodeError, ValueError) as error:
            raise LinkInvalid(
                "This link is not complete or was changed on the way.", hint="Copy the whole link from the mail."
            ) from error

    def code(self, submission_id: str) -> str:
        """The six-digit code of a submission's confirmation mail, under the newest key."""
        return _digits(self._keys[0], submission_id)

    def is_code(self, submission_id: str, code: str) -> bool:
        """Whether `code` is the code of this submission under any kept key, compared in constant time."""
        matches = [hmac.compare_digest(_digits(key, submission_id), code) for key in self._keys]
        return any(matches)

    def fingerprint(self, name: str, value: str) -> str:
        """A keyed hash (HMAC-SHA-256, hex) of `value`, separate for every `name`; for lookups, not for proof."""
        return hmac.new(self._keys[0].encode(), f"{name}\x00{value}".encode(), sha256).hexdigest()


def _digits(key: str, submission_id: str) -> str:
    mac = hmac.new(key.encode(), b"gatepost.code\x00" + submission_id.encode(), sha256).digest()
    return f"{int.from_bytes(mac[:8], 'big') % 1_000_000:06d}"
