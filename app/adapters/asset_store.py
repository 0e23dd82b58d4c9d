"""Files by the SHA-256 of their content, public ones and gated ones apart, in the data folder.

A file is written once and never changed; its address says what is in it. The same interface fits object storage.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from app.ids import new_id
from app.pages.media_type import image_type

PUBLIC, GATED = "public", "gated"
_MEDIA_PATH = re.compile(r"/m/([0-9a-f]{16})/([^/]{1,200})")
_PIECE = 256 * 1024


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that was found: its bytes, its full digest and its type."""

    body: bytes
    digest: str
    media_type: str


class AssetStore:
    """The store in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, body: bytes, visibility: str) -> str:
        """Keep `body` durably and return its digest; a second time costs nothing."""
        digest = hashlib.sha256(body).hexdigest()
        path = self.path(digest, visibility)
        if path.exists():
            return digest
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{new_id()}")
        with draft.open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        return digest

    def path(self, digest: str, visibility: str) -> Path:
        """Where a file lies, whether it is there or not."""
        if not re.fullmatch("[0-9a-f]{64}", digest) or visibility not in {PUBLIC, GATED}:
            raise ValueError("a file is named by its SHA-256 and is public or gated")
        return self._folder / visibility / digest[:2] / digest

    def size(self, digest: str, visibility: str) -> int | None:
        """The size in bytes, or None if the file is not here."""
        try:
            return self.path(digest, visibility).stat().st_size
        except FileNotFoundError:
            return None

    def pieces(self, digest: str, visibility: str, *, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """The bytes from `start`, `length` of them, piece by piece. Raises FileNotFoundError on the first."""
        with self.path(digest, visibility).open("rb") as file:
            file.seek(start)
            left = length if length is not None else -1
            while left != 0:
                piece = file.read(_PIECE if left < 0 else min(_PIECE, left))
                if not piece:
                    return
                left -= len(piece) if left > 0 else 0
                yield piece

    def read_public(self, digest: str) -> bytes | None:
        """A whole public file, or None."""
        try:
            return self.path(digest, PUBLIC).read_bytes()
        except FileNotFoundError:
            return None

    def find_public(self, wsgi_path: str) -> StoredFile | None:
        """The public file at `/m/<start of digest>/<name>`, or None."""
        found = _MEDIA_PATH.fullmatch(wsgi_path)
        if found is None:
            return None
        for path in (self._folder / PUBLIC / found[1][:2]).glob(f"{found[1]}*"):
            return StoredFile(path.read_bytes(), path.name, image_type(unquote(found[2])))
        return None
