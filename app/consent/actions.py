"""What changes in the consent room: wordings kept, consents given and withdrawn, addresses suppressed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.orm import Session

from app.consent.evidence import Evidence, as_json, digest
from app.consent.models import Consent, LinkFetch, Suppression, Wording
from app.consent.status import ConsentStatus
from app.consent.suppression import ALL, SuppressionEntry, SuppressionMac, SuppressionReason, may_clear
from app.consent.wording import Wording as WordingTexts
from app.ids import new_id


def keep_wordings(session: Session, wordings: Iterable[WordingTexts], *, now: datetime) -> None:
    """Keep every wording that is not kept yet, by its content; what was shown once stays provable for ever."""
    by_digest = {wording.content_hash: wording for wording in wordings}
    known = set(session.scalars(select(Wording.digest).where(Wording.digest.in_(by_digest))))
    for digest_, wording in by_digest.items():
        if digest_ not in known:
            session.add(
                Wording(
                    digest=digest_,
                    purpose=wording.purpose,
                    locale=wording.locale,
                    version=wording.version,
                    texts=wording.texts(),
                    created_at=now,
                )
            )
    session.flush()


def give(
    session: Session,
    *,
    record_id: str,
    lead_id: str,
    submission_id: str,
    revision_id: str,
    purpose: str,
    wording: str,
    evidence: Evidence,
    requested_at: datetime,
    now: datetime,
) -> Consent:
    """A person agreed to one purpose and confirmed it: a new record, whatever was agreed or withdrawn before."""
    consent = Consent(
        id=record_id,
        lead_id=lead_id,
        submission_id=submission_id,
        revision_id=revision_id,
        purpose=purpose,
        wording=wording,
        locale=evidence.locale,
        state=ConsentStatus.GIVEN.value,
        requested_at=requested_at,
        given_at=now,
        evidence=as_json(evidence),
        evidence_digest=digest(evidence),
    )
    session.add(consent)
    session.flush()
    return consent


def withdraw(
    session: Session, lead_id: str, *, purposes: Sequence[str] | None, by: str, now: datetime
) -> list[Consent]:
    """Withdraw what is given, for these purposes or (None) for all; gives the records that changed."""
    statement = select(Consent).where(Consent.lead_id == lead_id, Consent.state == ConsentStatus.GIVEN.value)
    if purposes is not None:
        statement = statement.where(Consent.purpose.in_(purposes))
    changed = list(session.scalars(statement.order_by(Consent.id)))
    for consent in changed:
        consent.state = ConsentStatus.WITHDRAWN.value
        consent.withdrawn_at = now
        consent.withdrawn_by = by
    session.flush()
    return changed


def suppress(session: Session, mac: SuppressionMac, *, scope: str, reason: SuppressionReason, now: datetime) -> None:
    """Never mail this address again within `scope`; a stronger reason replaces a weaker one."""
    known = session.scalars(
        select(Suppression).where(Suppression.mac == mac.mac, Suppression.scope == scope)
    ).one_or_none()
    if known is None:
        row = {"id": new_id(), "key_id": mac.key_id, "mac": mac.mac, "scope": scope, "reason": reason.value, "at": now}
        session.execute(insert(Suppression), row)
    elif may_clear(SuppressionEntry(SuppressionReason(known.reason), scope), scope).allowed:
        known.reason = reason.value
        known.at = now
        session.flush()


def clear_by_asking(session: Session, macs: Sequence[SuppressionMac], purposes: Sequence[str]) -> None:
    """Lift what a new confirmed consent to `purposes` may lift; complaints and bounces stay."""
    rows = session.scalars(
        select(Suppression).where(
            Suppression.mac.in_([mac.mac for mac in macs]), Suppression.scope.in_([ALL, *purposes])
        )
    )
    for row in rows:
        entry = SuppressionEntry(SuppressionReason(row.reason), row.scope)
        if any(may_clear(entry, purpose).allowed for purpose in purposes):
            session.delete(row)
    session.flush()


def keep_fetches(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Append fetches of mailed links."""
    session.execute(insert(LinkFetch), list(rows))


def forget(session: Session, lead_id: str, submission_ids: Sequence[str]) -> None:
    """Delete the consents of an erased person with their evidence; suppressions stay."""
    session.execute(delete(Consent).where(or_(Consent.lead_id == lead_id, Consent.submission_id.in_(submission_ids))))
    session.execute(delete(LinkFetch).where(LinkFetch.submission_id.in_(submission_ids)))


def blank_networks(session: Session, *, before: datetime) -> int:
    """Forget network and agent of link fetches older than `before`; gives how many."""
    result = session.execute(
        update(LinkFetch)
        .where(LinkFetch.at < before, or_(LinkFetch.network.is_not(None), LinkFetch.agent.is_not(None)))
        .values(network=None, agent=None)
    )
    return int(result.rowcount)  # type: ignore[attr-defined]
