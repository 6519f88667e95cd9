"""What of projects waits for whom, and what runs (待办、进行中)."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Executable, Select, literal, select, union_all
from sqlalchemy.orm import Session, contains_eager

from marketplace.core.actor import BUREAU_ROLES, Actor, Role
from marketplace.core.text import N_
from marketplace.core.work import WorkItem, asked_once
from marketplace.organisations.models import Organisation
from marketplace.organisations.naming import unit_name
from marketplace.projects.models import Milestone, Outcome, Project, Queue
from marketplace.projects.policy import sees_all
from marketplace.projects.queries import SOON, UNFINISHED, visible_to
from marketplace.projects.workflow import MilestoneState, ProjectState

MOST = 50
TO_CHECK, TO_ACCEPT, RUNNING = "to_check", "to_accept", "running"


def todos_for(session: Session, actor: Actor, now: datetime) -> list[WorkItem]:
    """待办: the unit reports what is due within 30 days and delivers finished outcomes; the officer checks."""
    if actor.has(Role.OFFICER):
        return [_officer_item(row) for row in _of_province(session) if row.part != RUNNING]
    if actor.has(*BUREAU_ROLES) and actor.organisation_id is not None:
        return [
            *_to_report(session, actor.organisation_id, now),
            *_to_deliver(session, actor, actor.organisation_id),
        ]
    return []


def _of_province(session: Session) -> Sequence[Any]:
    return asked_once(session, "projects", lambda: session.execute(_province_rows()).all())


@cache
def _province_rows() -> Executable:
    """Reports to check, outcomes to accept, projects under way with the nearest ends: one statement, each part of it
    in the order of an index. The names of the units are looked up afterwards."""
    reports = (
        _lines(TO_CHECK, Milestone.id, Milestone.name, Milestone.reported_at)
        .join(Project, Project.id == Milestone.project_id)
        .where(Milestone.queue == Queue.TO_CHECK)
        .order_by(Milestone.due_at, Milestone.id)
    )
    outcomes = (
        _lines(TO_ACCEPT, Project.id, literal(""), Outcome.delivered_at)
        .join(Outcome, Outcome.project_id == Project.id)
        .where(Project.state == ProjectState.DELIVERED)
        .order_by(Outcome.delivered_at, Project.id)
    )
    running = select(union_all(*map(_running_in, UNFINISHED)).subquery("running"))
    nearest = (
        running.order_by(running.selected_columns.due_on, running.selected_columns.id).limit(MOST).subquery()
    )
    lines = [column for column in nearest.c if column.name != "due_on"]
    first = (select(part.limit(MOST).subquery()) for part in (reports, outcomes))
    parts = union_all(*first, select(*lines))
    found = parts.subquery()
    named = select(found, Organisation.name.label("unit")).join(
        Organisation, Organisation.id == found.c.lead_id
    )
    return named.order_by(found.c.part, found.c.since, found.c.id)


def _running_in(state: ProjectState) -> Select[Any]:
    """The projects of one state with the nearest ends: in the order of an index."""
    nearest = (
        _lines(RUNNING, Project.id, literal(""), Project.opened_at)
        .add_columns(Project.due_on)
        .where(Project.state == state)
        .order_by(Project.due_on, Project.id)
        .limit(MOST)
    )
    return select(nearest.subquery())


def _lines(part: str, number: Any, name: Any, since: Any) -> Select[Any]:
    return select(
        literal(part).label("part"), number.label("id"), name.label("name"), since.label("since"), Project.title,
        Project.progress, Project.is_sample, Project.lead_id,
    )  # fmt: skip


def _officer_item(row: Any) -> WorkItem:
    if row.part == TO_ACCEPT:
        return WorkItem(
            N_("组织成果验收"), f"{row.title} · {unit_name(row.unit)}", "projects.outcome", {"project_id": row.id},
            since=row.since, is_sample=row.is_sample,
        )  # fmt: skip
    return WorkItem(
        N_("审核里程碑报告"), f"{row.title} · {unit_name(row.unit)} · {row.name}", "projects.check",
        {"milestone_id": row.id}, since=row.since, is_sample=row.is_sample,
    )  # fmt: skip


def _to_report(session: Session, organisation_id: int, now: datetime) -> list[WorkItem]:
    query = (
        select(Milestone)
        .join(Milestone.project)
        .where(
            Project.lead_id == organisation_id,
            Project.state == ProjectState.RUNNING,
            Milestone.queue == Queue.OPEN,
            (Milestone.due_at <= now + SOON) | (Milestone.state == MilestoneState.RETURNED),
        )
        .options(contains_eager(Milestone.project))
        .order_by(Milestone.due_at, Milestone.id)
        .limit(MOST)
    )
    return [
        WorkItem(
            N_("补充里程碑报告") if m.state == MilestoneState.RETURNED else N_("提交里程碑报告"),
            f"{m.project.title} · {m.name}", "projects.report", {"milestone_id": m.id}, due_at=m.due_at,
            is_sample=m.project.is_sample,
        )
        for m in session.scalars(query)
    ]  # fmt: skip


def _to_deliver(session: Session, actor: Actor, organisation_id: int) -> list[WorkItem]:
    """The clerk fills in the outcome, the head checks and delivers it."""
    checks = actor.has(Role.HEAD)
    what = N_("核对并提交成果") if checks else N_("填写成果")
    endpoint = "projects.outcome_check" if checks else "projects.outcome_edit"
    query = (
        select(Project)
        .where(
            Project.lead_id == organisation_id, Project.state == ProjectState.RUNNING, Project.progress == 100
        )
        .order_by(Project.due_on, Project.id)
        .limit(MOST)
    )
    return [
        WorkItem(
            what, project.title, endpoint, {"project_id": project.id}, is_sample=project.is_sample
        )
        for project in session.scalars(query)
    ]  # fmt: skip


def ongoing_for(session: Session, actor: Actor, now: datetime) -> Sequence[WorkItem]:
    """进行中: the projects under way that the actor may see, those with the nearest ends."""
    if sees_all(actor):
        return [_running(row) for row in _of_province(session) if row.part == RUNNING]
    if not actor.has(*BUREAU_ROLES):
        return []
    query = (
        _lines(RUNNING, Project.id, literal(""), Project.opened_at)
        .add_columns(Organisation.name.label("unit"))
        .join(Organisation, Organisation.id == Project.lead_id)
        .where(visible_to(actor), Project.state.in_(UNFINISHED))
        .order_by(Project.due_on, Project.id)
        .limit(MOST)
    )
    return [_running(row) for row in session.execute(query)]


def _running(row: Any) -> WorkItem:
    return WorkItem(
        N_("项目实施进度 %(progress)s%%"), f"{row.title} · {unit_name(row.unit)}", "projects.show",
        {"project_id": row.id}, since=row.since, params={"progress": row.progress}, is_sample=row.is_sample,
    )  # fmt: skip
