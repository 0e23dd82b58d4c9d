"""The one registry of field types. A new type is one class here, one template, one line in docs/pages.md."""

from typing import Annotated, TypeAlias

from pydantic import Field

from app.pages.choice_fields import CheckboxField, MultiSelectField, RadioField, SelectField
from app.pages.contact_fields import CountryField, EmailField, PhoneField
from app.pages.field import FieldSetup
from app.pages.measure_fields import DateField, NumberField
from app.pages.text_fields import HiddenField, LongTextField, TextField

FIELD_TYPES: dict[str, type[FieldSetup]] = {
    "text": TextField,
    "email": EmailField,
    "phone": PhoneField,
    "number": NumberField,
    "date": DateField,
    "select": SelectField,
    "radio": RadioField,
    "checkbox": CheckboxField,
    "multi_select": MultiSelectField,
    "long_text": LongTextField,
    "country": CountryField,
    "hidden": HiddenField,
}

AnyField: TypeAlias = Annotated[
    TextField
    | EmailField
    | PhoneField
    | NumberField
    | DateField
    | SelectField
    | RadioField
    | CheckboxField
    | MultiSelectField
    | LongTextField
    | CountryField
    | HiddenField,
    Field(discriminator="type"),
]
