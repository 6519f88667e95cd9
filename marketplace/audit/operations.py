"""Writing the trail: as a witness of every event, or directly for a refusal, a sign-in, a download, an export."""

from typing import Any

from sqlalchemy import insert

from marketplace.audit.models import AuditRow
from marketplace.core.events import Event
from marketplace.core.unit_of_work import UnitOfWork

NEW_ROW = insert(AuditRow.__table__).inline()  # type: ignore[arg-type]
"""Nobody asks for the new row's number."""


def witness(uow: UnitOfWork, event: Event) -> None:
    """事件留痕: one row for each event, in the same transaction."""
    record(
        uow,
        action=type(event).__name__,
        label=event.audit_label,
        subject_kind=event.subject_kind,
        subject_id=event.subject_id,
        reason=event.reason,
        details=event.details(),
        seal_key=event.seal_key,
    )


def record(
    uow: UnitOfWork,
    *,
    action: str,
    label: str,
    subject_kind: str,
    subject_id: int | None = None,
    outcome: str = "done",
    reason: str | None = None,
    details: dict[str, Any] | None = None,
    seal_key: str | None = None,
) -> None:
    """Adds one audit row about the unit of work's actor. ``label`` is a Chinese msgid; ``outcome`` is done, refused
    or failed."""
    actor = uow.actor
    row = {
        "at": uow.now,
        "action": action,
        "label": label,
        "outcome": outcome,
        "person_id": actor.person_id,
        "person_name": actor.person_name,
        "organisation_id": actor.organisation_id,
        "organisation_name": actor.organisation_name,
        "subject_kind": subject_kind,
        "subject_id": subject_id,
        "reason": reason,
        "details": details or {},
        "seal_key": seal_key,
        "request_id": uow.request_id,
        "address": uow.address,
    }
    uow.session.connection().execute(NEW_ROW, row)
