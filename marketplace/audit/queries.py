"""Reading the trail: always without what is still sealed."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any, cast

from sqlalchemy import Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from marketplace.audit.models import AuditRow, TrailAnchor, TrailInspection, TrailLink
from marketplace.audit.seals import not_sealed
from marketplace.core.clock import end_of_day, start_of_day
from marketplace.core.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Filters:
    """What to look for: days in Beijing (both included), parts of names, an action or a kind of object, an outcome."""

    since: date | None = None
    until: date | None = None
    person: str = ""
    organisation: str = ""
    kind: str = ""
    outcome: str = ""


def visible_rows() -> Select[AuditRow]:
    """All rows that are not sealed, newest first."""
    return (
        select(AuditRow).where(not_sealed(AuditRow.seal_key)).order_by(AuditRow.at.desc(), AuditRow.id.desc())
    )


def filtered_rows(filters: Filters) -> Select[AuditRow]:
    """The visible rows that fit, newest first."""
    query = visible_rows()
    if filters.since:
        query = query.where(AuditRow.at >= start_of_day(filters.since))
    if filters.until:
        query = query.where(AuditRow.at < end_of_day(filters.until))
    if filters.person:
        query = query.where(AuditRow.person_name.contains(filters.person, autoescape=True))
    if filters.organisation:
        query = query.where(AuditRow.organisation_name.contains(filters.organisation, autoescape=True))
    if filters.kind:
        query = query.where(or_(AuditRow.action == filters.kind, AuditRow.subject_kind == filters.kind))
    if filters.outcome:
        query = query.where(AuditRow.outcome == filters.outcome)
    return query


def history_of(session: Session, kind: str, subject_id: int, *, sealed: bool = False) -> Sequence[Any]:
    """办理历史 of one object as plain rows (``HISTORY``), oldest first. ``sealed=True`` only for those who may see the
    sealed object itself."""
    return session.execute(_history(sealed), {"kind": kind, "subject": subject_id}).all()


HISTORY = (
    AuditRow.at, AuditRow.action, AuditRow.label, AuditRow.person_id, AuditRow.person_name,
    AuditRow.organisation_name, AuditRow.reason,
)  # fmt: skip


@cache
def _history(sealed: bool) -> Select[Any]:
    """Built once: every page of an object asks it."""
    query = (
        cast(Select[Any], select(*HISTORY))
        .where(
            AuditRow.subject_kind == bindparam("kind"),
            AuditRow.subject_id == bindparam("subject"),
            AuditRow.outcome == "done",
        )
        .order_by(AuditRow.at, AuditRow.id)
        .limit(200)
    )
    return query if sealed else query.where(not_sealed(AuditRow.seal_key))


def count_visible(session: Session) -> int:
    """How many rows may be shown (sealed ones are not counted)."""
    query = select(func.count()).select_from(AuditRow).where(not_sealed(AuditRow.seal_key))
    return session.scalar(query) or 0


NEWEST = select(func.max(AuditRow.id))


def newest(session: Session) -> int:
    """The number of the newest row, whatever it is about (it is never shown)."""
    return session.scalar(NEWEST) or 0


def inspection(session: Session) -> TrailInspection | None:
    """What the last walk along the chain found, if there was one."""
    return session.scalars(select(TrailInspection)).first()


def recent_anchors(session: Session, most: int) -> list[tuple[TrailAnchor, bool]]:
    """The last days' anchors, newest first, each with whether the chain still holds it."""
    same = and_(TrailLink.position == TrailAnchor.position, TrailLink.digest == TrailAnchor.digest)
    query = select(TrailAnchor, TrailLink.position).outerjoin(TrailLink, same)
    rows = session.execute(query.order_by(TrailAnchor.day.desc()).limit(most))
    return [(anchor, position is not None) for anchor, position in rows]
