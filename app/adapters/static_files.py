"""The program's own files under `app/static`, by their addresses with and without hash."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from app.pages.media_type import media_type

FOLDER = Path(__file__).parent.parent / "static"


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file; `address` holds its hash and may be cached for ever."""

    name: str
    address: str
    digest: str
    media_type: str
    body: bytes


def read_static(folder: Path = FOLDER) -> dict[str, StaticFile]:
    """Every file below `folder` by its name relative to it."""
    files: dict[str, StaticFile] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith("."):
            name = path.relative_to(folder).as_posix()
            body = path.read_bytes()
            digest = hashlib.sha256(body).hexdigest()
            stem, dot, ending = name.rpartition(".")
            address = f"/static/{stem}.{digest[:10]}{dot}{ending}" if stem else f"/static/{name}"
            files[name] = StaticFile(name, address, digest, media_type(name), body)
    return files
