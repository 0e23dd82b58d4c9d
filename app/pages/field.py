"""What every field of a form has, and the shape of a field's check."""

import re
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, ClassVar, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from app.pages.field_fault import FaultKind, FieldFault

Answer: TypeAlias = str | int | float | bool | list[str] | None
Check: TypeAlias = Callable[[list[str], str, date], Answer | FieldFault]
"""raw values (never empty, first one stripped and not blank), locale, today -> the value to keep, or why not."""

STANDARD_KEYS = (
    "email",
    "first_name",
    "last_name",
    "name",
    "company",
    "phone",
    "job_title",
    "country",
)
AUTOCOMPLETE = {
    "email": "email",
    "first_name": "given-name",
    "last_name": "family-name",
    "name": "name",
    "company": "organization",
    "phone": "tel",
    "job_title": "organization-title",
    "country": "country",
}
RESERVED_KEYS = frozenset({"gp_ms", "gp_ref", "gp_rev"})


def _key(value: str) -> str:
    if not re.fullmatch("[a-z][a-z0-9_]{0,39}", value) or value.startswith("gp_"):
        raise ValueError("a key is 1 to 40 of a-z, 0-9 and _, starts with a letter, and does not start with gp_")
    return value


Key = Annotated[str, AfterValidator(_key)]
Line = Annotated[str, Field(min_length=1, max_length=300)]


class FieldSetup(BaseModel):
    """The setup an author writes for any field; each type adds its own keys and a check."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)
    template: ClassVar[str]
    repeated: ClassVar[bool] = False
    missing: ClassVar[FieldFault] = FieldFault(FaultKind.MISSING)

    key: Key
    type: str
    label: Line
    help: str = Field(default="", max_length=500)
    required: bool = False
    autocomplete: str = Field(default="", max_length=60)
    default: str = Field(default="", max_length=300)
    map_to: str = ""

    @model_validator(mode="after")
    def _maps_to_a_known_key(self) -> "FieldSetup":
        if self.map_to and self.map_to not in STANDARD_KEYS:
            raise ValueError(f"map_to is one of {', '.join(STANDARD_KEYS)}")
        return self

    @property
    def known_as(self) -> str:
        """The standard key of the lead that this answer fills, or an empty text."""
        return self.map_to or (self.key if self.key in STANDARD_KEYS else "")

    @property
    def autofill(self) -> str:
        """The value of the HTML autocomplete attribute (WCAG 2.2, 1.3.5)."""
        return self.autocomplete or AUTOCOMPLETE.get(self.known_as, "")

    def checker(self) -> Check:
        """The server's check, with everything precomputed that does not depend on the answer."""
        raise NotImplementedError

    def csv(self, value: Answer) -> str:
        """The answer as one cell of a table; the exporter guards against formulas."""
        return "" if value is None else str(value)

    def webhook(self, value: Answer) -> Any:
        """The answer as JSON for a receiver."""
        return value
