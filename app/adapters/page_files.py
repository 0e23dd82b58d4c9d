"""The folder of landing pages on disk, read into values; and what changed in it since last time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.adapters.asset_store import GATED, PUBLIC, AssetStore
from app.pages.build import PageFiles, SiteFiles
from app.pages.fault import Fault
from app.pages.image_size import image_size
from app.pages.media_type import IMAGE_TYPES, media_type
from app.pages.record import GatedFacts, ImageFacts

SITE = "_site"
LARGEST_TEXT = 262_144


@dataclass(frozen=True, slots=True)
class Folder:
    """Everything that was read, and where each file to store lies by (digest, visibility)."""

    site: SiteFiles
    pages: tuple[PageFiles, ...]
    files: dict[tuple[str, str], Path]

    def only(self, slugs: tuple[str, ...]) -> tuple[PageFiles, ...]:
        """The folders of those pages; all where none is named."""
        return tuple(page for page in self.pages if not slugs or page.slug in slugs)

    def store(self, assets: AssetStore) -> None:
        """Put every file into the store; what is there costs one look."""
        for (digest, visibility), path in self.files.items():
            if assets.size(digest, visibility) is None:
                assets.put(path.read_bytes(), visibility)


def read_folder(root: Path) -> Folder:
    """Read `root`. Files that are not UTF-8 or too large become faults, not exceptions."""
    files: dict[tuple[str, str], Path] = {}
    pages = [_page(path, root, files) for path in sorted(root.iterdir()) if _is_page(path)] if root.is_dir() else []
    return Folder(_site(root, files), tuple(pages), files)


def snapshot(root: Path) -> dict[str, tuple[int, int]]:
    """Time and size of every file below `root`; two snapshots differ when something was saved."""
    return dict(_stamps(root))


def _stamps(root: Path) -> Iterator[tuple[str, tuple[int, int]]]:
    for path in root.rglob("*"):
        try:
            facts = path.stat()
        except FileNotFoundError:
            continue
        if path.is_file():
            yield str(path), (facts.st_mtime_ns, facts.st_size)


def _is_page(path: Path) -> bool:
    return path.is_dir() and not path.name.startswith(("_", ".")) and any(path.glob("page.*.yaml"))


def _page(path: Path, root: Path, files: dict[tuple[str, str], Path]) -> PageFiles:
    faults: list[Fault] = []
    folder = f"{root.name}/{path.name}"
    return PageFiles(
        folder=folder,
        pages=_texts(sorted(path.glob("page.*.yaml")), folder, faults),
        texts=_texts(sorted(path.glob("*.md")), folder, faults),
        images=_images(path / "media", files),
        gated=_gated(path / "gated", files),
        unreadable=tuple(faults),
    )


def _site(root: Path, files: dict[tuple[str, str], Path]) -> SiteFiles:
    path, folder = root / SITE, f"{root.name}/{SITE}"
    faults: list[Fault] = []
    found = _texts([*sorted(path.glob("*.yaml")), *sorted(path.glob("*.md"))], folder, faults)
    documents = {name.rpartition(".")[0]: text for name, text in found.items()}
    return SiteFiles(folder, documents, _images(path / "media", files), tuple(faults))


def _texts(paths: list[Path], folder: str, faults: list[Fault]) -> dict[str, str]:
    found: dict[str, str] = {}
    for path in paths:
        try:
            body = path.read_bytes()
            found[path.name] = body.decode("utf-8-sig").replace("\r\n", "\n")
            if len(body) > LARGEST_TEXT:
                faults.append(Fault(f"{folder}/{path.name}", 1, "", f"is larger than {LARGEST_TEXT // 1024} KB"))
        except UnicodeDecodeError as error:
            line = path.read_bytes()[: error.start].count(b"\n") + 1
            faults.append(Fault(f"{folder}/{path.name}", line, "", "is not UTF-8; save the file as UTF-8"))
    return found


def _images(folder: Path, files: dict[tuple[str, str], Path]) -> dict[str, ImageFacts]:
    found: dict[str, ImageFacts] = {}
    for path in _files_in(folder):
        if path.name.rpartition(".")[2].lower() in IMAGE_TYPES:
            body = path.read_bytes()
            digest = hashlib.sha256(body).hexdigest()
            width, height = image_size(body)
            files[(digest, PUBLIC)] = path
            found[path.name] = ImageFacts(
                digest=digest, media_type=media_type(path.name), size=len(body), width=width, height=height
            )
    return found


def _gated(folder: Path, files: dict[tuple[str, str], Path]) -> dict[str, GatedFacts]:
    found: dict[str, GatedFacts] = {}
    for path in _files_in(folder):
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        files[(digest, GATED)] = path
        found[path.name] = GatedFacts(digest=digest, media_type=media_type(path.name), size=path.stat().st_size)
    return found


def _files_in(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return [path for path in sorted(folder.iterdir()) if path.is_file() and not path.name.startswith(".")]
