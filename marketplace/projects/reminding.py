"""The job behind the reminder ladder (催办): what is due goes out, once, in order, with its true moment on record."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session, joinedload

from marketplace.core.actor import Role
from marketplace.core.ladder import Rung
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.notifications.operations import enqueue
from marketplace.notifications.recipients import Recipient
from marketplace.organisations.models import OrganisationKind
from marketplace.organisations.queries import people_with_roles
from marketplace.projects.events import ReminderRaised
from marketplace.projects.models import Milestone, Project, Queue, ReminderSent
from marketplace.projects.reminders import Audience, due_rungs, next_reminder


def remind_due(uow: UnitOfWork, only: int | None = None) -> int:
    """里程碑提醒与催办: every rung that is due by now, or those of one milestone, the oldest first; answers how many.
    A milestone that another worker holds at this moment is that worker's."""
    milestones = _due(uow, only)
    climbs = [
        (rung.due_at(milestone.due_at), milestone, rung)
        for milestone in milestones
        if milestone.next_reminder_at is not None
        for rung in due_rungs(milestone.due_at, milestone.next_reminder_at, uow.now)
    ]
    for _moment, milestone, rung in sorted(climbs, key=lambda climb: (climb[0], climb[1].id)):
        _climb(uow, milestone, rung)
    for milestone in milestones:
        _look_ahead(uow, milestone)
    return len(climbs)


def due_keys(session: Session, now: datetime) -> Sequence[int]:
    """The milestones with a rung that is due by now, the oldest first."""
    return session.scalars(select(Milestone.id).where(*_waiting(now)).order_by(*OLDEST_FIRST)).all()


OLDEST_FIRST = (Milestone.next_reminder_at, Milestone.id)


def _waiting(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return Milestone.next_reminder_at <= now, Milestone.queue == Queue.OPEN


def _due(uow: UnitOfWork, only: int | None) -> list[Milestone]:
    query = (
        select(Milestone)
        .where(*_waiting(uow.now))
        .order_by(*OLDEST_FIRST)
        .options(joinedload(Milestone.project, innerjoin=True).joinedload(Project.lead, innerjoin=True))
        .with_for_update(of=Milestone, skip_locked=True)
    )
    return list(uow.session.scalars(query if only is None else query.where(Milestone.id == only)))


def _look_ahead(uow: UnitOfWork, milestone: Milestone) -> None:
    """Written past the record's version: a reminder must not make an open report form stale."""
    climbed = {rung.code for rung in due_rungs(milestone.due_at, milestone.project.opened_at, uow.now)}
    coming = next_reminder(milestone.due_at, uow.now, climbed)
    uow.session.execute(
        update(Milestone)
        .where(Milestone.id == milestone.id)
        .values(next_reminder_at=coming)
        .execution_options(synchronize_session=False)
    )


def _climb(uow: UnitOfWork, milestone: Milestone, rung: Rung) -> None:
    recipients = audience_of(uow, milestone.project, Audience(rung.audience))
    project = milestone.project
    enqueue(
        uow, kind="milestone_reminder", dedupe_key=f"milestone-reminder:{milestone.id}:{rung.code}",
        recipients=recipients,
        context={
            "project_id": project.id, "number": project.number, "title": project.title, "unit": project.lead.name,
            "milestone": milestone.name, "milestone_id": milestone.id, "due_on": milestone.due_on,
            "days": rung.days, "for_owner": rung.audience == Audience.OWNER,
        },
    )  # fmt: skip
    uow.session.add(
        ReminderSent(
            milestone_id=milestone.id, rung=rung.code, due_at=rung.due_at(milestone.due_at), sent_at=uow.now,
            recipients=len(recipients),
        )
    )  # fmt: skip
    uow.emit(ReminderRaised(project_id=project.id, milestone_id=milestone.id, rung=rung.code))


def audience_of(uow: UnitOfWork, project: Project, audience: Audience) -> list[Recipient]:
    """提醒对象: where nobody is there to read it, the next higher level reads it, the province at last."""
    lead, session = project.lead, uow.session
    if audience == Audience.OWNER:
        found = people_with_roles(session, [lead.id], (Role.CLERK, Role.HEAD))
    elif audience == Audience.HEAD:
        found = people_with_roles(session, [lead.id], (Role.HEAD,))
    elif (
        audience == Audience.SUPERIOR and lead.kind == OrganisationKind.COUNTY and lead.parent_id is not None
    ):
        found = people_with_roles(session, [lead.parent_id], (Role.CLERK, Role.HEAD))
    else:
        found = []
    return found or people_with_roles(session, None, (Role.OFFICER,))
