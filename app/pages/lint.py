"""What must be right, and what should be, before a page is shown to anybody. Pure: facts in, findings out."""

from app.pages.compile import LIVE
from app.pages.finding import Finding
from app.pages.html_facts import html_facts
from app.pages.lint_rules import RULES
from app.pages.lint_subject import LintFacts, Subject
from app.pages.prepare import Prepared
from app.pages.source import PageSource


def lint(source: PageSource, prepared: Prepared, facts: LintFacts) -> list[Finding]:
    """Everything to be said about a page, errors first, each kind in the order of the file."""
    subject = Subject(source, prepared, html_facts(prepared.states[LIVE].html), facts)
    found = [finding for rule in RULES for finding in rule(subject)]
    return sorted(found, key=lambda item: (not item.is_error, item.fault.line))
