"""Files by their content: kept once, read in pieces, public and gated apart."""

import hashlib
from pathlib import Path

import pytest

from app.adapters.asset_store import GATED, PUBLIC, AssetStore
from app.adapters.page_files import read_folder, snapshot
from tests.factories.pages import write_site


@pytest.fixture
def store(tmp_path: Path) -> AssetStore:
    return AssetStore(tmp_path / "assets")


def test_a_file_is_kept_under_the_hash_of_its_content(store: AssetStore) -> None:
    digest = store.put(b"words", GATED)
    assert digest == hashlib.sha256(b"words").hexdigest()
    assert store.size(digest, GATED) == 5
    assert store.put(b"words", GATED) == digest


def test_public_and_gated_files_are_apart(store: AssetStore) -> None:
    digest = store.put(b"words", GATED)
    assert store.size(digest, PUBLIC) is None
    assert store.read_public(digest) is None
    assert store.find_public(f"/m/{digest[:16]}/a.png") is None


@pytest.mark.parametrize(
    ("start", "length", "expected"),
    [(0, None, b"0123456789"), (4, None, b"456789"), (2, 3, b"234"), (8, 99, b"89"), (10, None, b""), (0, 0, b"")],
)
def test_a_part_of_a_file_is_read(store: AssetStore, start: int, length: int | None, expected: bytes) -> None:
    digest = store.put(b"0123456789", GATED)
    assert b"".join(store.pieces(digest, GATED, start=start, length=length)) == expected


def test_a_large_file_comes_in_pieces_and_whole(store: AssetStore) -> None:
    body = bytes(range(256)) * 4000
    digest = store.put(body, GATED)
    pieces = list(store.pieces(digest, GATED, start=100, length=1_000_000))
    assert len(pieces) > 1
    assert b"".join(pieces) == body[100:1_000_100]


def test_a_file_that_is_not_there_is_told(store: AssetStore) -> None:
    with pytest.raises(FileNotFoundError):
        next(store.pieces("0" * 64, GATED))


@pytest.mark.parametrize(
    ("digest", "visibility"), [("../../etc/passwd", PUBLIC), ("0" * 64, "other"), ("0" * 63, GATED)]
)
def test_only_hashes_name_files(store: AssetStore, digest: str, visibility: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        store.path(digest, visibility)


def test_the_folder_of_pages_is_read_with_the_facts_of_its_files(tmp_path: Path, store: AssetStore) -> None:
    folder = read_folder(write_site(tmp_path))
    [page] = folder.pages
    assert (page.folder, list(page.pages)) == ("landing_pages/guide", ["page.en.yaml"])
    assert (page.images["bowl.png"].width, page.images["bowl.png"].height) == (4, 3)
    assert {"brand", "purposes", "privacy.en"} <= set(folder.site.documents)
    folder.store(store)
    assert store.size(page.gated["guide.pdf"].digest, GATED) == 18
    assert store.read_public(page.images["bowl.png"].digest) is not None


def test_a_folder_that_is_not_there_has_no_pages(tmp_path: Path) -> None:
    assert read_folder(tmp_path / "nothing").pages == ()


def test_hidden_files_and_folders_are_passed_over(tmp_path: Path) -> None:
    root = write_site(tmp_path)
    (root / ".git").mkdir()
    (root / ".git" / "page.en.yaml").write_text("x")
    (root / "guide" / "gated" / ".DS_Store").write_text("x")
    folder = read_folder(root)
    assert [page.slug for page in folder.pages] == ["guide"]
    assert set(folder.pages[0].gated) == {"guide.pdf"}


def test_a_saved_file_changes_the_snapshot(tmp_path: Path) -> None:
    root = write_site(tmp_path)
    before = snapshot(root)
    (root / "guide" / "page.en.yaml").write_text("another text")
    assert snapshot(root) != before
