"""The six-digit code: tidied, tried a few times at most, and as good as the button when it is right."""

from __future__ import annotations

from app.adapters import clock
from app.capture import actions as capture
from app.capture.models import Submission
from app.consent.confirmation import tidy_code
from app.services import services
from app.web.public import confirming

MOST_TRIES = 10


def enter(submission: Submission, typed: str) -> str:
    """Confirm with a typed code; gives what to say when it is wrong, else an empty text."""
    parts = services()
    t = parts.texts.for_locale(submission.locale).t
    code = tidy_code(typed)
    if code is None:
        return t("The code has six digits. Please type it as it stands in the mail.")
    tries = parts.database.write(lambda session: capture.count_code_try(session, submission.id))
    if tries > MOST_TRIES:
        return t("There were too many tries. Please use the button in the mail instead.")
    if not parts.tokens.is_code(submission.id, code):
        return t("This is not the code of the newest mail. Please check it.")
    confirming.confirm(submission.id, grade="code", now=clock.now())
    return ""
