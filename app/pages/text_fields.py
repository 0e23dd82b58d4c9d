"""Fields for free text: one line, several lines, and the hidden field."""

from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from app.pages.clean_text import many_lines, one_line, too_long
from app.pages.field import Answer, Check, FieldSetup
from app.pages.field_fault import FaultKind, FieldFault


class TextField(FieldSetup):
    """One line of text."""

    type: Literal["text"]
    template: ClassVar[str] = "fields/text.html"
    placeholder: str = Field(default="", max_length=100)
    min_length: Annotated[int, Field(ge=0, le=500)] = 0
    max_length: Annotated[int, Field(ge=1, le=500)] = 120

    def checker(self) -> Check:
        shortest, longest = self.min_length, self.max_length
        too_short = FieldFault(FaultKind.TOO_SHORT, {"min": shortest})

        def check(raw: list[str], locale: str, today: date) -> Answer | FieldFault:
            text = raw[0]
            if text.isascii() and text.isprintable():
                text = text.strip()
                return text if shortest <= len(text) <= longest else wrong_length(text)
            cleaned = one_line(text, longest)
            return too_short if isinstance(cleaned, str) and len(cleaned) < shortest else cleaned

        def wrong_length(text: str) -> FieldFault:
            return too_short if len(text) < shortest else too_long(longest)

        return check


class LongTextField(FieldSetup):
    """Several lines of text."""

    type: Literal["long_text"]
    template: ClassVar[str] = "fields/long_text.html"
    rows: Annotated[int, Field(ge=2, le=20)] = 4
    max_length: Annotated[int, Field(ge=1, le=10_000)] = 2_000

    def checker(self) -> Check:
        longest = self.max_length
        return lambda raw, locale, today: many_lines(raw[0], longest)


class HiddenField(FieldSetup):
    """A value the page brings along; untrusted like any answer: one line, capped, one of `options` where given."""

    type: Literal["hidden"]
    template: ClassVar[str] = "fields/hidden.html"
    label: str = Field(default="", max_length=300)
    options: tuple[Annotated[str, Field(max_length=200)], ...] = ()
    max_length: Annotated[int, Field(ge=1, le=500)] = 200

    def model_post_init(self, context: Any, /) -> None:
        if self.options and self.default and self.default not in self.options:
            raise ValueError("default is not one of the options")

    def checker(self) -> Check:
        longest, offered = self.max_length, frozenset(self.options)
        not_offered = FieldFault(FaultKind.OPTION)

        def check(raw: list[str], locale: str, today: date) -> Answer | FieldFault:
            text = one_line(raw[0], longest)
            return not_offered if offered and isinstance(text, str) and text not in offered else text

        return check
