"""A copy of everything held about a person: one ZIP that programs and people can read (GDPR art. 15 and 20)."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from app.attribution import queries as attribution
from app.capture import queries as capture
from app.consent import queries as consent
from app.errors import NotFound
from app.json_text import dumps
from app.leads import queries as leads
from app.offers import queries as offers
from app.outbox import queries as outbox
from app.pages.field_fault import Say


def export(session: Session, lead_id: str, *, t: Say, now: datetime) -> bytes:
    """person.json, submissions, consents with their texts, events.jsonl, the mails sent, and a README."""
    lead = leads.lead(session, lead_id)
    if lead is None:
        raise NotFound("There is no such lead; it may have been erased already.")
    submissions = capture.submissions_of(session, lead_id=lead.id, email_key=lead.email_key)
    records = consent.consents_of(session, lead.id)
    words = consent.wordings(session, [record.wording for record in records])
    files: dict[str, bytes] = {
        "README.txt": _readme(t, now).encode(),
        "person.json": _json(_row(lead)),
        "score.json": _json([_row(line) for line in leads.score_lines(session, lead.id)]),
        "stages.json": _json([_row(change) for change in leads.stages(session, lead.id)]),
        "touches.json": _json([_row(touch) for touch in attribution.touches_of(session, lead.id)]),
        "offers.json": _json([_row(access) for access in offers.accesses_of(session, lead.id)]),
        "events.jsonl": b"".join(_json(_row(deed)) for deed in leads.deeds(session, lead.id)),
    }
    for submission in submissions:
        files[f"submissions/{submission.id}.json"] = _json(_row(submission))
    for mail in outbox.sent_mails_of(session, [submission.id for submission in submissions]):
        files[f"mails/{mail.message_id}.eml"] = mail.raw
    for record in records:
        files[f"consents/{record.id}.json"] = _json(_row(record) | {"texts": words[record.wording].texts})
    return _zipped(files, now)


def _readme(t: Say, now: datetime) -> str:
    return "\n\n".join(
        (
            t("This is everything we hold about you, as of {moment} UTC.", moment=now.strftime("%Y-%m-%d %H:%M")),
            t("person.json is who you are to us, submissions holds what you sent, events.jsonl what you did."),
            t("consents holds what you agreed to with the exact words, mails what we wrote to you."),
            t("Times are in UTC. Write to us if something is wrong or missing."),
        )
    )


def _row(row: Any) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in inspect(row).mapper.column_attrs}


def _json(value: Any) -> bytes:
    return (dumps(_plain(value)) + "\n").encode()


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else value


def _zipped(files: dict[str, bytes], now: datetime) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in sorted(files.items()):
            entry = zipfile.ZipInfo(name, date_time=now.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, body)
    return buffer.getvalue()
