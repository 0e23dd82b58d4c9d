"""The site's rules as they stand now, handed to stories as one value."""

from __future__ import annotations

from dataclasses import dataclass

from app.attribution.campaign import CampaignMap
from app.leads.qualification import QualificationRules
from app.leads.score_rules import ScoreRules


@dataclass(frozen=True, slots=True)
class SiteRules:
    """How points are given, who counts as qualified, and what each campaign maps."""

    scoring: ScoreRules
    qualification: QualificationRules
    campaigns: CampaignMap
