"""Keeps webhook secrets unreadable at rest: Fernet under keys derived from the server's secret keys."""

import base64
import secrets
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.errors import AppError
from app.outbox.signature import secret_text

_INFO = b"gatepost webhook secrets 1"
_SECRET_BYTES = 32


class SecretUnreadable(AppError):
    """A kept secret was sealed under a key that is not among the server's secret keys any more."""


class SecretBox:
    """Seals with the newest key, opens with every kept one."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._fernet = MultiFernet([Fernet(_derived(key)) for key in keys])

    def seal(self, secret: str) -> str:
        """`secret` as it may be stored."""
        return self._fernet.encrypt(secret.encode()).decode()

    def open(self, sealed: str) -> str:
        """The secret that `seal` was given; raises SecretUnreadable."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise SecretUnreadable(
                "The secret of this endpoint cannot be read with the server's secret keys.",
                hint="Add the former key to GATEPOST_SECRET_KEY, or run: flask webhooks rotate",
            ) from None


def new_secret() -> str:
    """A fresh `whsec_…` secret of 32 random bytes."""
    return secret_text(secrets.token_bytes(_SECRET_BYTES))


def _derived(key: str) -> bytes:
    raw = HKDF(algorithm=SHA256(), length=32, salt=None, info=_INFO).derive(key.encode())
    return base64.urlsafe_b64encode(raw)
