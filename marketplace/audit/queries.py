"""Reading the trail: always without what is still sealed."""

from collections.abc import Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from marketplace.audit.models import AuditRow
from marketplace.audit.seals import not_sealed


def visible_rows() -> Select[AuditRow]:
    """All rows that are not sealed, newest first."""
    return (
        select(AuditRow).where(not_sealed(AuditRow.seal_key)).order_by(AuditRow.at.desc(), AuditRow.id.desc())
    )


def history_of(session: Session, kind: str, subject_id: int, *, sealed: bool = False) -> Sequence[AuditRow]:
    """办理历史 of one object, oldest first. ``sealed=True`` only for those who may see the sealed object itself."""
    query = (
        select(AuditRow)
        .where(AuditRow.subject_kind == kind, AuditRow.subject_id == subject_id, AuditRow.outcome == "done")
        .order_by(AuditRow.at, AuditRow.id)
        .limit(200)
    )
    if not sealed:
        query = query.where(not_sealed(AuditRow.seal_key))
    return session.scalars(query).all()


def count_visible(session: Session) -> int:
    """How many rows may be shown (sealed ones are not counted)."""
    query = select(func.count()).select_from(AuditRow).where(not_sealed(AuditRow.seal_key))
    return session.scalar(query) or 0
