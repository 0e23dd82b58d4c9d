"""Sizes of images from their first bytes, and types of files by their names."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.pages.image_size import image_size
from app.pages.media_type import image_type, media_type
from tests.factories.pages import png

JPEG = (
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    b"\xff\xc2\x00\x11\x08" + struct.pack(">HH", 480, 640) + b"\x03"
)
VP8 = b"RIFF\x00\x00\x00\x00WEBPVP8 \x00\x00\x00\x00\x00\x00\x00\x9d\x01\x2a" + struct.pack("<HH", 640, 480)
VP8L = b"RIFF\x00\x00\x00\x00WEBPVP8L\x00\x00\x00\x00\x2f" + (639 | 479 << 14).to_bytes(4, "little")
VP8X = b"RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00" + bytes([0x7F, 2, 0, 0xDF, 1, 0])
AVIF = b"\x00\x00\x00\x1cftypavif....meta....ispe\x00\x00\x00\x00" + struct.pack(">II", 640, 480)


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (png(640, 480), (640, 480)),
        (b"GIF89a" + struct.pack("<HH", 640, 480), (640, 480)),
        (JPEG, (640, 480)),
        (VP8, (640, 480)),
        (VP8L, (640, 480)),
        (VP8X, (640, 480)),
        (AVIF, (640, 480)),
        (b'<svg xmlns="x" viewBox="0 0 640 480">', (640, 480)),
        (b'<?xml version="1.0"?>\n<svg width="64px" height="48" viewBox="0 0 640 480">', (64, 48)),
        (b"<svg>", (0, 0)),
        (b"", (0, 0)),
        (b"\x89PNG\r\n\x1a\n", (0, 0)),
        (b"\xff\xd8\xff", (0, 0)),
    ],
)
def test_size(data: bytes, size: tuple[int, int]) -> None:
    assert image_size(data) == size


@given(st.sampled_from([JPEG, VP8, VP8L, VP8X, AVIF, png()]), st.integers(0, 40), st.binary(max_size=8))
def test_a_broken_image_has_some_size_and_raises_nothing(data: bytes, cut: int, rest: bytes) -> None:
    width, height = image_size(data[:cut] + rest)
    assert width >= 0
    assert height >= 0


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.PNG", "image/png"),
        ("guide.pdf", "application/pdf"),
        ("a.html", "application/octet-stream"),
        ("noending", "application/octet-stream"),
    ],
)
def test_type(name: str, kind: str) -> None:
    assert media_type(name) == kind


def test_only_images_are_images() -> None:
    assert image_type("a.svg") == "image/svg+xml"
    assert image_type("a.js") == "application/octet-stream"
