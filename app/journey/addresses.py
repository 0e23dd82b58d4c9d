"""The addresses we hand out, and the secrets behind suppressions: made from the settings, the same in every process."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from app.consent.suppression import Pepper, SuppressionMac, macs_of
from app.tokens import Purpose, Tokens


@dataclass(frozen=True, slots=True)
class Addresses:
    """Absolute links under the base address; every token is bound to its one purpose."""

    base_url: str
    tokens: Tokens

    def confirm(self, submission_id: str) -> str:
        """The page with the one button."""
        return f"{self.base_url}/c/{self.tokens.sign(Purpose.CONFIRM, submission_id)}"

    def receipt(self, submission_id: str) -> str:
        """The waiting page, later the delivered page; a path."""
        return f"/r/{self.tokens.sign(Purpose.RECEIPT, submission_id)}"

    def access(self, access_id: str) -> str:
        """The delivered page of an access."""
        return f"{self.base_url}/o/{self.tokens.sign(Purpose.ACCESS, access_id)}"

    def preferences(self, lead_id: str) -> str:
        """The page where a person sees, changes, downloads and erases."""
        return f"{self.base_url}/preferences/{self.tokens.sign(Purpose.PREFERENCES, lead_id)}"

    def unsubscribe(self, lead_id: str) -> str:
        """The one-click address (RFC 8058); it never expires."""
        return f"{self.base_url}/u/{self.tokens.sign(Purpose.UNSUBSCRIBE, lead_id)}"

    def trap(self, submission_id: str) -> str:
        """The hidden link that only programs follow."""
        return f"{self.base_url}/h/{self.tokens.sign(Purpose.TRAP, submission_id)}"


def peppers_of(keys: Sequence[str]) -> tuple[Pepper, ...]:
    """One pepper a secret key, newest first; the key itself never stands in the table."""
    return tuple(
        Pepper(sha256(b"id\x00" + key.encode()).hexdigest()[:12], hmac.digest(key.encode(), b"suppression", "sha256"))
        for key in keys
    )


def address_macs(address_key: str, keys: Sequence[str]) -> tuple[SuppressionMac, ...]:
    """The hashes under which an address may be suppressed, newest key first."""
    return macs_of(address_key, peppers_of(keys))
