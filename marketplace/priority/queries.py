"""Reading the ledger, the rounds and their snapshots."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound
from marketplace.files.access import Access
from marketplace.organisations.models import Organisation, Person
from marketplace.priority.models import (
    AreaMark,
    Declaration,
    LedgerEntry,
    LedgerUse,
    Placement,
    PriorityList,
    Snapshot,
)
from marketplace.priority.policy import may_read_declaration, may_read_ledger, may_read_list, reads_all
from marketplace.priority.workflow import DeclarationState, PriorityState
from marketplace.projects.models import Project


def list_for(session: Session, actor: Actor, list_id: int) -> PriorityList:
    """One list that the actor may read."""
    found = session.get(PriorityList, list_id)
    if found is None or not may_read_list(actor, found):
        raise NotFound
    return found


def lists(actor: Actor) -> Any:
    """All rounds that the actor may read, the newest first."""
    query = select(PriorityList).order_by(PriorityList.created_at.desc(), PriorityList.id.desc())
    return query if reads_all(actor) else query.where(PriorityList.state != PriorityState.DRAFT)


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


def declaration_for(session: Session, actor: Actor, declaration_id: int) -> Declaration:
    """One declaration that the actor may read."""
    found = session.get(Declaration, declaration_id, options=[joinedload(Declaration.plist)])
    if found is None or not may_read_declaration(actor, found):
        raise NotFound
    return found


def declarations_of(session: Session, list_id: int, organisation_id: int | None) -> Sequence[Declaration]:
    """指标申报 of a round: a unit's own, or (None) everybody's that have been submitted; in official order."""
    query = (
        select(Declaration)
        .join(Organisation, Organisation.id == Declaration.organisation_id)
        .where(Declaration.list_id == list_id)
        .options(contains_eager(Declaration.organisation))
        .order_by(Organisation.order_key, Declaration.candidate, Declaration.criterion)
    )
    if organisation_id is not None:
        return session.scalars(query.where(Declaration.organisation_id == organisation_id)).all()
    return session.scalars(query.where(Declaration.state != DeclarationState.DRAFT)).all()


def candidate_names(session: Session, keys: Iterable[str]) -> dict[str, str]:
    """Names of candidates by their keys, in two statements."""
    ids = {
        kind: {int(key.split(":")[1]) for key in keys if key.startswith(f"{kind}:")}
        for kind in ("unit", "project")
    }
    units = session.execute(
        select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids["unit"]))
    )
    projects = session.execute(select(Project.id, Project.title).where(Project.id.in_(ids["project"])))
    return {f"unit:{id_}": name for id_, name in units} | {f"project:{id_}": title for id_, title in projects}


def declaration_file_access(session: Session, actor: Actor, declaration_id: int, _now: datetime) -> Access:
    """佐证材料: as open as the declaration."""
    found = session.get(Declaration, declaration_id)
    return Access(found is not None and bool(may_read_declaration(actor, found)))


def area_marks(session: Session) -> Sequence[AreaMark]:
    """山区海岛县标注 in official order."""
    query = select(AreaMark).join(AreaMark.organisation).options(contains_eager(AreaMark.organisation))
    return session.scalars(query.order_by(Organisation.order_key, Organisation.id)).all()


def person_names(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """Names by id."""
    query = select(Person.id, Person.name).where(Person.id.in_(list(ids)))
    return {person: name for person, name in session.execute(query)}


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


def uses_of(session: Session, entry_ids: Sequence[int]) -> dict[int, list[Any]]:
    """Entry → the snapshots in which it counted, the earliest first: the list, number and moment of the snapshot, and
    the best rank with which the unit (or a project of it) got a place there, None when it got none."""
    rank = (
        select(func.min(Placement.rank))
        .where(Placement.snapshot_id == Snapshot.id, Placement.organisation_id == LedgerEntry.organisation_id)
        .scalar_subquery()
    )
    query = (
        select(
            LedgerUse.entry_id,
            PriorityList.id.label("list_id"),
            PriorityList.code,
            PriorityList.title,
            Snapshot.number,
            Snapshot.taken_at,
            rank.label("rank"),
        )
        .join(LedgerEntry, LedgerEntry.id == LedgerUse.entry_id)
        .join(Snapshot, Snapshot.id == LedgerUse.snapshot_id)
        .join(PriorityList, PriorityList.id == Snapshot.list_id)
        .where(LedgerUse.entry_id.in_(list(entry_ids)))
        .order_by(LedgerUse.id)
    )
    found: dict[int, list[Any]] = {entry: [] for entry in entry_ids}
    for use in session.execute(query):
        found[use.entry_id].append(use)
    return found


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
