"""Rules 5 and 6: actions and stories flush and never commit; nothing but an edge opens a unit of work."""

import pytest

from tests.architecture.source import Module, modules, planted, starts_with

ENDS = ("commit", "rollback", "close")
OPENERS = ("Session", "sessionmaker", "create_engine")


def offences(module: Module) -> list[str]:
    """Ends of transactions, and sessions or engines made, in rooms, stories and reports."""
    if module.room is None and not starts_with(module.name, "app.journey", "app.reports"):
        return []
    found = []
    for name, line in module.calls():
        target, _, method = name.rpartition(".")
        if (method in ENDS and "session" in target.lower()) or method in OPENERS:
            found.append(f"line {line} calls {name}")
        if method in {"write", "submit"} and target.endswith("database"):
            found.append(f"line {line} opens a unit of work: {name}")
    return found


def test_no_action_or_story_ends_a_transaction_or_opens_one() -> None:
    found = {module.name: offences(module) for module in modules()}
    assert {name: faults for name, faults in found.items() if faults} == {}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("app.leads.actions", "def admit(session):\n    session.commit()"),
        ("app.journey.confirm", "def confirm(session):\n    session.rollback()"),
        ("app.leads.queries", "from sqlalchemy.orm import Session\ns = Session(engine)"),
        ("app.journey.confirm", "def confirm(database):\n    database.write(lambda s: None)"),
    ],
)
def test_the_rule_catches(name: str, text: str) -> None:
    assert offences(planted(name, text))
