"""What people are asked to agree to: purposes and their wording per language, from `_site/purposes.yaml`.

A wording is known by the hash of its content. Changing a word makes another wording; the old one stays with the
consents that were given under it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from app.site_file import Faults, Node, read

_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}(?::[a-z0-9_-]{1,19})?")
_LOCALE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


class PurposeKind(StrEnum):
    """On what ground a purpose stands."""

    REQUEST = "request"
    """What somebody asked for (GDPR art. 6(1)(b)): needs no tick, is never offered as one."""
    CONSENT = "consent"
    """What needs agreement of its own (GDPR art. 6(1)(a)), unticked and withdrawable."""


@dataclass(frozen=True, slots=True)
class Wording:
    """The exact texts of one purpose in one language.

    `label` stands at the box, `notice` beside it; `frequency` says how often somebody will be written to, which the
    law of Vietnam wants told (Law 91/2025/QH15 art. 28); `withdraw` says how to take it back (GDPR art. 7(3)).
    """

    purpose: str
    version: str
    locale: str
    label: str
    notice: str
    frequency: str
    withdraw: str
    content_hash: str

    def texts(self) -> dict[str, str]:
        """The texts alone, as kept with the hash."""
        return {
            "label": self.label,
            "notice": self.notice,
            "frequency": self.frequency,
            "withdraw": self.withdraw,
        }


@dataclass(frozen=True, slots=True)
class Purpose:
    """What consent is for."""

    key: str
    kind: PurposeKind
    version: str
    wordings: Mapping[str, Wording]


@dataclass(frozen=True, slots=True)
class Purposes:
    """The purposes of a site, in file order."""

    by_key: Mapping[str, Purpose]

    @property
    def keys(self) -> tuple[str, ...]:
        """All purpose keys."""
        return tuple(self.by_key)

    def purpose(self, key: str) -> Purpose | None:
        """The purpose with this key."""
        return self.by_key.get(key)

    def wording(self, key: str, locale: str) -> Wording | None:
        """The wording in exactly this language; nobody agrees in a language the page is not in."""
        found = self.by_key.get(key)
        return None if found is None else found.wordings.get(locale)


def wording(*, purpose: str, version: str, locale: str, texts: Mapping[str, str]) -> Wording:
    """A wording with its hash: SHA-256 over the canonical JSON of all that is shown and under what name."""
    shown = {name: texts.get(name, "") for name in ("label", "notice", "frequency", "withdraw")}
    whole = {"purpose": purpose, "version": version, "locale": locale, **shown}
    canonical = json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Wording(purpose, version, locale, **shown, content_hash=sha256(canonical.encode("utf-8")).hexdigest())


def parse_purposes(text: str, *, file: str) -> tuple[Purposes, Faults]:
    """Read `purposes.yaml`; with faults, what could be read, which must not be published."""
    top = read(text, file=file)
    top.only("purposes")
    found = {key: _purpose(key, node) for key, node in top.named("purposes")}
    if not found and not top.faults:
        top.fault("needs at least one purpose", "purposes")
    return Purposes(found), tuple(top.faults)


def _purpose(key: str, node: Node) -> Purpose:
    node.only("kind", "version", "wording")
    if not _KEY.fullmatch(key):
        node.fault("a purpose is named with lower-case letters, digits and _, a partner after a colon")
    kind = PurposeKind(node.choice("kind", tuple(PurposeKind), default=PurposeKind.CONSENT))
    version = node.text("version", limit=20)
    wordings = {locale: _wording(key, version, locale, place, kind) for locale, place in node.named("wording")}
    if not wordings:
        node.fault("needs its texts in at least one language", "wording")
    return Purpose(key, kind, version, wordings)


def _wording(purpose: str, version: str, locale: str, node: Node, kind: PurposeKind) -> Wording:
    node.only("label", "notice", "frequency", "withdraw")
    if not _LOCALE.fullmatch(locale):
        node.fault("is not a language; write for example en, vi or cs")
    asks = kind is PurposeKind.CONSENT
    texts = {
        "label": node.text("label", limit=400),
        "notice": node.text("notice", default=None if asks else ""),
        "frequency": node.text("frequency", default=None if asks else "", limit=400),
        "withdraw": node.text("withdraw", default=None if asks else "", limit=400),
    }
    return wording(purpose=purpose, version=version, locale=locale, texts=texts)
