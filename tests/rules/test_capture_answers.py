"""What a whole post becomes: answers, faults with everything kept, or a refusal."""

from datetime import date

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from app.capture.answers import AnswerFaults, Answers, UnreadablePost, check_answers, json_values
from app.pages.contact_fields import email_address
from app.pages.field_fault import FaultKind, FieldFault
from app.pages.form_spec import FormSpec
from tests.factories.pages import spec

TODAY = date(2026, 11, 23)
FORM = spec(
    {"key": "email", "type": "email", "required": True},
    {"key": "given", "type": "text", "required": True, "map_to": "first_name"},
    {"key": "company", "type": "text"},
    {"key": "topics", "type": "multi_select", "options": ["a", "b"]},
    {"key": "call_me", "type": "checkbox"},
    consents=["newsletter", "calls"],
)


def checked(raw: dict[str, list[str]], form: FormSpec = FORM) -> Answers | AnswerFaults:
    return check_answers(form, raw, locale="en", today=TODAY)


def post(**raw: str | list[str]) -> dict[str, list[str]]:
    usual: dict[str, str | list[str]] = {"email": "ada@example.org", "given": "Ada"}
    return {name: [text] if isinstance(text, str) else text for name, text in (usual | raw).items()}


def test_a_full_post_becomes_answers_in_the_order_of_the_form() -> None:
    answers = checked(post(topics=["b", "a"], call_me="yes", company="  Linden  "))
    assert isinstance(answers, Answers)
    assert list(answers.values.items()) == [
        ("email", "ada@example.org"),
        ("given", "Ada"),
        ("company", "Linden"),
        ("topics", ["a", "b"]),
        ("call_me", True),
    ]
    assert answers.email == "ada@example.org"
    assert answers.known == {"email": "ada@example.org", "first_name": "Ada", "company": "Linden"}


def test_what_was_left_empty_has_no_answer() -> None:
    answers = checked(post(company="   ", topics=["", " "]))
    assert isinstance(answers, Answers)
    assert set(answers.values) == {"email", "given"}


def test_consents_are_what_was_ticked_and_nothing_else() -> None:
    answers = checked(post() | {"consent.newsletter": ["yes"], "consent.calls": ["no"]})
    assert isinstance(answers, Answers)
    assert answers.consents == ("newsletter",)


def test_faults_stand_in_the_order_of_the_form_and_everything_sent_is_kept() -> None:
    raw = post(email="ada", given="", company="x\ny") | {"consent.newsletter": ["yes"]}
    faults = checked(raw)
    assert isinstance(faults, AnswerFaults)
    assert [(key, fault.kind) for key, fault in faults.faults.items()] == [
        ("email", FaultKind.EMAIL),
        ("given", FaultKind.MISSING),
        ("company", FaultKind.LINE_BREAK),
    ]
    assert faults.raw == {name: tuple(texts) for name, texts in raw.items()}
    assert faults.consents == ("newsletter",)


def test_the_address_is_always_required() -> None:
    form = spec({"key": "mail", "type": "email"})
    faults = checked({}, form)
    assert isinstance(faults, AnswerFaults)
    assert faults.faults["mail"].kind is FaultKind.MISSING


@pytest.mark.parametrize(
    ("setup", "kind"),
    [
        ({"type": "text"}, FaultKind.MISSING),
        ({"type": "checkbox"}, FaultKind.UNTICKED),
        ({"type": "radio", "options": ["a"]}, FaultKind.NO_CHOICE),
        ({"type": "multi_select", "options": ["a"]}, FaultKind.NO_CHOICE),
        ({"type": "country"}, FaultKind.NO_CHOICE),
    ],
)
def test_a_missing_answer_is_named_by_its_kind(setup: dict[str, object], kind: FaultKind) -> None:
    form = spec({"key": "email", "type": "email"}, {"key": "asked", "required": True, **setup})
    faults = checked({"email": ["a@example.org"], "asked": [""]}, form)
    assert isinstance(faults, AnswerFaults)
    assert faults.faults["asked"].kind is kind


@pytest.mark.parametrize("name", ["is_admin", "consent.other", "email ", "Email", "", "\u202egiven"])
def test_a_field_that_the_form_does_not_have_is_refused(name: str) -> None:
    with pytest.raises(UnreadablePost):
        checked(post() | {name: ["x"]})


def test_a_second_value_of_a_single_field_is_refused() -> None:
    with pytest.raises(UnreadablePost):
        checked(post(email=["a@example.org", "b@example.org"]))


def test_hints_of_script_and_trap_are_no_answers() -> None:
    answers = checked(
        post(website="http://spam", gp_ms="12000", gp_ref="https://news.example", gp_rev="0123456789abcdef")
    )
    assert isinstance(answers, Answers)
    assert set(answers.values) == {"email", "given"}
    assert answers.script.trap == "http://spam"
    assert answers.script.time_on_page_ms == 12000
    assert answers.script.referrer == "https://news.example"
    assert answers.script.stamp == "0123456789abcdef"


@pytest.mark.parametrize("spent", ["-1", "1e9", "x", "", "9" * 11, "١٢"])
def test_a_senseless_time_on_page_is_no_time(spent: str) -> None:
    answers = checked(post(gp_ms=spent))
    assert isinstance(answers, Answers)
    assert answers.script.time_on_page_ms is None


def test_webhook_form_follows_the_field_types() -> None:
    answers = checked(post(call_me="yes", topics=["a"]))
    assert isinstance(answers, Answers)
    assert dict(json_values(answers, FORM)) == {
        "email": "ada@example.org",
        "given": "Ada",
        "topics": ["a"],
        "call_me": True,
    }


@pytest.mark.parametrize(
    ("key", "value", "cell"), [("topics", ["a", "b"], "a; b"), ("call_me", True, "yes"), ("company", None, "")]
)
def test_cell_of_a_table(key: str, value: object, cell: str) -> None:
    field = FORM.field(key)
    assert field is not None
    assert field.csv(value) == cell  # type: ignore[arg-type]


@given(st.dictionaries(st.sampled_from(sorted(FORM.accepted)), st.lists(st.text(), max_size=1)))
def test_no_text_passes_with_control_characters_or_line_breaks(raw: dict[str, list[str]]) -> None:
    checked_post = checked(raw)
    if isinstance(checked_post, Answers):
        texts = [value for value in checked_post.values.values() if isinstance(value, str)]
        assert all(text.isprintable() or not set(text) & set("\r\n\x00\x85\u2028\u2029\u202e") for text in texts)
        assert all(text == text.strip() for text in texts)


@given(st.emails() | st.from_regex(r"[a-zA-Z0-9._+\-]{1,12}@[a-zA-Z0-9.\-]{1,20}\.[a-z]{1,9}", fullmatch=True))
def test_the_quick_way_for_addresses_decides_like_the_full_parser(text: str) -> None:
    try:
        expected: str | None = validate_email(text, check_deliverability=False, strict=True).normalized
    except EmailNotValidError:
        expected = None
    found = email_address(text)
    assert (None if isinstance(found, FieldFault) else found) == expected
