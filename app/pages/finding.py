"""What the linter says about a page: an error blocks publishing, a warning does not."""

from dataclasses import dataclass
from enum import StrEnum

from app.pages.fault import Fault


class Severity(StrEnum):
    """How bad it is."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about one page, with the rule that found it."""

    severity: Severity
    rule: str
    fault: Fault

    @property
    def is_error(self) -> bool:
        """Whether it blocks publishing."""
        return self.severity is Severity.ERROR

    def __str__(self) -> str:
        return f"{self.fault} ({self.severity}: {self.rule})"
