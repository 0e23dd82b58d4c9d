"""Fields about reaching a person: email address, phone number, country."""

import re
from datetime import date
from functools import lru_cache
from typing import ClassVar, Literal

import phonenumbers
from email_validator import SPECIAL_USE_DOMAIN_NAMES as SPECIAL_DOMAINS
from email_validator import EmailNotValidError, validate_email

from app.pages.clean_text import one_line
from app.pages.countries import CODES
from app.pages.field import Answer, Check, FieldSetup
from app.pages.field_fault import FaultKind, FieldFault

LONGEST_EMAIL = 254  # RFC 5321 4.5.3.1.3, errata 1690
REGION_OF_LOCALE = {"en": "US", "vi": "VN", "cs": "CZ", "sk": "SK", "de": "DE", "fr": "FR"}
_EMAIL_FAULT = FieldFault(FaultKind.EMAIL)
_NOT_OFFERED = FieldFault(FaultKind.OPTION)
_SPECIAL = frozenset(name.rpartition(".")[2] for name in SPECIAL_DOMAINS)
_PLAIN_EMAIL = re.compile(
    r"([a-z0-9_+\-]+(?:\.[a-z0-9_+\-]+)*)@((?:[a-z0-9](?:[a-z0-9]|-(?!-)){0,40}(?<!-)\.)+)([a-z]{2,12})",
    re.ASCII | re.IGNORECASE,
)


class EmailField(FieldSetup):
    """An email address; syntax by RFC 5321/5322/6531, no look-up. The domain is kept in lower case."""

    type: Literal["email"]
    template: ClassVar[str] = "fields/email.html"

    def checker(self) -> Check:
        return lambda raw, locale, today: email_address(raw[0])


def email_address(raw: str) -> str | FieldFault:
    """The address as it is kept, or why not. Common ASCII addresses are decided without the full parser."""
    text = raw.strip()
    plain = _PLAIN_EMAIL.fullmatch(text)
    if plain and len(text) <= 120 and len(plain[1]) <= 64 and (last := plain[3].lower()) not in _SPECIAL:
        return f"{plain[1]}@{plain[2].lower()}{last}"
    return _any_email(text)


def _any_email(text: str) -> str | FieldFault:
    cleaned = one_line(text, LONGEST_EMAIL)
    if isinstance(cleaned, FieldFault):
        return _EMAIL_FAULT if cleaned.kind is FaultKind.TOO_LONG else cleaned
    try:
        return validate_email(cleaned, check_deliverability=False, strict=True).normalized
    except EmailNotValidError:
        return _EMAIL_FAULT


class PhoneField(FieldSetup):
    """A phone number, kept as E.164. Numbers without + are read as of `region`, else of the page's locale."""

    type: Literal["phone"]
    template: ClassVar[str] = "fields/phone.html"
    region: str = ""

    def model_post_init(self, context: object, /) -> None:
        if self.region and self.region not in phonenumbers.SUPPORTED_REGIONS:
            raise ValueError(f"region: {self.region!r} is not a region with phone numbers, write for example CZ")

    def checker(self) -> Check:
        region = self.region

        def check(raw: list[str], locale: str, today: date) -> Answer | FieldFault:
            text = one_line(raw[0], 40)
            if isinstance(text, FieldFault):
                return text
            return phone_number(text, region or REGION_OF_LOCALE.get(locale, "US"))

        return check


def phone_number(text: str, region: str) -> str | FieldFault:
    """`text` in E.164 (ITU-T), read as a number of `region` where it has no country code."""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return FieldFault(FaultKind.PHONE, {"example": example_phone(region)})
    if number.extension or not phonenumbers.is_valid_number(number):
        return FieldFault(FaultKind.PHONE, {"example": example_phone(region)})
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@lru_cache(maxsize=64)
def example_phone(region: str) -> str:
    """A number of that region as people there write it abroad."""
    number = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    if number is None:
        return "+420 601 123 456"
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


class CountryField(FieldSetup):
    """A country, kept as its ISO 3166-1 code of two letters, shown by its name in the page's locale."""

    type: Literal["country"]
    template: ClassVar[str] = "fields/country.html"
    missing: ClassVar[FieldFault] = FieldFault(FaultKind.NO_CHOICE)

    def checker(self) -> Check:
        def check(raw: list[str], locale: str, today: date) -> Answer | FieldFault:
            code = raw[0].upper()
            return code if code in CODES else _NOT_OFFERED

        return check
