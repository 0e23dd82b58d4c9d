"""What rules may ask about a lead, under the names that `docs/scoring.md` lists."""

from collections.abc import Mapping
from typing import Any

import phonenumbers

from app.capture.screening import is_disposable, is_role
from app.leads.conditions import Fact, Facts
from app.leads.identity import Address

# Providers whose addresses say nothing about where somebody works.
_FREE_MAIL_DOMAINS = """
gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com yahoo.com.vn ymail.com icloud.com me.com
mac.com aol.com gmx.com gmx.de gmx.net gmx.at web.de mail.com email.com zoho.com proton.me protonmail.com pm.me
fastmail.com mail.ru yandex.ru yandex.com qq.com 163.com 126.com naver.com
seznam.cz email.cz post.cz centrum.cz atlas.cz volny.cz tiscali.cz quick.cz spoluzaci.cz zoznam.sk azet.sk centrum.sk
"""
_FREE_MAIL = frozenset(_FREE_MAIL_DOMAINS.split())


def profile_facts(
    *,
    address: Address,
    answers: Mapping[str, Any],
    locale: str,
    country: str = "",
    phone: str = "",
    company: str = "",
    job_title: str = "",
) -> Facts:
    """What is known about a person; what is unknown is left out. `phone` is E.164, `country` ISO 3166.

    Pages, offers and touches belong to what a lead did: they are facts of events.
    """
    facts: dict[str, Fact] = {
        "email.domain": address.domain,
        "email.free": is_free_mail(address.domain),
        "email.disposable": is_disposable(address.domain),
        "email.role": is_role(address.local),
        "locale": locale,
        "country": country,
        "phone.country": phone_country(phone),
        "company": company,
        "job_title": job_title,
    }
    facts.update({f"answers.{key}": fact for key, value in answers.items() if (fact := _fact(value)) is not None})
    return {name: value for name, value in facts.items() if value not in ("", ())}


def is_free_mail(domain: str) -> bool:
    """Whether a mail domain belongs to a provider for everybody; unknown domains are taken for companies."""
    return domain in _FREE_MAIL


def phone_country(phone: str) -> str:
    """The country of an E.164 number, ISO 3166; "" for none."""
    if not phone:
        return ""
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(phone, None)) or ""
    except phonenumbers.NumberParseException:
        return ""


def _fact(value: Any) -> Fact | None:
    match value:
        case bool() | int() | float() | str():
            return value
        case list() | tuple():
            return tuple(str(item) for item in value)
        case None:
            return None
    return str(value)
