"""The words visitors and staff read: English sentences as keys, translated by the .po files of `translations/`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from babel.core import Locale
from babel.messages.pofile import read_po

_FOLDER = Path(__file__).parent / "translations"
SOURCE_LOCALE = "en"


@dataclass(frozen=True, slots=True)
class Translate:
    """All texts of one locale."""

    locale: str
    messages: Mapping[str, str | tuple[str, ...]] = field(repr=False)

    def t(self, text: str, /, **values: object) -> str:
        """`text` in this locale, with {names} filled in; a text without translation stays English."""
        found = self.messages.get(text) or text
        sentence = found if isinstance(found, str) else found[0]
        return sentence.format(**values) if values else sentence

    def tn(self, one: str, many: str, n: int, /, **values: object) -> str:
        """The form of a counted text that `n` asks for (CLDR plural rules); {n} is filled in."""
        forms = self.messages.get(one)
        if isinstance(forms, tuple) and all(forms):
            index = _plural_index(self.locale, n, len(forms))
            return forms[index].format(n=n, **values)
        return (one if n == 1 else many).format(n=n, **values)


class Texts:
    """The translations of every locale, read once."""

    def __init__(self, folder: Path = _FOLDER) -> None:
        self._by_locale = {
            path.name: Translate(path.name, _messages(path)) for path in sorted(folder.iterdir()) if path.is_dir()
        }
        self._source = Translate(SOURCE_LOCALE, {})

    def for_locale(self, locale: str) -> Translate:
        """The texts of `locale`, else of its language, else English."""
        return self._by_locale.get(locale) or self._by_locale.get(locale.split("-")[0]) or self._source

    @property
    def locales(self) -> tuple[str, ...]:
        """Every locale that has texts, English first."""
        return (SOURCE_LOCALE, *sorted(self._by_locale))


def _messages(folder: Path) -> dict[str, str | tuple[str, ...]]:
    found: dict[str, str | tuple[str, ...]] = {}
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as file:
            catalog = read_po(file, locale=folder.name)
        for message in catalog:
            if message.id and message.string and not message.fuzzy:
                key = message.id if isinstance(message.id, str) else message.id[0]
                text = message.string
                found[key] = text if isinstance(text, str) else tuple(text)
    return found


def _plural_index(locale: str, n: int, forms: int) -> int:
    tags = ["one", "few", "many", "other"] if forms > 2 else ["one", "other"][-forms:]
    tag = Locale.parse(locale.replace("-", "_")).plural_form(n)
    if forms == 3:
        tags = ["one", "few", "other"]
    return tags.index(tag) if tag in tags else forms - 1
