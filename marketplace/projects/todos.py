"""What of projects waits for whom, and what runs (待办、进行中)."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import CompoundSelect, literal, select, union_all
from sqlalchemy.orm import Session, contains_eager

from marketplace.core.actor import BUREAU_ROLES, Actor, Role
from marketplace.core.text import N_
from marketplace.core.work import WorkItem
from marketplace.organisations.models import Organisation
from marketplace.projects.models import Milestone, Outcome, Project, Queue
from marketplace.projects.policy import sees_all
from marketplace.projects.queries import SOON, UNFINISHED, visible_to
from marketplace.projects.workflow import MilestoneState, ProjectState

MOST = 50


def todos_for(session: Session, actor: Actor, now: datetime) -> list[WorkItem]:
    """待办: the unit reports what is due within 30 days and delivers finished outcomes; the officer checks."""
    if actor.has(Role.OFFICER):
        return [_officer_item(row) for row in session.execute(_officer_rows())]
    if actor.has(*BUREAU_ROLES) and actor.organisation_id is not None:
        return [
            *_to_report(session, actor.organisation_id, now),
            *_to_deliver(session, actor.organisation_id),
        ]
    return []


@cache
def _officer_rows() -> CompoundSelect[Any]:
    """Reports to check, then outcomes to accept: one statement."""
    reports = (
        select(
            Milestone.id,
            Project.title,
            Milestone.name,
            Milestone.reported_at.label("since"),
            Project.is_sample,
            Organisation.name.label("unit"),
        )
        .join(Milestone.project)
        .join(Organisation, Organisation.id == Project.lead_id)
        .where(Milestone.queue == Queue.TO_CHECK)
        .order_by(Milestone.due_at, Milestone.id)
        .limit(MOST)
        .subquery()
    )
    outcomes = (
        select(
            Project.id, Project.title, literal("").label("name"), Outcome.delivered_at.label("since"),
            Project.is_sample, Organisation.name.label("unit"),
        )
        .join(Outcome, Outcome.project_id == Project.id)
        .join(Organisation, Organisation.id == Project.lead_id)
        .where(Project.state == ProjectState.DELIVERED)
        .order_by(Outcome.delivered_at, Project.id)
        .limit(MOST)
        .subquery()
    )  # fmt: skip
    return union_all(select(reports), select(outcomes))


def _officer_item(row: Any) -> WorkItem:
    if not row.name:
        return WorkItem(
            N_("组织成果验收"), f"{row.title} · {row.unit}", "projects.outcome", {"project_id": row.id},
            since=row.since, is_sample=row.is_sample,
        )  # fmt: skip
    return WorkItem(
        N_("审核里程碑报告"), f"{row.title} · {row.unit} · {row.name}", "projects.check", {"milestone_id": row.id},
        since=row.since, is_sample=row.is_sample,
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


def _to_deliver(session: Session, organisation_id: int) -> list[WorkItem]:
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
            N_("提交成果"), project.title, "projects.outcome_edit", {"project_id": project.id},
            is_sample=project.is_sample,
        )
        for project in session.scalars(query)
    ]  # fmt: skip


def ongoing_for(session: Session, actor: Actor, now: datetime) -> Sequence[WorkItem]:
    """进行中: the projects under way that the actor may see, the nearest end first."""
    if not (sees_all(actor) or actor.has(*BUREAU_ROLES)):
        return []
    nearest = (
        select(Project.id)
        .where(visible_to(actor), Project.state.in_(UNFINISHED))
        .order_by(Project.due_on, Project.id)
        .limit(MOST)
    )
    query = (
        select(
            Project.id, Project.title, Project.opened_at, Project.progress, Project.is_sample,
            Organisation.name.label("unit"),
        )
        .join(Organisation, Organisation.id == Project.lead_id)
        .where(Project.id.in_(nearest))
        .order_by(Project.due_on, Project.id)
    )  # fmt: skip
    return [
        WorkItem(
            N_("项目实施进度 %(progress)s%%"), f"{project.title} · {project.unit}", "projects.show",
            {"project_id": project.id}, since=project.opened_at,
            params={"progress": project.progress}, is_sample=project.is_sample,
        )
        for project in session.execute(query)
    ]  # fmt: skip
