"""Posts that were not simply kept: refused answers, closed pages, broken rules, and addresses where no page is."""

from __future__ import annotations

from flask import Blueprint, Response, request

from app.errors import NotFound
from app.pages.compile import ENDED, render_page
from app.pages.field_fault import explain
from app.services import services
from app.web.intake import OUTCOME, Closed, Refused

blueprint = Blueprint("submissions", __name__)


@blueprint.get("/p/<slug>")
@blueprint.get("/<locale>/p/<slug>")
def missing(slug: str, locale: str | None = None) -> Response:
    """Live pages are answered by the page cache; what comes here is not there."""
    raise NotFound("There is no such page.")


@blueprint.post("/p/<slug>")
@blueprint.post("/<locale>/p/<slug>")
def answer(slug: str, locale: str | None = None) -> Response:
    """Say what became of a post that the intake did not keep."""
    outcome = request.environ.get(OUTCOME)
    if isinstance(outcome, Refused):
        return _refused(outcome)
    if isinstance(outcome, Closed):
        return _closed(outcome)
    if isinstance(outcome, Exception):
        raise outcome
    raise NotFound("There is no such page.")


def _refused(outcome: Refused) -> Response:
    """The page again, with every answer kept and each fault beside its field."""
    parts, facts, faults = services(), outcome.facts, outcome.faults
    words = parts.texts.for_locale(facts.locale)
    repeated = {field.key for field in facts.form_spec.fields if field.repeated}
    values: dict[str, str | list[str]] = {
        key: list(texts) if key in repeated else texts[0] for key, texts in faults.raw.items() if texts
    }
    form = facts.record.form(
        values=values,
        errors={key: explain(fault, words.t) for key, fault in faults.faults.items()},
        ticked=frozenset(faults.consents),
        stamp=facts.stamp,
    )
    rendered = render_page(parts.look, facts.record, form)
    response = Response(rendered.html, status=422, mimetype="text/html")
    response.headers["Content-Security-Policy"] = rendered.policy
    return response


def _closed(outcome: Closed) -> Response:
    """The page is over, or not open yet: nothing is taken in, even from a copied form."""
    compiled = outcome.live.compiled[outcome.state]
    response = Response(compiled.identity, status=410 if outcome.state == ENDED else 403, mimetype="text/html")
    response.headers["Content-Security-Policy"] = compiled.policy
    return response
