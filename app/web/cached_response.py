"""Ready-made responses: bodies, header lists and tags for every encoding, and the choice between them.

Content negotiation by RFC 9110 (12.5.3), conditional requests by RFC 9110 (13.1.2).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from app.adapters.static_files import StaticFile
from app.pages.compile import ENDED, LIVE, UPCOMING
from app.pages.encoding import Compiled, encoded_forms
from app.pages.live import LivePage
from app.web.security import PERMISSIONS

Headers = list[tuple[str, str]]

ENCODINGS = ("br", "zstd", "gzip")
"""In the order of preference among those a browser likes equally: as they come out smaller."""

_FOR_EVER = "public, max-age=31536000, immutable"
_FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"
_PART = re.compile(r"\s*([\w*.-]+)\s*(?:;\s*q\s*=\s*(\d(?:\.\d{0,3})?)\s*)?")
_TAG = re.compile(r'(?:W/)?("[^"]*")')
_WORTH_PACKING = ("text/", "application/javascript", "application/json", "image/svg+xml")


class Variant:
    """One body with its headers; the lists are shared by all requests and never changed."""

    __slots__ = ("body", "etag", "headers", "headers_unchanged")

    def __init__(self, body: bytes, etag: str, headers: Headers) -> None:
        self.body = [body]
        self.etag = etag
        self.headers = [*headers, ("ETag", etag), ("Content-Length", str(len(body)))]
        self.headers_unchanged = [item for item in headers if item[0] not in _OF_THE_BODY] + [("ETag", etag)]


_OF_THE_BODY = frozenset({"Content-Type", "Content-Encoding"})


@dataclass(slots=True)
class Cached:
    """What stands at one address: variants by encoding ("" is the plain one), and the moments they change by time."""

    variants: Mapping[str, Variant]
    page_id: str = ""
    switches: tuple[tuple[float, Mapping[str, Variant]], ...] | None = None

    def add_header(self, name: str, value: str) -> None:
        """One more header on every response; only before the entry is served."""
        sets = [self.variants, *(variants for _, variants in self.switches or ())]
        for variant in {id(item): item for variants in sets for item in variants.values()}.values():
            variant.headers.append((name, value))
            variant.headers_unchanged.append((name, value))

    def variants_at(self, now: float) -> Mapping[str, Variant]:
        """The variants of the state the page is in at `now` (seconds since 1970)."""
        current = self.variants
        for since, variants in self.switches or ():
            if now >= since:
                current = variants
        return current


def page_entry(page: LivePage, *, script: str = "") -> Cached:
    """The responses of a page in each of its states, switching by themselves at its start and end.

    `script` is the address of a script to add in development; such pages are served plain.
    """
    made = {state: _page_variants(compiled, script) for state, compiled in page.compiled.items()}
    first = made.get(UPCOMING) or made[LIVE]
    planned = [(page.facts.starts_at, LIVE), (page.facts.ends_at, ENDED)]
    switches = tuple((_seconds(at), made[state]) for at, state in planned if at is not None and state in made)
    return Cached(first, page.page_id, switches or None)


def media_entry(body: bytes, digest: str, media_type: str) -> Cached:
    """The responses of a file whose address holds its hash."""
    headers = [("Content-Type", media_type), ("Cache-Control", _FOR_EVER), *_guards(_FILE_POLICY)]
    return Cached(file_variants(body, digest[:32], headers))


def static_entry(body: bytes, digest: str, media_type: str, *, is_hashed: bool) -> Cached:
    """The responses of a file of the program itself, under its hashed name or its plain one."""
    cache = _FOR_EVER if is_hashed else "no-cache"
    headers = [("Content-Type", media_type), ("Cache-Control", cache), *_guards(_FILE_POLICY)]
    return Cached(file_variants(body, digest[:32], headers))


def file_variants(body: bytes, tag: str, headers: Headers) -> dict[str, Variant]:
    """A file packed where that helps, plain where not."""
    media_type = dict(headers)["Content-Type"]
    if not media_type.startswith(_WORTH_PACKING):
        return {"": Variant(body, f'"{tag}"', headers)}
    return _variants({"": body, **encoded_forms(body)}, tag, headers)


def preferred_encoding(accepted: str) -> str:
    """The encoding to send for an Accept-Encoding header; "" is the plain one."""
    weights = {name: float(weight or 1) for name, weight in _PART.findall(accepted.lower()) if name}
    others = weights.get("*", 0.0)
    ranked = [(weights.get(name, others), -place, name) for place, name in enumerate(ENCODINGS)]
    weight, _, best = max(ranked)
    plain = weights.get("identity", 0.0)
    return best if weight > 0 and weight >= plain else ""


def matches(header: str, etag: str) -> bool:
    """Whether an If-None-Match header names `etag`; compared weakly, as for GET and HEAD."""
    return header.strip() == "*" or etag in _TAG.findall(header)


def static_entries(files: Iterable[StaticFile]) -> dict[str, Cached]:
    """The program's own files under both of their addresses."""
    entries: dict[str, Cached] = {}
    for file in files:
        entries[f"/static/{file.name}"] = static_entry(file.body, file.digest, file.media_type, is_hashed=False)
        entries[file.address] = static_entry(file.body, file.digest, file.media_type, is_hashed=True)
    return entries


def _page_variants(compiled: Compiled, script: str) -> dict[str, Variant]:
    headers = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Cache-Control", "no-cache"),
        ("X-Frame-Options", "DENY"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        *_guards(compiled.policy),
    ]
    if script:
        html = compiled.identity.replace(b"</body>", f'<script src="{script}" defer></script></body>'.encode())
        return _variants({"": html}, f"{compiled.etag}-dev", headers)
    bodies = {"": compiled.identity, "gzip": compiled.gzip, "br": compiled.br, "zstd": compiled.zstd}
    return _variants(bodies, compiled.etag, headers)


def _variants(bodies: Mapping[str, bytes], tag: str, headers: Headers) -> dict[str, Variant]:
    """A strong tag for each encoding, since their bytes differ (RFC 9110, 8.8.3.3)."""
    vary = [*headers, ("Vary", "Accept-Encoding")]
    return {
        name: Variant(
            body,
            f'"{tag}-{name}"' if name else f'"{tag}"',
            [*vary, ("Content-Encoding", name)] if name else vary,
        )
        for name, body in bodies.items()
    }


def _guards(policy: str) -> Headers:
    return [
        ("Content-Security-Policy", policy),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "strict-origin-when-cross-origin"),
        ("Permissions-Policy", PERMISSIONS),
    ]


def _seconds(moment: datetime) -> float:
    return moment.timestamp()
