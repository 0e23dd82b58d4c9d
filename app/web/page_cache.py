"""WSGI middleware in front of Flask: published pages, their media and static files, answered from memory.

A hit costs a few dictionary look-ups and never enters Flask. A thread watches the database and swaps the table
when something was published; if it cannot look, what is known goes on being served. Posts and everything that is not
found here pass through.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import structlog

from app.adapters.asset_store import AssetStore
from app.db import Database
from app.pages import queries
from app.pages.live import LivePage
from app.web.cached_response import Cached, Variant, matches, media_entry, page_entry, preferred_encoding

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = structlog.get_logger()

INTERVAL = 0.25
_MOST_CHOICES = 2_048
_MOST_LATE_MEDIA = 200

OnVisit = Callable[[Mapping[str, Any], str], None]
"""environ and page id of a page view"""
OnPost = Callable[[Any, Any, LivePage], Iterable[bytes]]
"""environ, start_response and the live page of a post"""


class PageCache:
    """Answers what it knows and passes on what it does not; `start()` loads the table and begins to watch."""

    def __init__(
        self,
        app: WSGIApplication,
        database: Database,
        on_visit: OnVisit | None = None,
        *,
        assets: AssetStore | None = None,
        static: Mapping[str, Cached] | None = None,
        strict_transport: bool = False,
        dev_script: str = "",
    ) -> None:
        self._app = app
        self._database = database
        self._on_visit = on_visit
        self._assets = assets
        self._strict_transport = strict_transport
        self._dev_script = dev_script
        self._static = {_wsgi(path): self._hardened(entry) for path, entry in (static or {}).items()}
        self._table: dict[str, Cached] = dict(self._static)
        self._late_media: dict[str, Cached] = {}
        self._choices: dict[str, str] = {}
        self._live: dict[tuple[str, str], LivePage] = {}
        self._posts: dict[str, LivePage] = {}
        self.intake: OnPost | None = None
        self._defaults: dict[str, LivePage] = {}
        self._known: dict[str, tuple[LivePage, dict[str, Cached]]] = {}
        self._version: tuple[int, int] | None = None
        self._refreshing = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._is_blind = False

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from memory, or let the app answer."""
        method = environ["REQUEST_METHOD"]
        if method == "GET" or method == "HEAD":
            entry = self._table.get(environ["PATH_INFO"])
            if entry is not None:
                return self._answer(entry, environ, start_response, is_head=method == "HEAD")
            if environ["PATH_INFO"].startswith("/m/"):
                entry = self._stored_media(environ["PATH_INFO"])
                if entry is not None:
                    return self._answer(entry, environ, start_response, is_head=method == "HEAD")
        elif method == "POST" and self.intake is not None:
            live = self._posts.get(environ["PATH_INFO"])
            if live is not None:
                return self.intake(environ, start_response, live)
        return self._app(environ, start_response)

    def live(self, slug: str, locale: str | None = None) -> LivePage | None:
        """What is live at a slug in a locale, the default one where none is given; no database is asked."""
        return self._defaults.get(slug) if locale is None else self._live.get((slug, locale))

    def pages(self) -> Iterable[LivePage]:
        """Everything that is live."""
        return self._live.values()

    def start(self) -> None:
        """Load everything that is live, then watch for changes until `stop()`."""
        self.refresh()
        self._thread = threading.Thread(target=self._watch, name="page-cache", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the watching thread."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def refresh(self) -> bool:
        """Look for changes now; True if the table was swapped."""
        with self._refreshing:
            version = self._database.read(queries.version)
            if version == self._version:
                return False
            ids, fresh = self._database.read(lambda session: queries.live_pages(session, self._known))
            known = self._known | {page.revision_id: (page, self._entries(page)) for page in fresh}
            self._swap({revision_id: known[revision_id] for revision_id in ids})
            self._version = version
            return True

    def _swap(self, known: dict[str, tuple[LivePage, dict[str, Cached]]]) -> None:
        """Replace every table at once; requests under way keep the old one. At one address the newest revision wins."""
        table = dict(self._static)
        pages = [page for page, _ in known.values()]
        for _, entries in known.values():
            table.update(entries)
        self._known = known
        self._live = {(page.facts.slug, page.facts.locale): page for page in pages}
        self._posts = {_wsgi(path): page for page in pages for path in _addresses(page)}
        self._defaults = {page.facts.slug: page for page in pages if page.facts.record.is_default}
        self._table = table

    def _entries(self, page: LivePage) -> dict[str, Cached]:
        """Everything that one page brings into the table: its addresses and its media."""
        entry = self._hardened(page_entry(page, script=self._dev_script))
        entries = dict.fromkeys(_addresses(page), entry)
        for name, facts in page.facts.record.images.items():
            body = self._assets.read_public(facts.digest) if self._assets else None
            if body is not None:
                media = media_entry(body, facts.digest, facts.media_type)
                entries[_wsgi(f"/m/{facts.digest[:16]}/{name}")] = self._hardened(media)
        return entries

    def _hardened(self, entry: Cached) -> Cached:
        """Tell browsers to come by HTTPS only, where the site is reached that way."""
        if self._strict_transport:
            entry.add_header("Strict-Transport-Security", "max-age=31536000")
        return entry

    def _stored_media(self, path: str) -> Cached | None:
        """A file of an earlier revision, or one that another node has published this instant."""
        known = self._late_media.get(path)
        if known is not None or self._assets is None:
            return known
        found = self._assets.find_public(path)
        if found is None:
            return None
        if len(self._late_media) >= _MOST_LATE_MEDIA:
            self._late_media.clear()
        entry = self._hardened(media_entry(found.body, found.digest, found.media_type))
        self._late_media[path] = entry
        return entry

    def _answer(
        self, entry: Cached, environ: WSGIEnvironment, start_response: StartResponse, *, is_head: bool
    ) -> list[bytes]:
        variants = entry.variants if entry.switches is None else entry.variants_at(time.time())
        accepted = environ.get("HTTP_ACCEPT_ENCODING", "")
        choice = self._choices.get(accepted)
        if choice is None:
            choice = self._choose(accepted)
        variant: Variant = variants.get(choice) or variants[""]
        if self._on_visit is not None and entry.page_id:
            self._on_visit(environ, entry.page_id)
        known = environ.get("HTTP_IF_NONE_MATCH")
        if known is not None and (known == variant.etag or matches(known, variant.etag)):
            start_response("304 Not Modified", variant.headers_unchanged)
            return []
        start_response("200 OK", variant.headers)
        return [] if is_head else variant.body

    def _choose(self, accepted: str) -> str:
        choice = preferred_encoding(accepted)
        if len(self._choices) < _MOST_CHOICES and len(accepted) <= 200:
            self._choices[accepted] = choice
        return choice

    def _watch(self) -> None:
        while not self._stopping.wait(INTERVAL):
            try:
                self.refresh()
                self._is_blind = False
            except Exception as error:  # whatever goes wrong, what is known is served on
                if not self._is_blind:
                    log.warning("page_cache.cannot_look", error=type(error).__name__)
                self._is_blind = True


def _addresses(page: LivePage) -> tuple[str, ...]:
    """Every path a page answers at: with its locale, and its own."""
    return f"/{page.facts.locale}/p/{page.facts.slug}", page.facts.record.path


def _wsgi(path: str) -> str:
    """A path as WSGI hands it over: UTF-8 bytes read as Latin-1 (PEP 3333)."""
    return path.encode().decode("latin-1")
