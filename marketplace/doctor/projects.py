"""Projects, milestones, outcomes, the ledger (项目、里程碑、成效台账)."""

from collections.abc import Iterable

from sqlalchemy import func, select

from marketplace.doctor.base import Context, check, ids, where
from marketplace.priority.models import LedgerEntry
from marketplace.projects.models import Milestone, MilestoneReport, Outcome, Project
from marketplace.projects.workflow import FINISHED, MilestoneState, ProjectState


@check
def milestone_weights_sum_to_100(context: Context) -> Iterable[str]:
    query = (
        select(Milestone.project_id).group_by(Milestone.project_id).having(func.sum(Milestone.weight) != 100)
    )
    return ids(context, "Project", query)


@check
def progress_is_the_sum_of_passed_weights(context: Context) -> Iterable[str]:
    passed = (
        select(func.coalesce(func.sum(Milestone.weight), 0))
        .where(Milestone.project_id == Project.id, Milestone.state == MilestoneState.PASSED)
        .scalar_subquery()
    )
    return where(context, Project, Project.progress != passed)


@check
def passed_milestones_have_a_report(context: Context) -> Iterable[str]:
    reported = select(MilestoneReport.milestone_id)
    return where(context, Milestone, Milestone.state == MilestoneState.PASSED, Milestone.id.not_in(reported))


@check
def delivered_projects_have_passed_all_milestones(context: Context) -> Iterable[str]:
    return where(context, Project, Project.state != ProjectState.RUNNING, Project.progress != 100)


@check
def delivered_projects_have_an_outcome(context: Context) -> Iterable[str]:
    delivered = select(Outcome.project_id).where(Outcome.delivered_at.is_not(None))
    return where(context, Project, Project.state != ProjectState.RUNNING, Project.id.not_in(delivered))


@check
def finished_projects_have_score_and_grade(context: Context) -> Iterable[str]:
    missing = Project.score.is_(None) | Project.grade.is_(None)
    return where(context, Project, Project.state.in_(FINISHED), missing)


@check
def finished_projects_stand_in_the_ledger(context: Context) -> Iterable[str]:
    credited = select(LedgerEntry.project_id)
    return where(context, Project, Project.state.in_(FINISHED), Project.id.not_in(credited))


@check
def ledger_entries_come_from_finished_projects(context: Context) -> Iterable[str]:
    finished = select(Project.id).where(Project.state.in_(FINISHED))
    return where(context, LedgerEntry, LedgerEntry.project_id.not_in(finished))
