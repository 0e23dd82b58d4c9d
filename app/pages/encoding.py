"""The bytes of a page in every encoding, made once when it is published and never per request."""

import gzip
import hashlib
from dataclasses import dataclass

import brotli  # type: ignore[import-untyped]
import zstandard


@dataclass(frozen=True, slots=True)
class Compiled:
    """One state of a revision, ready to serve. `etag` is without quotes and common to all encodings."""

    state: str
    etag: str
    policy: str
    identity: bytes
    gzip: bytes
    br: bytes
    zstd: bytes


def encoded(state: str, html: str, policy: str) -> Compiled:
    """`html` in all encodings, as small as they get; the same input always gives the same bytes."""
    body = html.encode()
    packed = encoded_forms(body)
    return Compiled(
        state=state,
        etag=hashlib.sha256(policy.encode() + b"\n" + body).hexdigest()[:32],
        policy=policy,
        identity=body,
        gzip=packed["gzip"],
        br=packed["br"],
        zstd=packed["zstd"],
    )


def encoded_forms(body: bytes) -> dict[str, bytes]:
    """`body` by content encoding (RFC 1952, RFC 7932, RFC 8878)."""
    return {
        "gzip": gzip.compress(body, compresslevel=9, mtime=0),
        "br": brotli.compress(body, quality=11, mode=brotli.MODE_TEXT),
        "zstd": zstandard.ZstdCompressor(level=19, write_content_size=True).compress(body),
    }
