"""Whom the events of a round concern, and what they are told."""

from sqlalchemy import select

from marketplace.core.actor import Role
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.notifications.operations import enqueue
from marketplace.notifications.recipients import Recipient
from marketplace.organisations.models import Organisation
from marketplace.organisations.queries import people_with_roles
from marketplace.priority.declarations import criterion_of
from marketplace.priority.events import DeclarationDecided, DeclarationSubmitted, RoundAnnounced
from marketplace.priority.models import Declaration, PriorityList
from marketplace.projects.models import Project
from marketplace.projects.workflow import ProjectState


def invite_declarations(uow: UnitOfWork, event: RoundAnnounced) -> None:
    """请申报指标: to every unit with an accepted outcome, when the round has something to declare."""
    plist = uow.session.get_one(PriorityList, event.list_id)
    if plist.declare_until is None:
        return
    units = set(uow.session.scalars(select(Project.lead_id).where(Project.state == ProjectState.ACCEPTED)))
    enqueue(
        uow, kind="round_announced", dedupe_key=f"round-announced:{plist.id}",
        recipients=_people(uow, sorted(units)),
        context={"list_id": plist.id, "title": plist.title, "until": plist.declare_until},
    )  # fmt: skip


def tell_office_of_declaration(uow: UnitOfWork, event: DeclarationSubmitted) -> None:
    """请核定申报."""
    one = uow.session.get_one(Declaration, event.declaration_id)
    unit = uow.session.get_one(Organisation, one.organisation_id)
    enqueue(
        uow, kind="declaration_submitted", dedupe_key=f"declaration-submitted:{one.id}:{one.version}",
        recipients=people_with_roles(uow.session, None, (Role.OFFICER,)),
        context={**_about(one), "unit": unit.name},
    )  # fmt: skip


def tell_unit_of_decision(uow: UnitOfWork, event: DeclarationDecided) -> None:
    """核定结果 to the unit."""
    one = uow.session.get_one(Declaration, event.declaration_id)
    enqueue(
        uow, kind="declaration_decided", dedupe_key=f"declaration-decided:{one.id}:{one.version}",
        recipients=_people(uow, [one.organisation_id]),
        context={**_about(one), "accepted": event.accepted, "opinion": event.opinion},
    )  # fmt: skip


def _people(uow: UnitOfWork, units: list[int]) -> list[Recipient]:
    return people_with_roles(uow.session, units, (Role.CLERK, Role.HEAD)) if units else []


def _about(one: Declaration) -> dict[str, str | int]:
    criterion = criterion_of(one.plist, one.criterion)
    return {
        "declaration_id": one.id, "title": one.plist.title, "criterion": criterion.label,
        "value": f"{one.value:.2f}",
    }  # fmt: skip
