"""What changes in the capture room: submissions recorded and ended, counters exchanged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, Table, delete, func, or_, select, text, update
from sqlalchemy.orm import Session

from app.bulk_insert import insert_rows
from app.capture.limits import DAY, Count
from app.capture.models import RateCount, Submission
from app.capture.submission import Draft, State
from app.errors import AppError
from app.json_text import dumps

REPLAY_WINDOW = timedelta(minutes=10)

_SUBMISSIONS = cast(Table, Submission.__table__)
# One statement with one parameter, whatever the number of counters: thousands may have changed within a second.
_COUNT = """
INSERT INTO rate_count (key, window_start, count) {rows}
ON CONFLICT (key, window_start) DO UPDATE SET count = rate_count.count + excluded.count
RETURNING key, window_start, count
"""
_COUNT_ON_SQLITE = text(
    _COUNT.format(
        rows="SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]')"
        " FROM json_each(:rows) WHERE true"
    )
)
_COUNT_ON_POSTGRES = text(
    _COUNT.format(
        rows="SELECT value ->> 0, CAST(value ->> 1 AS int), CAST(value ->> 2 AS int)"
        " FROM json_array_elements(CAST(:rows AS json)) AS given(value)"
    )
)


class ConfirmationExpired(AppError):
    """The link is older than the time allowed to confirm."""


def record_all(session: Session, drafts: Sequence[tuple[Draft, datetime]]) -> list[str | None]:
    """`record` for a crowd of drafts with the moments they came at, in two statements unless replays are among them."""
    rows = [_row(draft, now) for draft, now in drafts]
    if insert_rows(session, _SUBMISSIONS, rows, unless_taken="replay_key") == len(rows):
        return [None] * len(rows)
    kept = set(session.scalars(select(Submission.id).where(Submission.id.in_([draft.id for draft, _ in drafts]))))
    return [None if draft.id in kept else record(session, draft, now=now) for draft, now in drafts]


def record(session: Session, draft: Draft, *, now: datetime) -> str | None:
    """Keep a pending submission; the id of an earlier one if this is its replay, else None (it is new).

    Of two posts with the same replay key within REPLAY_WINDOW the first one counts (unique constraint on
    submission.replay_key: two clicks race, one insert wins). After the window the key is free again.
    """
    row = _row(draft, now)
    if insert_rows(session, _SUBMISSIONS, [row], unless_taken="replay_key"):
        return None
    earlier = session.execute(
        select(Submission.id, Submission.created_at).where(Submission.replay_key == draft.replay_key)
    ).one_or_none()
    if earlier is not None and now - earlier.created_at < REPLAY_WINDOW:
        return str(earlier.id)
    session.execute(update(Submission).where(Submission.replay_key == draft.replay_key).values(replay_key=None))
    insert_rows(session, _SUBMISSIONS, [row], unless_taken="replay_key")
    return None


def confirm(session: Session, submission_id: str, *, now: datetime) -> tuple[Submission, bool]:
    """Turn a pending submission into a confirmed one; True if this call did it.

    Raises ConfirmationExpired when it is too late or the submission is gone.
    """
    submission = session.get(Submission, submission_id, with_for_update=True)
    if submission is None or submission.state in {State.EXPIRED, State.REJECTED}:
        raise ConfirmationExpired("This link has expired.", hint="Ask for it again on the page; it takes a minute.")
    if submission.state == State.CONFIRMED:
        return submission, False
    if submission.expires_at <= now:
        raise ConfirmationExpired("This link has expired.", hint="Ask for it again on the page; it takes a minute.")
    submission.state = State.CONFIRMED
    submission.confirmed_at = now
    session.flush()
    return submission, True


def count_code_try(session: Session, submission_id: str) -> int:
    """One more try at the code of a submission; gives the number of tries so far."""
    session.execute(
        update(Submission).where(Submission.id == submission_id).values(code_tries=Submission.code_tries + 1)
    )
    return session.scalar(select(Submission.code_tries).where(Submission.id == submission_id)) or 0


def forget(session: Session, *, lead_id: str, email_key: str) -> list[str]:
    """Delete every submission of a person; gives their ids. Rooms that point at them forget theirs first."""
    ids = list(session.scalars(_of_person(lead_id, email_key)))
    session.execute(delete(Submission).where(Submission.id.in_(ids)))
    return ids


def delete_unconfirmed(session: Session, submission_ids: Sequence[str]) -> int:
    """Delete those of the submissions that nobody confirmed meanwhile; gives how many."""
    unconfirmed = Submission.state != State.CONFIRMED.value
    result = session.execute(delete(Submission).where(Submission.id.in_(submission_ids), unconfirmed))
    return int(result.rowcount)  # type: ignore[attr-defined]


def blank_networks(session: Session, submission_ids: Sequence[str]) -> int:
    """Forget network and agent of these submissions; gives how many."""
    bare: ColumnElement[Any]
    if session.get_bind().dialect.name == "postgresql":
        bare = Submission.evidence.op("-")("network").op("-")("agent")
    else:
        bare = func.json_remove(Submission.evidence, "$.network", "$.agent")
    result = session.execute(
        update(Submission)
        .where(Submission.id.in_(submission_ids))
        .values(evidence=bare)
        .execution_options(synchronize_session=False)
    )
    return int(result.rowcount)  # type: ignore[attr-defined]


def exchange_counts(session: Session, added: Mapping[Count, int]) -> dict[Count, int]:
    """Add to the shared counters; gives everybody's totals of those that were added to."""
    counts = {(count.key, count.starts): count for count in added}
    # Sorted, so that two processes that count the same things lock them in the same order.
    rows = [[key, starts, added[counts[key, starts]]] for key, starts in sorted(counts)]
    is_postgres = session.get_bind().dialect.name == "postgresql"
    totals = session.execute(_COUNT_ON_POSTGRES if is_postgres else _COUNT_ON_SQLITE, {"rows": dumps(rows)})
    return {counts[key, starts]: total for key, starts, total in totals}


def forget_counts(session: Session, *, now: int) -> None:
    """Delete the counters of windows that are over; no window is longer than a day."""
    session.execute(delete(RateCount).where(RateCount.window_start < now - 2 * DAY))


def _of_person(lead_id: str, email_key: str) -> Select[str]:
    return select(Submission.id).where(or_(Submission.lead_id == lead_id, Submission.email_key == email_key))


def _row(draft: Draft, now: datetime) -> dict[str, Any]:
    return {
        "id": draft.id,
        "page_id": draft.page_id,
        "revision_id": draft.revision_id,
        "locale": draft.locale,
        "state": State.PENDING.value,
        "email": draft.email,
        "email_key": draft.email_key,
        "answers": draft.answers,
        "touches": draft.touches,
        "consents": draft.consents,
        "evidence": draft.evidence,
        "flags": draft.flags or None,
        "replay_key": draft.replay_key,
        "code_tries": 0,
        "created_at": now,
        "expires_at": draft.expires_at,
    }
