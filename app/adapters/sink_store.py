"""Keeps what the built-in receiver got, in a folder, newest 500."""

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

_MOST_KEPT = 500
_NAME = re.compile(r"[0-9A-Z]{26}\Z")


@dataclass(frozen=True, slots=True)
class Received:
    """One request to the receiver and what checking its signature found."""

    id: str
    at: str
    webhook_id: str
    type: str
    is_valid: bool
    verdict: str
    is_repeat: bool
    answered: int
    headers: dict[str, str]
    body: str


class SinkStore:
    """A folder of JSON files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, received: Received) -> None:
        """Add one; the draft is renamed, so that a reader never sees half of it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        draft = self._folder / f"{received.id}.tmp"
        draft.write_text(json.dumps(asdict(received), ensure_ascii=False), encoding="utf-8")
        draft.rename(self._folder / f"{received.id}.json")
        for old in self._names()[_MOST_KEPT:]:
            (self._folder / f"{old}.json").unlink(missing_ok=True)

    def all(self, limit: int = _MOST_KEPT) -> list[Received]:
        """What is kept, newest first."""
        found = (self._read(name) for name in self._names()[:limit])
        return [one for one in found if one is not None]

    def has(self, webhook_id: str) -> bool:
        """Whether a delivery with this id arrived before."""
        return any(one.webhook_id == webhook_id for one in self.all())

    def clear(self) -> None:
        """Forget everything."""
        for name in self._names():
            (self._folder / f"{name}.json").unlink(missing_ok=True)

    def _names(self) -> list[str]:
        return sorted((path.stem for path in self._folder.glob("*.json") if _NAME.match(path.stem)), reverse=True)

    def _read(self, name: str) -> Received | None:
        try:
            return Received(**json.loads((self._folder / f"{name}.json").read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
