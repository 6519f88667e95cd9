"""Outcomes as subjects of a panel (验收对象), bound to the reviews where everything is wired."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from marketplace.files.forms import file_links
from marketplace.files.queries import attachments_of
from marketplace.projects.models import OUTCOME_FILES, Outcome, Project, ProjectPartner
from marketplace.reviews.subjects import Subject, SubjectPort


def _whole(outcome_id: int) -> Any:
    return (
        select(Outcome)
        .join(Outcome.project)
        .where(Outcome.id == outcome_id)
        .options(
            contains_eager(Outcome.project).options(
                joinedload(Project.lead, innerjoin=True),
                selectinload(Project.partners).joinedload(ProjectPartner.organisation, innerjoin=True),
                selectinload(Project.milestones),
            )
        )
    )


def subjects(session: Session, source_id: int) -> Sequence[Subject]:
    """评审对象: one outcome; lead and partners are its parties."""
    outcome = session.scalars(_whole(source_id)).one()
    project = outcome.project
    parties = (project.lead_id, *(partner.organisation_id for partner in project.partners))
    return [Subject(outcome.id, f"{project.number} {project.title}", project.lead_id, parties)]


def render(session: Session, subject_id: int) -> tuple[str, dict[str, Any]]:
    """The outcome as the experts read it beside the score sheet."""
    outcome = session.scalars(_whole(subject_id)).one()
    files = attachments_of(session, OUTCOME_FILES, [outcome.id])[outcome.id]
    return "projects/outcome_reading.html", {
        "outcome": outcome, "project": outcome.project, "files": file_links(files),
    }  # fmt: skip


def recusals(session: Session, subject_id: int) -> str:
    """Where the leading unit asks for recusals."""
    project = session.scalars(select(Outcome.project_id).where(Outcome.id == subject_id)).one()
    return f"/projects/{project}/outcome/recusals"


PORT = SubjectPort(subjects, render, recusals)
