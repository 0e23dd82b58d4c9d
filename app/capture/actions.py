"""What changes in the capture room: submissions recorded and ended, counters exchanged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, or_, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.capture.limits import Count
from app.capture.models import RateCount, Submission
from app.capture.submission import Draft, State
from app.errors import AppError

REPLAY_WINDOW = timedelta(minutes=10)

_SQLITE_INSERT = sqlite.insert(Submission.__table__).on_conflict_do_nothing(index_elements=["replay_key"])  # type: ignore[arg-type]
# SQLAlchemy does not keep the row count of an INSERT over psycopg unless it is asked to; it is -1 then.
_POSTGRES_INSERT = (
    postgresql.insert(Submission.__table__)  # type: ignore[arg-type]
    .on_conflict_do_nothing(index_elements=["replay_key"])
    .execution_options(preserve_rowcount=True)
)


class ConfirmationExpired(AppError):
    """The link is older than the time allowed to confirm."""


def record(session: Session, draft: Draft, *, now: datetime) -> str | None:
    """Keep a pending submission; the id of an earlier one if this is its replay, else None (it is new).

    Of two posts with the same replay key within REPLAY_WINDOW the first one counts (unique constraint on
    submission.replay_key: two clicks race, one insert wins). After the window the key is free again.
    """
    row = _row(draft, now)
    if _insert_unless_replayed(session, row):
        return None
    earlier = session.execute(
        select(Submission.id, Submission.created_at).where(Submission.replay_key == draft.replay_key)
    ).one_or_none()
    if earlier is not None and now - earlier.created_at < REPLAY_WINDOW:
        return str(earlier.id)
    session.execute(update(Submission).where(Submission.replay_key == draft.replay_key).values(replay_key=None))
    _insert_unless_replayed(session, row)
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


def exchange_counts(
    session: Session, added: Mapping[Count, int], asked: Sequence[Count], *, now: int
) -> dict[Count, int]:
    """Add to the shared counters, forget past windows, and give everybody's totals of those asked for."""
    if added:
        make = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        rows = [
            {"key": count.key, "window_start": count.starts, "count": amount}
            for count, amount in sorted(added.items(), key=lambda item: (item[0].key, item[0].starts))
        ]
        statement = make(RateCount)
        session.execute(
            statement.on_conflict_do_update(
                index_elements=["key", "window_start"], set_={"count": RateCount.count + statement.excluded.count}
            ),
            rows,
        )
    session.execute(delete(RateCount).where(RateCount.window_start < now - 2 * 86_400))
    return _totals(session, asked)


def _of_person(lead_id: str, email_key: str) -> Select[str]:
    return select(Submission.id).where(or_(Submission.lead_id == lead_id, Submission.email_key == email_key))


def _totals(session: Session, asked: Sequence[Count]) -> dict[Count, int]:
    found: dict[Count, int] = {}
    by_key = {(count.key, count.starts): count for count in asked}
    keys = list(by_key)
    for start in range(0, len(keys), 400):
        part = keys[start : start + 400]
        rows = session.execute(
            select(RateCount.key, RateCount.window_start, RateCount.count).where(
                tuple_(RateCount.key, RateCount.window_start).in_(part)
            )
        )
        found.update({by_key[row[0], row[1]]: row[2] for row in rows})
    return found


def _insert_unless_replayed(session: Session, row: dict[str, Any]) -> bool:
    connection = session.connection()
    statement = _POSTGRES_INSERT if connection.dialect.name == "postgresql" else _SQLITE_INSERT
    return connection.execute(statement, row).rowcount == 1


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
