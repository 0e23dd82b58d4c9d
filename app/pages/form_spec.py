"""The form of a revision: what it asks, made ready for checking thousands of submissions a second."""

from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from app.pages.countries import countries
from app.pages.field import RESERVED_KEYS, Answer, Check, FieldSetup, Key
from app.pages.field_fault import FieldFault
from app.pages.field_types import AnyField

CONSENT_PREFIX = "consent."


class ConsentOffer(BaseModel):
    """A purpose offered beside the form. `ticked` exists so that the linter can name and refuse it."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)
    purpose: Key
    ticked: bool = False


class FormSetup(BaseModel):
    """The `form` section of a page file."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)
    fields: Annotated[tuple[AnyField, ...], Field(min_length=1, max_length=40)]
    consents: tuple[ConsentOffer, ...] = ()
    submit_label: Annotated[str, Field(min_length=1, max_length=60)]
    honeypot: Key = "website"

    @field_validator("consents", mode="before")
    @classmethod
    def _plain_purposes(cls, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return [{"purpose": item} if isinstance(item, str) else item for item in value]
        return value

    @model_validator(mode="after")
    def _one_of_each(self) -> "FormSetup":
        keys = [field.key for field in self.fields]
        for key in keys:
            if keys.count(key) > 1:
                raise ValueError(f"two fields have the key {key}")
        if self.honeypot in keys:
            raise ValueError(f"honeypot: {self.honeypot} is also the key of a field; choose another name")
        purposes = [offer.purpose for offer in self.consents]
        if len(set(purposes)) < len(purposes):
            raise ValueError("consents: a purpose is offered twice")
        return self


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field, flat and ready: what a template shows and what the check needs."""

    key: str
    type: str
    label: str
    help: str
    required: bool
    autocomplete: str
    default: str
    template: str
    known_as: str
    repeated: bool
    missing: FieldFault
    check: Check
    setup: FieldSetup
    locale: str

    @property
    def options(self) -> tuple[tuple[str, str], ...]:
        """(value, label) of each answer offered; only rendering asks, so that serving loads no names of countries."""
        if self.type == "country":
            return countries(self.locale)
        offered = getattr(self.setup, "options", ())
        return tuple((item, item) if isinstance(item, str) else (item.value, item.label) for item in offered)

    def csv(self, value: Answer) -> str:
        """The answer as one cell of a table."""
        return self.setup.csv(value)

    def webhook(self, value: Answer) -> Any:
        """The answer as JSON for a receiver."""
        return self.setup.webhook(value)


Step: TypeAlias = tuple[str, bool, bool, FieldFault, Check]
"""key, may have several values, is required, fault if missing, check"""


@dataclass(frozen=True, slots=True)
class FormSpec:
    """The form of one revision in one locale; immutable, so it may be cached for ever by revision."""

    locale: str
    fields: tuple[FieldSpec, ...]
    consents: tuple[str, ...]
    submit_label: str
    honeypot: str
    email_key: str
    plan: tuple[Step, ...]
    known: tuple[tuple[str, str], ...]
    consent_names: tuple[tuple[str, str], ...]
    accepted: frozenset[str]

    def field(self, key: str) -> FieldSpec | None:
        """The field of that key, or None."""
        return next((field for field in self.fields if field.key == key), None)


def form_spec(setup: FormSetup, locale: str) -> FormSpec:
    """Precompute everything about a form that does not depend on the answers."""
    fields = tuple(_field_spec(field, locale) for field in setup.fields)
    consents = tuple(offer.purpose for offer in setup.consents)
    email_key = next((field.key for field in fields if field.type == "email"), "")
    names = tuple((purpose, CONSENT_PREFIX + purpose) for purpose in consents)
    accepted = {field.key for field in fields} | {name for _, name in names} | {setup.honeypot} | RESERVED_KEYS
    return FormSpec(
        locale=locale,
        fields=fields,
        consents=consents,
        submit_label=setup.submit_label,
        honeypot=setup.honeypot,
        email_key=email_key,
        plan=tuple((f.key, f.repeated, f.required or f.key == email_key, f.missing, f.check) for f in fields),
        known=tuple((field.known_as, field.key) for field in fields if field.known_as),
        consent_names=names,
        accepted=frozenset(accepted),
    )


def _field_spec(setup: FieldSetup, locale: str) -> FieldSpec:
    return FieldSpec(
        key=setup.key,
        type=setup.type,
        label=setup.label,
        help=setup.help,
        required=setup.required,
        autocomplete=setup.autofill,
        default=setup.default,
        template=setup.template,
        known_as=setup.known_as,
        repeated=setup.repeated,
        missing=setup.missing,
        check=setup.checker(),
        setup=setup,
        locale=locale,
    )
