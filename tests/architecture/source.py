"""The project's own source as syntax trees, for tests that hold the rules of the house."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("attribution", "capture", "consent", "leads", "offers", "outbox", "pages", "staff")
IMPURE_NAMES = frozenset({"models", "actions", "queries"})
EDGES = ("app.web", "app.worker", "app.cli")


@dataclass(frozen=True, slots=True)
class Module:
    """One Python file: its dotted name and its tree."""

    name: str
    tree: ast.Module
    is_package: bool = False

    @property
    def room(self) -> str | None:
        """The room this file stands in."""
        parts = self.name.split(".")
        return parts[1] if len(parts) > 1 and parts[0] == "app" and parts[1] in ROOMS else None

    @property
    def is_pure(self) -> bool:
        """Whether the house asks this file to be pure: any file of a room but its three database files."""
        return self.room is not None and not self.is_package and self.name.split(".")[2] not in IMPURE_NAMES

    @property
    def is_edge(self) -> bool:
        """Whether this file belongs to an edge: web, worker, command line."""
        return self.name.startswith(EDGES)

    def imports(self) -> Iterator[str]:
        """Every module or name this file imports, dotted, wherever in the file the import stands."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = self._resolved(node)
                yield from (f"{base}.{alias.name}" for alias in node.names)

    def calls(self) -> Iterator[tuple[str, int]]:
        """Every call as dotted text with its line."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                yield ast.unparse(node.func), node.lineno

    def attributes(self) -> Iterator[tuple[str, int]]:
        """Every dotted expression with its line."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Attribute):
                yield ast.unparse(node), node.lineno

    def _resolved(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        parts = self.name.split(".")
        here = parts if self.is_package else parts[:-1]
        base = here[: len(here) - node.level + 1]
        return ".".join([*base, node.module] if node.module else base)


def planted(name: str, text: str) -> Module:
    """A file that does not exist, to show that a rule catches it."""
    return Module(name, ast.parse(text))


@cache
def modules() -> tuple[Module, ...]:
    """All files of the program: `app/`, the settings and the entry points."""
    return tuple(_read(path) for path in [*sorted((ROOT / "app").rglob("*.py")), *sorted(ROOT.glob("*.py"))])


@cache
def tracked_files() -> tuple[Path, ...]:
    """All files of the project that git keeps (or, outside a checkout, every file that is not generated)."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listing.returncode == 0:
        return tuple(ROOT / name for name in listing.stdout.decode().split("\0") if name and (ROOT / name).is_file())
    skipped = {".venv", "node_modules", "data", "__pycache__"}
    return tuple(path for path in ROOT.rglob("*") if path.is_file() and not skipped & set(path.parts))


def starts_with(name: str, *prefixes: str) -> bool:
    """Whether a dotted name is one of `prefixes` or lies below one."""
    return any(name == prefix or name.startswith(prefix + ".") for prefix in prefixes)


def _read(path: Path) -> Module:
    relative = path.relative_to(ROOT).with_suffix("")
    is_package = relative.name == "__init__"
    parts = relative.parts[:-1] if is_package else relative.parts
    return Module(".".join(parts), ast.parse(path.read_text(encoding="utf-8")), is_package)
