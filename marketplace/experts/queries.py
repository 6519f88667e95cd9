"""Reading the expert pool."""

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, contains_eager

from marketplace.core.actor import Role
from marketplace.experts.models import Expert
from marketplace.organisations.models import Appointment, Organisation, Person, PersonState


def experts() -> Select[Any]:
    """The whole pool in official order."""
    return (
        select(Expert)
        .join(Expert.person)
        .join(Expert.organisation)
        .options(contains_eager(Expert.person), contains_eager(Expert.organisation))
        .order_by(Organisation.order_key, Person.name, Expert.id)
    )


def people_to_enrol(session: Session) -> list[tuple[int, str]]:
    """(person id, name with unit) of active people who hold the expert's role and are not in the pool yet."""
    query = (
        select(Person.id, Person.name, Organisation.name)
        .join(Appointment, Appointment.person_id == Person.id)
        .join(Organisation, Organisation.id == Appointment.organisation_id)
        .outerjoin(Expert, Expert.person_id == Person.id)
        .where(
            Appointment.role == Role.EXPERT,
            Appointment.ended_at.is_(None),
            Person.state == PersonState.ACTIVE,
            Expert.id.is_(None),
        )
        .order_by(Organisation.order_key, Person.name, Person.id)
    )
    found = {person: f"{name}（{unit}）" for person, name, unit in session.execute(query)}
    return list(found.items())


def expert_names(session: Session, ids: set[int]) -> dict[int, str]:
    """What audited experts are called."""
    query = select(Expert.id, Person.name).join(Expert.person).where(Expert.id.in_(ids))
    return {found: name for found, name in session.execute(query)}
