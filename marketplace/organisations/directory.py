"""The lists of people and organisations that their managers work with (人员与机构名册)."""

from collections.abc import Iterable, Sequence
from dataclasses import field
from datetime import date

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from marketplace.audit.models import AuditRow
from marketplace.core.actor import Actor, Role
from marketplace.core.dataclass import dataclass
from marketplace.core.errors import NotFound
from marketplace.organisations.models import Appointment, Organisation, OrganisationKind, Person
from marketplace.organisations.policy import roles_in
from marketplace.organisations.queries import valid_on

MANAGEMENT = (
    "PersonInvited", "InvitationAccepted", "InvitationCancelled", "InvitationExpired", "PersonDeactivated",
    "PersonReactivated", "PersonDescribed", "PostAdded", "PostEnded", "PasswordChanged", "show_phone",
)  # fmt: skip
"""What belongs to the history of an account; signing in and out does not."""


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """What the list of people is narrowed to."""

    text: str = ""
    role: str = ""
    state: str = ""


@dataclass(slots=True)
class Listed:
    """One line of the list."""

    person: Person
    posts: list[tuple[str, str]] = field(default_factory=list)


def _among(actor: Actor) -> ColumnElement[bool]:
    """Whom the actor may manage: the security administrator everybody, a head those of the own unit."""
    if actor.has(Role.SECURITY_ADMIN):
        return Person.id.is_not(None)
    own = select(Appointment.person_id).where(Appointment.organisation_id == actor.organisation_id)
    return Person.id.in_(own)


def person_for(session: Session, actor: Actor, person_id: int) -> Person:
    """One person the actor may manage. Raises NotFound."""
    found = session.scalar(select(Person).where(Person.id == person_id, _among(actor)))
    if found is None or not actor.has(Role.SECURITY_ADMIN, Role.HEAD):
        raise NotFound
    return found


def people_query(actor: Actor, wanted: PeopleFilter) -> Select[Person]:
    """The people to list, in official order of their first unit."""
    first_unit = (
        select(func.min(Organisation.order_key))
        .join(Appointment, Appointment.organisation_id == Organisation.id)
        .where(Appointment.person_id == Person.id, Appointment.ended_at.is_(None))
        .correlate(Person)
        .scalar_subquery()
    )
    query = select(Person).where(_among(actor)).order_by(first_unit.is_(None), first_unit, Person.id)
    if wanted.state:
        query = query.where(Person.state == wanted.state)
    if wanted.role:
        query = query.where(Person.id.in_(_holders(Appointment.role == wanted.role)))
    if wanted.text:
        like = f"%{_escaped(wanted.text)}%"
        units = _holders(Organisation.name.ilike(like, escape="\\"))
        query = query.where(
            or_(
                Person.name.ilike(like, escape="\\"),
                Person.email.ilike(like, escape="\\"),
                Person.id.in_(units),
            )
        )
    return query


def _holders(condition: ColumnElement[bool]) -> Select[int]:
    return (
        select(Appointment.person_id)
        .join(Organisation, Organisation.id == Appointment.organisation_id)
        .where(Appointment.ended_at.is_(None), condition)
    )


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def with_posts(session: Session, people: Iterable[Person]) -> list[Listed]:
    """The lines of a list, each with the person's current posts: (organisation, role). One statement."""
    lines = {person.id: Listed(person) for person in people}
    query = (
        select(Appointment.person_id, Organisation.name, Appointment.role)
        .join(Organisation, Organisation.id == Appointment.organisation_id)
        .where(Appointment.person_id.in_(list(lines)), Appointment.ended_at.is_(None))
        .order_by(Organisation.order_key, Appointment.id)
    )
    for person_id, unit, role in session.execute(query):
        lines[person_id].posts.append((unit, role))
    return list(lines.values())


def posts_of(session: Session, person_id: int) -> Sequence[tuple[Appointment, Organisation]]:
    """All appointments of a person with their organisations, the present ones first."""
    query = (
        select(Appointment, Organisation)
        .join(Organisation, Organisation.id == Appointment.organisation_id)
        .where(Appointment.person_id == person_id)
        .order_by(Appointment.ended_at.is_not(None), Organisation.order_key, Appointment.since.desc())
    )
    return [(post, unit) for post, unit in session.execute(query)]


def account_history(session: Session, person_id: int) -> Sequence[AuditRow]:
    """办理历史 of an account, oldest first."""
    query = (
        select(AuditRow)
        .where(
            AuditRow.subject_kind == "person",
            AuditRow.subject_id == person_id,
            AuditRow.action.in_(MANAGEMENT),
        )
        .order_by(AuditRow.at.desc(), AuditRow.id.desc())
        .limit(100)
    )
    return list(reversed(session.scalars(query).all()))


def units_to_staff(session: Session, actor: Actor, on: date) -> Sequence[Organisation]:
    """The organisations for which the actor may appoint people, in official order."""
    query = select(Organisation).where(valid_on(on)).order_by(Organisation.order_key, Organisation.id)
    if not actor.has(Role.SECURITY_ADMIN):
        query = query.where(Organisation.id == actor.organisation_id)
    return session.scalars(query).all()


def roles_to_give(actor: Actor) -> list[Role]:
    """The roles the actor may give to somebody somewhere, in the order of their listing."""
    if actor.has(Role.SECURITY_ADMIN):
        return list(Role)
    return [role for role in (Role.CLERK, Role.HEAD) if role in roles_in(actor.organisation_kind)]


def organisations_query(text: str, kind: str, on: date | None) -> Select[Organisation]:
    """The organisations to list in official order; ``on`` leaves out those that do not exist that day."""
    query = select(Organisation).order_by(Organisation.order_key, Organisation.id)
    if on is not None:
        query = query.where(valid_on(on))
    if kind in set(OrganisationKind):
        query = query.where(Organisation.kind == kind)
    if text:
        like = f"%{_escaped(text)}%"
        columns = (Organisation.name, Organisation.name_en, Organisation.short_name, Organisation.code)
        query = query.where(or_(*(column.ilike(like, escape="\\") for column in columns)))
    return query


def staff_counts(session: Session, organisation_ids: Iterable[int]) -> dict[int, int]:
    """How many people act for each of these organisations now. One statement."""
    query = (
        select(Appointment.organisation_id, func.count(func.distinct(Appointment.person_id)))
        .where(Appointment.organisation_id.in_(list(organisation_ids)), Appointment.ended_at.is_(None))
        .group_by(Appointment.organisation_id)
    )
    return {unit: number for unit, number in session.execute(query)}


def count_units_below(session: Session, organisation_id: int, on: date) -> int:
    """How many organisations stand directly below one on a day."""
    query = select(func.count()).where(Organisation.parent_id == organisation_id, valid_on(on))
    return session.scalar(query.select_from(Organisation)) or 0
