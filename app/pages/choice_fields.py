"""Fields that offer answers: select, radio, a single checkbox, several checkboxes."""

from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from app.pages.field import Answer, Check, FieldSetup
from app.pages.field_fault import FaultKind, FieldFault

TICKED = frozenset({"on", "yes", "true", "1"})
_NOT_OFFERED = FieldFault(FaultKind.OPTION)


class Option(BaseModel):
    """One answer to choose: the value that is kept, the same in every language, and the label that is read."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)
    value: Annotated[str, Field(min_length=1, max_length=100)]
    label: Annotated[str, Field(min_length=1, max_length=200)]


class ChoiceField(FieldSetup):
    """What select, radio and multi_select share."""

    options: Annotated[tuple[Option, ...], Field(min_length=1, max_length=300)]
    missing: ClassVar[FieldFault] = FieldFault(FaultKind.NO_CHOICE)

    @field_validator("options", mode="before")
    @classmethod
    def _plain_options(cls, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return [{"value": item, "label": item} if isinstance(item, str) else item for item in value]
        return value

    @model_validator(mode="after")
    def _consistent(self) -> "ChoiceField":
        values = [option.value for option in self.options]
        if len(set(values)) < len(values):
            raise ValueError("options: two options have the same value")
        if self.default and self.default not in values:
            raise ValueError("default is not one of the options")
        return self

    def checker(self) -> Check:
        offered = frozenset(option.value for option in self.options)

        def check(raw: list[str], locale: str, today: date) -> Answer | FieldFault:
            return raw[0] if raw[0] in offered else _NOT_OFFERED

        return check


class SelectField(ChoiceField):
    """A drop-down list: one of many."""

    type: Literal["select"]
    template: ClassVar[str] = "fields/select.html"


class RadioField(ChoiceField):
    """A visible list: one of a few."""

    type: Literal["radio"]
    template: ClassVar[str] = "fields/radio.html"


class MultiSelectField(ChoiceField):
    """Checkboxes: any number of answers between `min_choices` and `max_choices`, kept in the order offered."""

    type: Literal["multi_select"]
    template: ClassVar[str] = "fields/multi_select.html"
    repeated: ClassVar[bool] = True
    min_choices: Annotated[int, Field(ge=0)] = 0
    max_choices: Annotated[int, Field(ge=1)] = 300

    def checker(self) -> Check:
        order = [option.value for option in self.options]
        offered = frozenset(order)
        fewest, most = self.min_choices, self.max_choices

        def check(raw: list[str], locale: str, today: date) -> Answer | FieldFault:
            chosen = set(raw)
            if not chosen <= offered:
                return _NOT_OFFERED
            if len(chosen) < fewest:
                return FieldFault(FaultKind.TOO_FEW, {"min": fewest})
            if len(chosen) > most:
                return FieldFault(FaultKind.TOO_MANY, {"max": most})
            return [value for value in order if value in chosen]

        return check

    def csv(self, value: Answer) -> str:
        return "; ".join(value) if isinstance(value, list) else ""


class CheckboxField(FieldSetup):
    """One box: ticked or not. Marketing consent is never a field; it belongs under `consents`."""

    type: Literal["checkbox"]
    template: ClassVar[str] = "fields/checkbox.html"
    missing: ClassVar[FieldFault] = FieldFault(FaultKind.UNTICKED)

    @model_validator(mode="after")
    def _never_ticked_beforehand(self) -> "CheckboxField":
        if self.default:
            raise ValueError("a box is never ticked beforehand; remove default")
        return self

    def checker(self) -> Check:
        return lambda raw, locale, today: True if raw[0] in TICKED else _NOT_OFFERED

    def csv(self, value: Answer) -> str:
        return "yes" if value else "no"

    def webhook(self, value: Answer) -> Any:
        return bool(value)
