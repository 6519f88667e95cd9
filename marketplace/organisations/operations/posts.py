"""Appointments (任职): given and taken by those who may; whoever's change, the person's sessions end."""

from sqlalchemy import select

from marketplace.core.actor import Role
from marketplace.core.clock import beijing_date
from marketplace.core.database import one_at_a_time
from marketplace.core.errors import Invalid, NotFound
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.core.verdict import require
from marketplace.organisations import policy
from marketplace.organisations.events import PostAdded, PostEnded
from marketplace.organisations.models import Appointment, Organisation, Person
from marketplace.organisations.queries import exists_on, sole_posts
from marketplace.organisations.sessions import end_sessions


def current_posts(uow: UnitOfWork, person_id: int) -> list[Appointment]:
    """What the person holds now; nobody else changes it until this transaction ends."""
    one_at_a_time(uow.session, f"person:{person_id}")
    query = select(Appointment).where(Appointment.person_id == person_id, Appointment.ended_at.is_(None))
    return list(uow.session.scalars(query.order_by(Appointment.id)))


def as_posts(appointments: list[Appointment]) -> list[policy.Post]:
    """The same as plain pairs."""
    return [(held.organisation_id, Role(held.role)) for held in appointments]


def add_post(uow: UnitOfWork, person: Person, organisation_id: int, role: Role) -> Appointment:
    """增加任职."""
    organisation = uow.session.get(Organisation, organisation_id)
    if organisation is None or not exists_on(organisation, beijing_date(uow.now)):
        raise Invalid({"organisation_id": N_("单位不存在或已撤销")})
    held = current_posts(uow, person.id)
    if (organisation_id, role) in as_posts(held):
        raise Invalid({"role": N_("此人已有这个任职")})
    roles = [Role(post.role) for post in held]
    require(policy.may_add_post(uow.actor, person, roles, (organisation_id, role), organisation.kind))
    return _appoint(uow, person, organisation, role)


def _appoint(uow: UnitOfWork, person: Person, organisation: Organisation, role: Role) -> Appointment:
    appointment = Appointment(person_id=person.id, organisation_id=organisation.id, role=role, since=uow.now)
    uow.session.add(appointment)
    end_sessions(uow, person.id)
    uow.emit(
        PostAdded(
            person_id=person.id,
            organisation_id=organisation.id,
            organisation_name=organisation.name,
            role=role,
        )
    )
    return appointment


def end_post(uow: UnitOfWork, person: Person, appointment_id: int) -> None:
    """结束任职: the row stays, with its end."""
    held = current_posts(uow, person.id)
    appointment = next((post for post in held if post.id == appointment_id), None)
    if appointment is None:
        raise NotFound
    organisation = uow.session.get_one(Organisation, appointment.organisation_id)
    sole = sole_posts(uow.session, person.id)
    post = (organisation.id, Role(appointment.role))
    require(policy.may_end_post(uow.actor, person, post, organisation.kind, sole))
    appointment.ended_at = uow.now
    end_sessions(uow, person.id)
    uow.emit(
        PostEnded(
            person_id=person.id,
            organisation_id=organisation.id,
            organisation_name=organisation.name,
            role=appointment.role,
        )
    )
