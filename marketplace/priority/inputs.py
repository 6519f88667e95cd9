"""Everything a ranking is made from, collected at one moment as plain values (轮次依据)."""

import hashlib
import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from marketplace.organisations.models import Organisation
from marketplace.priority.models import (
    AreaMark,
    Declaration,
    LedgerEntry,
    Placement,
    PriorityKind,
    PriorityList,
    Snapshot,
)
from marketplace.priority.workflow import DeclarationState
from marketplace.projects.models import Outcome, Project
from marketplace.projects.queries import punctuality
from marketplace.projects.workflow import ProjectState
from marketplace.reviews.models import Duty, Panel, PanelItem, ScoreSheet, Seat
from marketplace.reviews.queries.workload import OF_DUTY
from marketplace.reviews.workflow import DutyState, PanelState, SeatState, SheetState, SubjectKind


def inputs_for(session: Session, plist: PriorityList, at: datetime) -> dict[str, Any]:
    """名单依据 at a moment, without the experts' sheets. Eight statements whatever the number of candidates."""
    decided = session.scalars(
        select(Project)
        .where(Project.state.in_((ProjectState.ACCEPTED, ProjectState.FAILED)), Project.decided_at <= at)
        .order_by(Project.number)
    ).all()
    accepted = [project for project in decided if project.state == ProjectState.ACCEPTED]
    units = _units(session, {project.lead_id for project in accepted})
    on_time = punctuality(session, [project.id for project in accepted])
    return {
        "kind": PriorityKind(plist.kind).value,
        "at": at.isoformat(timespec="microseconds"),
        "seed": seed_of(plist.code),
        "units": units,
        "outcomes": [_outcome(project, on_time[project.id]) for project in accepted],
        "failed": [_failed(project) for project in decided if project.state == ProjectState.FAILED],
        "entries": _entries(session, [unit["id"] for unit in units], at),
        "selected": _selected(session, plist, at),
        "declarations": _declarations(session, plist.id),
        "sheets": [],
    }


def seed_of(code: str) -> int:
    """The seed of the draws: from the round's code, so that nobody chooses it."""
    return int(hashlib.sha256(code.encode()).hexdigest()[:8], 16)


def _units(session: Session, ids: set[int]) -> list[dict[str, Any]]:
    query = (
        select(Organisation, AreaMark.id)
        .outerjoin(AreaMark, AreaMark.organisation_id == Organisation.id)
        .where(Organisation.id.in_(ids))
        .order_by(Organisation.order_key, Organisation.id)
    )
    return [
        {
            "id": unit.id,
            "name": unit.name,
            "order": unit.order_key,
            "level": unit.kind,
            "area": mark is not None,
        }
        for unit, mark in session.execute(query)
    ]


def _outcome(project: Project, on_time: tuple[int, int]) -> dict[str, Any]:
    return {
        "project_id": project.id, "number": project.number, "title": project.title, "unit_id": project.lead_id,
        "score": f"{project.score or Decimal(0):.2f}", "grade": project.grade, "on_time": list(on_time),
        "decided_at": _moment(project.decided_at),
    }  # fmt: skip


def _failed(project: Project) -> dict[str, Any]:
    return {
        "number": project.number,
        "unit_id": project.lead_id,
        "decided_at": _moment(project.decided_at),
    }


def _moment(moment: datetime | None) -> str:
    return "" if moment is None else moment.isoformat(timespec="microseconds")


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
            "earned_at": _moment(entry.earned_at), "valid_until": _moment(entry.valid_until),
        }
        for entry, number in session.execute(query)
    ]  # fmt: skip


def _selected(session: Session, plist: PriorityList, at: datetime) -> list[dict[str, Any]]:
    """Places on other lists of the same kind, each by its list's latest snapshot."""
    newest = select(func.max(Snapshot.id)).group_by(Snapshot.list_id).scalar_subquery()
    query = (
        select(Placement.candidate, PriorityList.code, Snapshot.number, Snapshot.taken_at)
        .join(Snapshot, Snapshot.id == Placement.snapshot_id)
        .join(PriorityList, PriorityList.id == Snapshot.list_id)
        .where(PriorityList.kind == plist.kind, PriorityList.id != plist.id)
        .where(Snapshot.id.in_(newest), Snapshot.taken_at <= at)
        .order_by(Snapshot.taken_at, Placement.id)
    )
    return [
        {"key": key, "list": code, "snapshot": number, "at": _moment(taken)}
        for key, code, number, taken in session.execute(query)
    ]


