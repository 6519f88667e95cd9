"""Reading the ledger, the lists, and everything a ranking is made from."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound
from marketplace.organisations.models import Organisation
from marketplace.priority.models import LedgerEntry, PriorityKind, PriorityList, Snapshot
from marketplace.priority.policy import may_read_ledger, may_read_list, reads_all
from marketplace.priority.workflow import PriorityState
from marketplace.projects.models import Project
from marketplace.projects.queries import punctuality
from marketplace.projects.workflow import ProjectState


def list_for(session: Session, actor: Actor, list_id: int) -> PriorityList:
    """One list that the actor may read."""
    found = session.get(PriorityList, list_id)
    if found is None or not may_read_list(actor, found):
        raise NotFound
    return found


def lists(actor: Actor) -> Any:
    """All lists that the actor may read, the newest first."""
    query = select(PriorityList).order_by(PriorityList.created_at.desc(), PriorityList.id.desc())
    return query if reads_all(actor) else query.where(PriorityList.state == PriorityState.PUBLISHED)


def snapshot_for(session: Session, actor: Actor, list_id: int, number: int) -> Snapshot:
    """One snapshot of a list that the actor may read."""
    plist = list_for(session, actor, list_id)
    found = snapshot_of(session, plist.id, number)
    if found is None:
        raise NotFound
    return found


def snapshot_of(session: Session, list_id: int, number: int) -> Snapshot | None:
    """A snapshot by its number."""
    return session.scalar(select(Snapshot).where(Snapshot.list_id == list_id, Snapshot.number == number))


def snapshots_of(session: Session, list_id: int) -> Sequence[Snapshot]:
    """All snapshots of a list, the newest first."""
    query = select(Snapshot).where(Snapshot.list_id == list_id).order_by(Snapshot.number.desc())
    return session.scalars(query).all()


def inputs_for(session: Session, kind: str, at: datetime) -> dict[str, Any]:
    """名单依据 at a moment, as plain values: accepted outcomes, units in official order, ledger entries. Four
    statements whatever the number."""
    accepted = session.scalars(
        select(Project)
        .where(Project.state == ProjectState.ACCEPTED, Project.decided_at <= at)
        .order_by(Project.number)
    ).all()
    units = _units(session, {project.lead_id for project in accepted})
    on_time = punctuality(session, [project.id for project in accepted])
    return {
        "kind": PriorityKind(kind).value,
        "at": at.isoformat(timespec="microseconds"),
        "units": [{"id": unit.id, "name": unit.name, "order": unit.order_key} for unit in units],
        "outcomes": [_outcome(project, on_time[project.id]) for project in accepted],
        "entries": _entries(session, [unit.id for unit in units], at),
    }


def _units(session: Session, ids: set[int]) -> Sequence[Organisation]:
    query = (
        select(Organisation).where(Organisation.id.in_(ids)).order_by(Organisation.order_key, Organisation.id)
    )
    return session.scalars(query).all()


def _outcome(project: Project, on_time: tuple[int, int]) -> dict[str, Any]:
    return {
        "project_id": project.id, "number": project.number, "title": project.title, "unit_id": project.lead_id,
        "score": f"{project.score or Decimal(0):.2f}", "grade": project.grade, "on_time": list(on_time),
    }  # fmt: skip


def _entries(session: Session, unit_ids: Sequence[int], at: datetime) -> list[dict[str, Any]]:
    query = (
        select(LedgerEntry, Project.number)
        .join(Project, Project.id == LedgerEntry.project_id)
        .where(
            LedgerEntry.organisation_id.in_(unit_ids),
            LedgerEntry.earned_at <= at,
            LedgerEntry.valid_until > at,
        )
        .order_by(LedgerEntry.earned_at, LedgerEntry.id)
    )
    return [
        {
            "id": entry.id, "unit_id": entry.organisation_id, "project_id": entry.project_id, "number": number,
            "part": entry.part, "points": f"{entry.points:.2f}", "reason": entry.reason,
            "earned_at": entry.earned_at.isoformat(timespec="microseconds"),
            "valid_until": entry.valid_until.isoformat(timespec="microseconds"),
        }
        for entry, number in session.execute(query)
    ]  # fmt: skip


def unit_for(session: Session, actor: Actor, organisation_id: int) -> Organisation:
    """A unit whose points the actor may read."""
    found = session.get(Organisation, organisation_id)
    if found is None or not may_read_ledger(actor, organisation_id):
        raise NotFound
    return found


def entries_of(session: Session, organisation_id: int) -> Sequence[LedgerEntry]:
    """成效积分 of a unit, the latest first."""
    query = (
        select(LedgerEntry)
        .where(LedgerEntry.organisation_id == organisation_id)
        .options(joinedload(LedgerEntry.project, innerjoin=True))
        .order_by(LedgerEntry.earned_at.desc(), LedgerEntry.id.desc())
        .limit(500)
    )
    return session.scalars(query).all()


def sums(now: datetime) -> Any:
    """(unit id, name, valid points, entries) of every unit in the ledger, in official order."""
    valid = (LedgerEntry.earned_at <= now) & (LedgerEntry.valid_until > now)
    return (
        select(
            Organisation.id,
            Organisation.name,
            func.coalesce(func.sum(LedgerEntry.points).filter(valid), 0),
            func.count(LedgerEntry.id),
        )
        .join(LedgerEntry, LedgerEntry.organisation_id == Organisation.id)
        .group_by(Organisation.id, Organisation.name, Organisation.order_key)
        .order_by(Organisation.order_key, Organisation.id)
    )
