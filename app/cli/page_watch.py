"""Development only: a saved file is checked and published within a second, and open pages reload."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import click

from app.adapters.page_files import snapshot
from app.adapters.static_files import FOLDER as STATIC
from app.adapters.static_files import read_static
from app.cli import publishing
from app.services import Services
from app.web.look import TEMPLATES, make_look

INTERVAL = 0.3
WHO = "file watcher"


class PageWatcher:
    """Looks at pages, templates and static files; `version` counts what was published or found faulty."""

    def __init__(self, parts: Services, on_published: Callable[[], object] = lambda: None) -> None:
        self._parts = parts
        self._on_published = on_published
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._known: dict[str, tuple[int, int]] = {}
        self._look = parts.look
        self.version = 1
        self.faults: tuple[str, ...] = ()

    def start(self) -> None:
        """Watch until `stop()`; what was there before is taken as published."""
        self._known = self._snapshot()
        self._thread = threading.Thread(target=self._run, name="page-watcher", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def wait(self, version: int, timeout: float) -> int:
        """The current version, as soon as it is another one than `version`, at the latest after `timeout` seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self.version != version, timeout)
            return self.version

    def publish(self, slugs: tuple[str, ...] = ()) -> None:
        """Check and publish those pages, all where none is named; faults are told on the terminal."""
        planned = publishing.plan(self._parts, slugs, look=self._look)
        self.faults = tuple(str(item) for item in (*planned.faults, *planned.build.findings))
        for line in self.faults:
            click.echo(line, err=True)
        if planned.may_be_published:
            _, outcomes = publishing.publish(self._parts, planned, who=WHO)
            for item in outcomes:
                if item.published.is_changed:
                    click.echo(f"published {item.prepared.record.path}, revision {item.published.number}", err=True)
        self._on_published()
        with self._changed:
            self.version += 1
            self._changed.notify_all()

    def _run(self) -> None:
        while not self._stopping.wait(INTERVAL):
            seen = self._snapshot()
            if seen != self._known:
                changed = {path for path, _ in seen.items() ^ self._known.items()}
                self._known = seen
                slugs = self._slugs(changed)
                if not slugs:
                    self._look = make_look(self._parts.texts, read_static(), is_dev=True)
                self._try_to_publish(slugs)

    def _snapshot(self) -> dict[str, tuple[int, int]]:
        folders: tuple[Path, ...] = (self._parts.settings.pages_dir, TEMPLATES / "public", STATIC)
        return {name: stamp for folder in folders for name, stamp in snapshot(folder).items()}

    def _slugs(self, changed: set[str]) -> tuple[str, ...]:
        """The pages that changed files belong to; none named, that is all, if one belongs to no page alone."""
        root = self._parts.settings.pages_dir
        paths = [Path(name) for name in changed]
        if not all(path.is_relative_to(root) for path in paths):
            return ()
        slugs = {path.relative_to(root).parts[0] for path in paths}
        return () if any(slug.startswith("_") for slug in slugs) else tuple(sorted(slugs))

    def _try_to_publish(self, slugs: tuple[str, ...]) -> None:
        try:
            self.publish(slugs)
        except Exception as error:  # a half-written template must not end the watching
            click.echo(f"The pages could not be published: {type(error).__name__}: {error}", err=True)
