"""The server's check of what a visitor sent: the only authority over a form.

Pure and on the hot path: no schema library runs here, everything was precomputed in the `FormSpec`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.errors import BadInput
from app.pages.choice_fields import TICKED
from app.pages.clean_text import one_line
from app.pages.field import Answer
from app.pages.field_fault import FieldFault
from app.pages.form_spec import FormSpec

LONGEST_TIME_ON_PAGE_MS = 7 * 24 * 3600 * 1000


class UnreadablePost(BadInput):
    """A post that no form of ours can have sent; answered with 400 and not kept."""


@dataclass(frozen=True, slots=True)
class ScriptFacts:
    """What the optional script, the honeypot and the page itself brought; hints, never answers.

    `stamp` names the revision the sender saw (`RevisionFacts.stamp`), as far as it can be believed.
    """

    trap: str
    time_on_page_ms: int | None
    referrer: str
    stamp: str


@dataclass(frozen=True, slots=True)
class Answers:
    """Checked answers. `values` has one entry per field that was filled in, in the order of the form."""

    values: dict[str, Answer]
    email: str
    known: dict[str, str]
    consents: tuple[str, ...]
    script: ScriptFacts


@dataclass(frozen=True, slots=True)
class AnswerFaults:
    """Refused answers: a fault by field key in the order of the form, and all that was sent, to be shown again."""

    faults: dict[str, FieldFault]
    raw: dict[str, tuple[str, ...]]
    consents: tuple[str, ...]


def check_answers(
    spec: FormSpec, raw: Mapping[str, Sequence[str]], *, locale: str, today: date
) -> Answers | AnswerFaults:
    """Check a post against the form it was made with.

    Texts are stripped and composed (NFC). Raises UnreadablePost for names the form does not have and for a second
    value of a field that has one.
    """
    if not raw.keys() <= spec.accepted:
        raise _unknown_names(spec, raw)
    values: dict[str, Answer] = {}
    faults: dict[str, FieldFault] = {}
    for key, repeated, required, missing, check in spec.plan:
        given = _given(raw.get(key), key, repeated=repeated)
        if given:
            answer = check(given, locale, today)
            if answer.__class__ is FieldFault:
                faults[key] = answer
            else:
                values[key] = answer  # type: ignore[assignment]
        elif required:
            faults[key] = missing
    ticked = _ticked(spec, raw)
    if faults:
        return AnswerFaults(faults, {key: tuple(texts) for key, texts in raw.items()}, ticked)
    return _answers(spec, raw, values, ticked)


def _given(texts: Sequence[str] | None, key: str, *, repeated: bool) -> list[str] | None:
    if not texts:
        return None
    if len(texts) == 1:
        text = texts[0].strip()
        return [text] if text else None
    if not repeated:
        raise UnreadablePost(f"The field {key} was sent more than once.", hint="Open the page again and resend.")
    return [text for text in map(str.strip, texts) if text]


def _ticked(spec: FormSpec, raw: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    if not spec.consent_names:
        return ()
    return tuple([purpose for purpose, name in spec.consent_names if name in raw and _is_tick(raw[name])])


def _is_tick(texts: Sequence[str]) -> bool:
    return len(texts) == 1 and texts[0] in TICKED


def _answers(
    spec: FormSpec, raw: Mapping[str, Sequence[str]], values: dict[str, Answer], ticked: tuple[str, ...]
) -> Answers:
    known = {name: str(values[key]) for name, key in spec.known if key in values}
    email = values.get(spec.email_key, "")
    return Answers(values, str(email), known, ticked, _script_facts(spec, raw))


def _script_facts(spec: FormSpec, raw: Mapping[str, Sequence[str]]) -> ScriptFacts:
    trap = raw.get(spec.honeypot)
    spent = raw.get("gp_ms")
    came_from = raw.get("gp_ref")
    stamp = raw.get("gp_rev")
    return ScriptFacts(
        trap=_short(trap[0]) if trap else "",
        time_on_page_ms=_milliseconds(spent[0]) if spent else None,
        referrer=_short(came_from[0]) if came_from else "",
        stamp=_short(stamp[0]) if stamp else "",
    )


def _milliseconds(text: str) -> int | None:
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        return None
    return min(int(text), LONGEST_TIME_ON_PAGE_MS)


def _short(text: str) -> str:
    """A hint of at most 300 characters; one with unprintable characters is dropped, not repaired."""
    line = one_line(text, 300)
    return line if isinstance(line, str) else ""


def _unknown_names(spec: FormSpec, raw: Mapping[str, Sequence[str]]) -> UnreadablePost:
    names = ", ".join(_readable(name) for name in sorted(raw.keys() - spec.accepted)[:5])
    return UnreadablePost(
        f"This form has no field named {names}.", hint="Open the page again and send the form from there."
    )


def _readable(name: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in name[:40])


def json_values(answers: Answers, spec: FormSpec) -> Iterator[tuple[str, object]]:
    """(key, value) of each answer in its webhook form, in the order of the form."""
    for field in spec.fields:
        if field.key in answers.values:
            yield field.key, field.webhook(answers.values[field.key])