def _declarations(session: Session, list_id: int) -> list[dict[str, Any]]:
    decided = (DeclarationState.ACCEPTED, DeclarationState.REFUSED)
    query = (
        select(Declaration)
        .where(Declaration.list_id == list_id, Declaration.state.in_(decided))
        .order_by(Declaration.id)
    )
    return [
        {
            "key": one.candidate, "criterion": one.criterion, "value": f"{one.value:.2f}", "state": one.state,
            "reason": one.reason,
        }
        for one in session.scalars(query)
    ]  # fmt: skip


def sheets_for(session: Session, project_ids: Iterable[int]) -> list[dict[str, Any]]:
    """评分表 of the candidates' outcomes, from each outcome's latest concluded panel; the experts as their ids."""
    newest = (
        select(func.max(PanelItem.id))
        .join(Panel, Panel.id == PanelItem.panel_id)
        .where(Panel.state == PanelState.CONCLUDED, Panel.subject_kind == SubjectKind.OUTCOME)
        .group_by(PanelItem.subject_id)
        .scalar_subquery()
    )
    query = (
        select(
            Outcome.project_id,
            Seat.expert_id,
            ScoreSheet.marks,
            ScoreSheet.total,
            Panel.rubric,
            Panel.trim_from,
        )
        .join(PanelItem, PanelItem.subject_id == Outcome.id)
        .join(ScoreSheet, ScoreSheet.item_id == PanelItem.id)
        .join(Seat, Seat.id == ScoreSheet.seat_id)
        .join(Panel, Panel.id == PanelItem.panel_id)
        .join(Duty, and_(OF_DUTY, Duty.state == DutyState.LIVE))
        .where(Outcome.project_id.in_(list(project_ids)), PanelItem.id.in_(newest))
        .where(ScoreSheet.state == SheetState.SUBMITTED, Seat.state == SeatState.CONFIRMED)
        .order_by(Outcome.project_id, Seat.expert_id)
    )
    return [
        {
            "project_id": project, "expert": expert, "total": None if total is None else f"{total:.2f}",
            "marks": {
                code: None if mark.get("unable") else mark.get("score") for code, mark in sorted(marks.items())
            },
            "scoring": {
                "criteria": [{"code": one["code"], "weight": one["weight"]} for one in rubric["criteria"]],
                "trim_from": trim_from,
            },
        }
        for project, expert, marks, total, rubric, trim_from in session.execute(query)
    ]  # fmt: skip


def pseudonyms_for(known: Mapping[str, str], experts: Iterable[int], dice: random.Random) -> dict[str, str]:
    """专家代号: those who have one keep it; the others follow in random order, so that no number tells who it is."""
    names = dict(known)
    new = sorted({str(expert) for expert in experts} - set(names))
    dice.shuffle(new)
    for expert in new:
        names[expert] = f"专家{len(names) + 1:02d}"
    return names


def with_sheets(
    inputs: Mapping[str, Any], sheets: Iterable[Mapping[str, Any]], names: Mapping[str, str]
) -> dict[str, Any]:
    """The inputs complete, experts under their pseudonyms, in an order that tells nothing."""
    found = list(sheets)
    hidden = [
        {
            "project_id": sheet["project_id"], "expert": names[str(sheet["expert"])], "total": sheet["total"],
            "marks": sheet["marks"],
        }
        for sheet in found
    ]  # fmt: skip
    return {
        **inputs,
        "sheets": sorted(hidden, key=lambda sheet: (sheet["project_id"], sheet["expert"])),
        "scoring": {str(sheet["project_id"]): sheet["scoring"] for sheet in found},
    }


def comparable(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs without the moment and the sheets: equal when nothing has changed since."""
    return {key: value for key, value in inputs.items() if key not in {"at", "sheets", "scoring"}}
