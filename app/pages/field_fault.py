"""Why an answer was refused: a kind and its figures, turned into words of the visitor's language at the edge."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class FaultKind(StrEnum):
    """Every reason for which a field may refuse an answer."""

    MISSING = "missing"
    UNTICKED = "unticked"
    NO_CHOICE = "no_choice"
    TOO_LONG = "too_long"
    TOO_SHORT = "too_short"
    CONTROL = "control"
    LINE_BREAK = "line_break"
    DIRECTION = "direction"
    EMAIL = "email"
    PHONE = "phone"
    NUMBER = "number"
    WHOLE_NUMBER = "whole_number"
    BELOW = "below"
    ABOVE = "above"
    DATE = "date"
    BEFORE = "before"
    AFTER = "after"
    OPTION = "option"
    TOO_FEW = "too_few"
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True)
class FieldFault:
    """A refused answer; `figures` fill the sentence (`max`, `min`, `example`)."""

    kind: FaultKind
    figures: Mapping[str, object] = field(default_factory=dict)


class Say(Protocol):
    """A translation function: the English sentence and its values."""

    def __call__(self, text: str, /, **values: object) -> str: ...


def explain(fault: FieldFault, t: Say) -> str:
    """The sentence shown beside the field: what is wrong and what to do."""
    return _SENTENCES[fault.kind](t, dict(fault.figures))


_SENTENCES: dict[FaultKind, Callable[[Say, dict[str, object]], str]] = {
    FaultKind.MISSING: lambda t, _: t("Please fill in this field."),
    FaultKind.UNTICKED: lambda t, _: t("Please tick this box to go on."),
    FaultKind.NO_CHOICE: lambda t, _: t("Please choose one of the answers."),
    FaultKind.TOO_LONG: lambda t, v: t("This is too long. Please use at most {max} characters.", **v),
    FaultKind.TOO_SHORT: lambda t, v: t("This is too short. Please use at least {min} characters.", **v),
    FaultKind.CONTROL: lambda t, _: t("This contains characters that cannot be shown. Please type it again."),
    FaultKind.LINE_BREAK: lambda t, _: t("Please write this on one line, without line breaks."),
    FaultKind.DIRECTION: lambda t, _: t(
        "This contains hidden characters that turn the writing direction. Please type it again."
    ),
    FaultKind.EMAIL: lambda t, _: t("Please check the email address. It should look like name@example.com."),
    FaultKind.PHONE: lambda t, v: t("Please check the phone number. It should look like {example}.", **v),
    FaultKind.NUMBER: lambda t, _: t("Please write a number, using digits only."),
    FaultKind.WHOLE_NUMBER: lambda t, _: t("Please write a whole number, without decimals."),
    FaultKind.BELOW: lambda t, v: t("Please write a number of at least {min}.", **v),
    FaultKind.ABOVE: lambda t, v: t("Please write a number of at most {max}.", **v),
    FaultKind.DATE: lambda t, v: t("Please write a date, for example {example}.", **v),
    FaultKind.BEFORE: lambda t, v: t("Please choose a date that is {min} or later.", **v),
    FaultKind.AFTER: lambda t, v: t("Please choose a date that is {max} or earlier.", **v),
    FaultKind.OPTION: lambda t, _: t("This answer is not one of those offered. Please choose again."),
    FaultKind.TOO_FEW: lambda t, v: t("Please choose at least {min}.", **v),
    FaultKind.TOO_MANY: lambda t, v: t("Please choose at most {max}.", **v),
}
