"""The registry of what leaves the house: one class per topic, each with a template or schema and a line of docs."""

from enum import StrEnum
from typing import ClassVar

from app.errors import AppError
from app.outbox import events


class TopicUnknown(AppError):
    """No class is registered for a topic or event name."""


class Way(StrEnum):
    """By which way a topic's messages leave."""

    MAIL = "mail"
    WEBHOOK = "webhook"
    HOUSE = "house"


class Topic:
    """What all topics say about themselves; `line` is the one line of documentation."""

    name: ClassVar[str]
    way: ClassVar[Way]
    line: ClassVar[str]


class MailTopic(Topic):
    """A mail: `template` is its folder in templates/mail; `is_list_mail` adds the one-click unsubscribe headers."""

    way = Way.MAIL
    template: ClassVar[str]
    is_list_mail: ClassVar[bool] = False


class WebhookTopic(Topic):
    """An event for endpoints; `event` is the model of its body."""

    way = Way.WEBHOOK
    event: ClassVar[type[events.Event]]


class MailConfirm(MailTopic):
    """Sent at once after a form was posted."""

    name = "mail.confirm"
    template = "confirm"
    line = "Asks the person to confirm the address, with link and code."


class MailOffer(MailTopic):
    """Sent after the confirmation."""

    name = "mail.offer"
    template = "offer"
    is_list_mail = True
    line = "Hands over what was asked for."


class MailAlready(MailTopic):
    """Sent instead of the confirmation to an address that is confirmed already."""

    name = "mail.already"
    template = "already"
    is_list_mail = True
    line = "Hands over again what an already confirmed person asked for."


class MailUnsubscribed(MailTopic):
    """Sent after a withdrawal."""

    name = "mail.unsubscribed"
    template = "unsubscribed"
    line = "Says that a withdrawal took effect."


class WebhookLeadConfirmed(WebhookTopic):
    """Event lead.confirmed."""

    name = "webhook.lead_confirmed"
    event = events.LeadConfirmed
    line = "A lead confirmed the address."


class WebhookLeadQualified(WebhookTopic):
    """Event lead.qualified."""

    name = "webhook.lead_qualified"
    event = events.LeadQualified
    line = "A lead met the rules of qualification."


class WebhookConsentWithdrawn(WebhookTopic):
    """Event consent.withdrawn."""

    name = "webhook.consent_withdrawn"
    event = events.ConsentWithdrawn
    line = "A person withdrew one consent."


class WebhookLeadErased(WebhookTopic):
    """Event lead.erased."""

    name = "webhook.lead_erased"
    event = events.LeadErased
    line = "A person was erased."


class HouseUpkeep(Topic):
    """One row a day, whoever of N workers makes it first."""

    name = "house.upkeep"
    way = Way.HOUSE
    line = "Runs the daily retention jobs."


MAIL_TOPICS: tuple[type[MailTopic], ...] = (MailConfirm, MailOffer, MailAlready, MailUnsubscribed)
WEBHOOK_TOPICS: tuple[type[WebhookTopic], ...] = (
    WebhookLeadConfirmed,
    WebhookLeadQualified,
    WebhookConsentWithdrawn,
    WebhookLeadErased,
)
_ALL: tuple[type[Topic], ...] = (*MAIL_TOPICS, *WEBHOOK_TOPICS, HouseUpkeep)
TOPICS: dict[str, type[Topic]] = {one.name: one for one in _ALL}
_BY_EVENT: dict[str, type[WebhookTopic]] = {one.event.name: one for one in WEBHOOK_TOPICS}


def topic(name: str) -> type[Topic]:
    """The topic called `name`; raises TopicUnknown."""
    try:
        return TOPICS[name]
    except KeyError:
        raise TopicUnknown(f"There is no topic “{name}”.", hint=f"Topics are: {', '.join(sorted(TOPICS))}.") from None


def webhook_topic(event_name: str) -> type[WebhookTopic]:
    """The topic of the event a receiver knows as `event_name`, like lead.confirmed; raises TopicUnknown."""
    try:
        return _BY_EVENT[event_name]
    except KeyError:
        raise TopicUnknown(
            f"There is no event “{event_name}”.", hint=f"Events are: {', '.join(sorted(_BY_EVENT))}."
        ) from None


def event_model(event_name: str) -> type[events.AnyEvent]:
    """The model of the event a receiver knows as `event_name`; raises TopicUnknown."""
    webhook_topic(event_name)
    return next(one for one in events.EVENTS if one.name == event_name)


def event_names() -> tuple[str, ...]:
    """All names a receiver can subscribe to."""
    return tuple(_BY_EVENT)
