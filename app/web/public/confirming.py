"""The one call by which the web confirms: gathers facts of the request, then runs the story in one unit of work."""

from __future__ import annotations

from datetime import datetime

from flask import request
from sqlalchemy.orm import Session

from app.capture import queries as capture
from app.capture.actions import ConfirmationExpired
from app.capture.models import Submission
from app.journey.addresses import address_macs
from app.journey.confirm import Confirmed, Press
from app.journey.confirm import confirm as run
from app.pages import queries as pages
from app.pages.live import RevisionFacts
from app.services import services


def confirm(submission_id: str, *, grade: str, now: datetime) -> Confirmed:
    """Confirm a submission once; a repeat gives the same. Raises ConfirmationExpired."""
    parts = services()
    submission, facts = read(submission_id)
    parts.fetches.flush()
    press = Press(
        network=parts.clients.of(request.environ), agent=request.headers.get("User-Agent", "")[:400], grade=grade
    )
    macs = address_macs(submission.email_key, parts.settings.secret_keys)
    rules = parts.site.current().rules
    return parts.database.write(
        lambda session: run(session, submission_id, facts=facts, rules=rules, press=press, macs=macs, now=now)
    )


def read(submission_id: str) -> tuple[Submission, RevisionFacts]:
    """A submission with the facts of its revision; raises ConfirmationExpired when it is gone."""

    def work(session: Session) -> tuple[Submission, RevisionFacts]:
        submission = capture.submission(session, submission_id)
        if submission is None:
            raise ConfirmationExpired("This link has expired.", hint="Ask for it again on the page.")
        return submission, pages.revision_facts(session, submission.revision_id)

    return services().database.read(work)
