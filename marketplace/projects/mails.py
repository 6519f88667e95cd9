"""Whom the events of a project concern, and what they are told."""

from typing import Any

from marketplace.core.actor import Role
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.notifications.operations import enqueue
from marketplace.notifications.recipients import Recipient
from marketplace.organisations.queries import people_with_roles
from marketplace.projects.events import (
    MilestonePassed,
    MilestoneReported,
    MilestoneReturned,
    OutcomeAccepted,
    OutcomeDelivered,
    OutcomeFailed,
    OutcomeReturned,
    ProjectOpened,
)
from marketplace.projects.models import Milestone, Outcome, Project
from marketplace.topics.rules import rules_from_dict


def _about(project: Project, **more: Any) -> dict[str, Any]:
    return {
        "project_id": project.id, "number": project.number, "title": project.title, "unit": project.lead.name,
        **more,
    }  # fmt: skip


def _unit(uow: UnitOfWork, project: Project) -> list[Recipient]:
    return people_with_roles(uow.session, [project.lead_id], (Role.CLERK, Role.HEAD))


def _everybody(uow: UnitOfWork, project: Project) -> list[Recipient]:
    """Lead and partners."""
    units = [project.lead_id, *(partner.organisation_id for partner in project.partners)]
    return people_with_roles(uow.session, units, (Role.CLERK, Role.HEAD))


def _officers(uow: UnitOfWork) -> list[Recipient]:
    return people_with_roles(uow.session, None, (Role.OFFICER,))


def tell_of_project(uow: UnitOfWork, event: ProjectOpened) -> None:
    """立项通知 with the milestones, to lead and partners."""
    project = uow.session.get_one(Project, event.project_id)
    steps = [
        {"name": m.name, "due_on": m.due_on, "weight": m.weight}
        for m in sorted(project.milestones, key=lambda m: m.position)
    ]
    enqueue(
        uow, kind="project_opened", dedupe_key=f"project-opened:{project.id}", recipients=_everybody(uow, project),
        context=_about(project, due_on=project.due_on, milestones=steps),
    )  # fmt: skip


def tell_province_of_report(uow: UnitOfWork, event: MilestoneReported) -> None:
    """请审核里程碑."""
    milestone = uow.session.get_one(Milestone, event.milestone_id)
    enqueue(
        uow, kind="milestone_reported", dedupe_key=f"milestone-reported:{event.report_id}",
        recipients=_officers(uow),
        context=_about(
            milestone.project, milestone=milestone.name, milestone_id=milestone.id, on_time=event.on_time,
        ),
    )  # fmt: skip


def tell_of_decision(uow: UnitOfWork, event: MilestonePassed | MilestoneReturned) -> None:
    """里程碑审核结果 to the lead unit."""
    milestone = uow.session.get_one(Milestone, event.milestone_id)
    project, report = milestone.project, milestone.reports[-1]
    enqueue(
        uow, kind="milestone_decided", dedupe_key=f"milestone-decided:{report.id}", recipients=_unit(uow, project),
        context=_about(
            project, milestone=milestone.name, milestone_id=milestone.id, opinion=event.opinion,
            passed=isinstance(event, MilestonePassed), progress=project.progress,
        ),
    )  # fmt: skip


def tell_province_of_outcome(uow: UnitOfWork, event: OutcomeDelivered) -> None:
    """请组织验收."""
    project = uow.session.get_one(Project, event.project_id)
    enqueue(
        uow, kind="outcome_delivered", dedupe_key=f"outcome-delivered:{event.outcome_id}:{project.version}",
        recipients=_officers(uow), context=_about(project),
    )  # fmt: skip


def tell_of_outcome_return(uow: UnitOfWork, event: OutcomeReturned) -> None:
    """成果退回通知 to the lead unit."""
    project = uow.session.get_one(Project, event.project_id)
    enqueue(
        uow, kind="outcome_returned", dedupe_key=f"outcome-returned:{event.outcome_id}:{project.version}",
        recipients=_unit(uow, project), context=_about(project, opinion=event.opinion),
    )  # fmt: skip


def tell_of_result(uow: UnitOfWork, event: OutcomeAccepted | OutcomeFailed) -> None:
    """验收结果通知 to lead and partners."""
    outcome = uow.session.get_one(Outcome, event.outcome_id)
    project = outcome.project
    labels = {line.code: line.label for line in rules_from_dict(project.topic.list.rules).grades}
    enqueue(
        uow, kind="outcome_decided", dedupe_key=f"outcome-decided:{outcome.id}",
        recipients=_everybody(uow, project),
        context=_about(
            project, score=project.score, grade=labels[event.grade], accepted=isinstance(event, OutcomeAccepted),
        ),
    )  # fmt: skip
