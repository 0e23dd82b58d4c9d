"""The site as it stands now: brand, purposes and rules, read from what was published and kept for a second."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog

from app.attribution.campaign import CampaignMap, parse_campaigns
from app.consent.wording import Purposes, parse_purposes
from app.db import Database
from app.errors import StorageUnavailable
from app.journey.rules import SiteRules
from app.leads.qualification import DEFAULT_RULES, parse_qualification
from app.leads.score_rules import ScoreRules, parse_scoring
from app.pages import queries
from app.pages.brand import Brand
from app.pages.yaml_text import checked, read_yaml

log = structlog.get_logger()

FRESH_FOR = 1.0
_PRIVACY = "privacy."


@dataclass(frozen=True, slots=True)
class Site:
    """Everything that holds for all pages; before anything is published, plain defaults."""

    brand: Brand = field(default_factory=lambda: Brand(name="Gatepost"))
    purposes: Purposes = field(default_factory=lambda: Purposes({}))
    rules: SiteRules = field(
        default_factory=lambda: SiteRules(ScoreRules(version="default"), DEFAULT_RULES, CampaignMap())
    )
    privacy: Mapping[str, str] = field(default_factory=dict)


class SiteCache:
    """The published site documents, parsed; asks the database at most once a second."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._site = Site()
        self._version: tuple[int, ...] | None = None
        self._asked_at = 0.0
        self._lock = threading.Lock()

    def current(self) -> Site:
        """The site; when the database cannot be asked, as it was known last."""
        if time.monotonic() - self._asked_at < FRESH_FOR and self._version is not None:
            return self._site
        with self._lock:
            if time.monotonic() - self._asked_at >= FRESH_FOR or self._version is None:
                self._refresh()
        return self._site

    def _refresh(self) -> None:
        self._asked_at = time.monotonic()
        try:
            version = self._database.read(queries.site_version)
            if version != self._version:
                texts = {name: found.text for name, found in self._database.read(queries.site_documents).items()}
                self._site = _parsed(texts)
                self._version = version
        except StorageUnavailable:
            log.warning("site.cannot_look")


def _parsed(texts: Mapping[str, str]) -> Site:
    """Documents were checked before they were published, so faults here are a mistake of ours and are logged."""
    brand, purposes = Site().brand, Site().purposes
    rules = Site().rules
    if "brand" in texts:
        brand = _brand(texts["brand"], brand)
    if "purposes" in texts:
        purposes = parse_purposes(texts["purposes"], file="purposes.yaml")[0]
    scoring = parse_scoring(texts["scoring"], file="scoring.yaml")[0] if "scoring" in texts else rules.scoring
    qualification = (
        parse_qualification(texts["qualification"], file="qualification.yaml")[0]
        if "qualification" in texts
        else rules.qualification
    )
    campaigns = (
        parse_campaigns(texts["campaigns"], file="campaigns.yaml")[0] if "campaigns" in texts else rules.campaigns
    )
    privacy = {name.removeprefix(_PRIVACY): text for name, text in texts.items() if name.startswith(_PRIVACY)}
    return Site(brand, purposes, SiteRules(scoring, qualification, campaigns), privacy)


def _brand(text: str, fallback: Brand) -> Brand:
    yaml = read_yaml("brand.yaml", text)
    if isinstance(yaml, list):
        log.error("site.brand_unreadable", faults=len(yaml))
        return fallback
    found = checked(yaml, yaml.values, Brand)
    if isinstance(found, list):
        log.error("site.brand_unreadable", faults=len(found))
        return fallback
    return found
