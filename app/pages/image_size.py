"""Width and height of an image from its first bytes, so that a page keeps its shape while images load."""

import re
import struct

_SVG_BOX = re.compile(rb"""<svg\b[^>]*?\bviewBox=["']\s*[-\d.]+[\s,]+[-\d.]+[\s,]+([\d.]+)[\s,]+([\d.]+)""", re.DOTALL)
_SVG_SIZE = re.compile(rb"""<svg\b[^>]*?\bwidth=["']([\d.]+)(?:px)?["'][^>]*?\bheight=["']([\d.]+)""", re.DOTALL)
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def image_size(data: bytes) -> tuple[int, int]:
    """(width, height) in pixels of PNG, JPEG, GIF, WebP, AVIF and SVG; (0, 0) where it cannot be told."""
    try:
        if data.startswith(b"\x89PNG\r\n\x1a\n"):
            return struct.unpack(">II", data[16:24])
        if data.startswith((b"GIF87a", b"GIF89a")):
            return struct.unpack("<HH", data[6:10])
        if data.startswith(b"\xff\xd8"):
            return _jpeg(data)
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return _webp(data)
        if data[4:12] in {b"ftypavif", b"ftypavis"}:
            return _avif(data)
        return _svg(data)
    except (struct.error, IndexError, ValueError):
        return 0, 0


def _jpeg(data: bytes) -> tuple[int, int]:
    place = 2
    while place < len(data):
        if data[place] != 0xFF:
            return 0, 0
        marker = data[place + 1]
        length = struct.unpack(">H", data[place + 2 : place + 4])[0]
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack(">HH", data[place + 5 : place + 9])
            return width, height
        place += 2 + length
    return 0, 0


def _webp(data: bytes) -> tuple[int, int]:
    kind = data[12:16]
    if kind == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack("<HH", data[26:30])
    return width & 0x3FFF, height & 0x3FFF


def _avif(data: bytes) -> tuple[int, int]:
    place = data.index(b"ispe")
    return struct.unpack(">II", data[place + 8 : place + 16])


def _svg(data: bytes) -> tuple[int, int]:
    found = _SVG_SIZE.search(data[:4_000]) or _SVG_BOX.search(data[:4_000])
    return (round(float(found[1])), round(float(found[2]))) if found else (0, 0)
