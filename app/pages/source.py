"""The files of a page, as texts, to its document: long texts filled in, every fault with file, line and field."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.pages.document import PageDocument
from app.pages.fault import Fault
from app.pages.yaml_text import Path, YamlText, checked, read_yaml


@dataclass(frozen=True, slots=True)
class PageSource:
    """What an author wrote for one page in one locale: the page file, and the texts it takes in by `@name.md`."""

    file: str
    yaml: YamlText
    text: str
    texts: Mapping[str, str]
    document: PageDocument

    @property
    def joined(self) -> str:
        """Everything the author wrote, in one text, as it is kept with a revision."""
        parts = [self.text, *(f"# --- {name}\n{body}" for name, body in sorted(self.texts.items()))]
        return "\n".join(parts)

    @property
    def digest(self) -> str:
        """SHA-256 of `joined`."""
        return hashlib.sha256(self.joined.encode()).hexdigest()

    def fault(self, path: Path, message: str) -> Fault:
        """A fault at that place of the page file."""
        return Fault(self.file, self.yaml.line(path), self.yaml.spelled(path), message)


def read_page(file: str, text: str, texts: Mapping[str, str]) -> PageSource | list[Fault]:
    """Read one page file. `texts` maps the names of the text files beside it to their content."""
    yaml = read_yaml(file, text)
    if isinstance(yaml, list):
        return yaml
    used: dict[str, str] = {}
    faults: list[Fault] = []
    values = _filled(yaml.values, (), yaml, (texts, used, faults))
    document = checked(yaml, values, PageDocument)
    if isinstance(document, list):
        return faults + document
    return faults or PageSource(file, yaml, text, used, document)


def _filled(
    value: Any,
    path: Path,
    yaml: YamlText,
    context: tuple[Mapping[str, str], dict[str, str], list[Fault]],
) -> Any:
    """`value` with every text `@name.md` replaced by the content of that file."""
    if isinstance(value, dict):
        return {key: _filled(item, (*path, key), yaml, context) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, (*path, place), yaml, context) for place, item in enumerate(value)]
    if not (isinstance(value, str) and value.startswith("@") and value.endswith(".md")):
        return value
    texts, used, faults = context
    name = value[1:]
    if name not in texts:
        faults.append(Fault(yaml.file, yaml.line(path), yaml.spelled(path), f"there is no file {name} beside the page"))
        return "-"
    used[name] = texts[name]
    return texts[name].strip()
