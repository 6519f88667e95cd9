"""What an outcome's result earns (记入成效积分), once for each outcome and unit."""

from sqlalchemy import select

from marketplace.core.unit_of_work import UnitOfWork
from marketplace.priority.events import PointsCredited
from marketplace.priority.models import LedgerEntry
from marketplace.priority.points import Earned, earn, valid_until
from marketplace.projects.events import OutcomeAccepted, OutcomeFailed
from marketplace.projects.models import Project
from marketplace.topics.rules import rules_from_dict


def credit(uow: UnitOfWork, event: OutcomeAccepted | OutcomeFailed) -> None:
    """The lead in full, each partner her share, by the grade's points of the list's frozen rules."""
    project = uow.session.get_one(Project, event.project_id)
    rules = rules_from_dict(project.topic.list.rules)
    line = next(line for line in rules.grades if line.code == event.grade)
    partners = tuple(partner.organisation_id for partner in project.partners)
    for earned in earn(line.points, line.code, rules.partner_share, project.lead_id, partners):
        _enter(uow, project, event, earned, rules.points_valid_years)


def _enter(
    uow: UnitOfWork, project: Project, event: OutcomeAccepted | OutcomeFailed, earned: Earned, years: int
) -> None:
    key = f"outcome:{event.outcome_id}:{earned.organisation_id}"
    if uow.session.scalar(select(LedgerEntry.id).where(LedgerEntry.source_key == key)) is not None:
        return
    entry = LedgerEntry(
        source_key=key, organisation_id=earned.organisation_id, project_id=project.id, part=earned.part,
        points=earned.points, reason=earned.reason,
        basis={**earned.basis, "number": project.number, "score": event.score}, earned_at=uow.now,
        valid_until=valid_until(uow.now, years),
    )  # fmt: skip
    uow.session.add(entry)
    uow.session.flush()
    uow.emit(
        PointsCredited(
            entry_id=entry.id, project_id=project.id, organisation_id=earned.organisation_id,
            points=f"{earned.points:.2f}",
        )
    )  # fmt: skip
