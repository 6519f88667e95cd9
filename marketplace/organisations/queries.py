"""Looking up organisations and people. Lists stand in the order of official tables (机构排序), never by id."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Executable, bindparam, or_, select, union
from sqlalchemy.orm import Session, aliased

from marketplace.core.actor import ADMINISTRATOR_ROLES, PROVINCE_ROLES, Actor, Role
from marketplace.core.dataclass import dataclass
from marketplace.core.errors import NotFound
from marketplace.core.text import N_
from marketplace.notifications.recipients import Recipient
from marketplace.organisations.labels import ROLE_LABELS
from marketplace.organisations.models import (
    LEAD_KINDS,
    Appointment,
    Organisation,
    OrganisationKind,
    Person,
    PersonState,
)
from marketplace.organisations.policy import NEVER_VACANT

PARTNER_KINDS = (
    OrganisationKind.REGULATOR,
    OrganisationKind.UNIVERSITY,
    OrganisationKind.INSTITUTE,
    OrganisationKind.ASSOCIATION,
    OrganisationKind.COMPANY,
)
"""Kinds that take part only beside a leading unit (参与单位)."""


def valid_on(day: date) -> ColumnElement[bool]:
    """SQL condition: the organisation exists on that day."""
    return (Organisation.valid_from <= day) & or_(
        Organisation.valid_to.is_(None), Organisation.valid_to > day
    )


def organisation_for(session: Session, actor: Actor, organisation_id: int) -> Organisation:
    """One organisation; the register of organisations is open to everybody. Raises NotFound."""
    found = session.get(Organisation, organisation_id)
    if found is None:
        raise NotFound
    return found


def organisations_in_order(
    session: Session, kinds: Iterable[OrganisationKind], on: date
) -> Sequence[Organisation]:
    """The organisations of these kinds that exist on a day, in official order."""
    query = select(Organisation).where(Organisation.kind.in_(list(kinds)), valid_on(on))
    return session.scalars(query.order_by(Organisation.order_key, Organisation.id)).all()


def partners_choices(session: Session, on: date, without: int | None = None) -> list[tuple[int, str]]:
    """(id, name) of every unit that may join a bid on that day (参与单位可选项): bureaus, direct units, partners."""
    query = select(Organisation.id, Organisation.name).where(
        Organisation.kind.in_([*LEAD_KINDS, *PARTNER_KINDS]), valid_on(on)
    )
    if without is not None:
        query = query.where(Organisation.id != without)
    return [
        (key, name) for key, name in session.execute(query.order_by(Organisation.order_key, Organisation.id))
    ]


def superior_of(session: Session, organisation_id: int) -> Organisation | None:
    """上级单位: the county's city, the city's or the direct unit's province; None for the province and partners."""
    query = select(Organisation).where(
        Organisation.id
        == select(Organisation.parent_id).where(Organisation.id == organisation_id).scalar_subquery()
    )
    return session.scalar(query)


def line_of(session: Session, organisation_ids: Iterable[int]) -> set[int]:
    """All superiors and all subordinates of these organisations (上下级隶属关系), themselves left out unless one of
    them stands in another's line. One statement."""
    start = list(organisation_ids)
    if not start:
        return set()
    superiors = (
        select(Organisation.parent_id.label("id"))
        .where(Organisation.id.in_(start), Organisation.parent_id.is_not(None))
        .cte("superiors", recursive=True)
    )
    superiors = superiors.union(
        select(Organisation.parent_id).where(
            Organisation.id == superiors.c.id, Organisation.parent_id.is_not(None)
        )
    )
    subordinates = (
        select(Organisation.id).where(Organisation.parent_id.in_(start)).cte("subordinates", recursive=True)
    )
    subordinates = subordinates.union(
        select(Organisation.id).where(Organisation.parent_id == subordinates.c.id)
    )
    return set(session.scalars(union(select(superiors.c.id), select(subordinates.c.id))))


def people_with_roles(
    session: Session, organisation_ids: Iterable[int] | None, roles: Iterable[Role]
) -> list[Recipient]:
    """Active people who hold one of the roles now, in these organisations (None: in any), each once, in official
    order. One statement."""
    asked: dict[str, Any] = {"roles": list(roles)}
    if organisation_ids is not None:
        asked["units"] = list(organisation_ids)
    rows = session.execute(_people_with_roles(organisation_ids is not None), asked)
    return list(dict.fromkeys(Recipient(*row) for row in rows))


def units_with(session: Session, organisation_ids: Iterable[int], roles: Iterable[Role]) -> set[int]:
    """Which of these organisations have an active person in one of the roles. One statement."""
    query = (
        select(Appointment.organisation_id)
        .join(Person, Person.id == Appointment.person_id)
        .where(
            Appointment.organisation_id.in_(list(organisation_ids)),
            Appointment.role.in_(list(roles)),
            Appointment.ended_at.is_(None),
            Person.state == PersonState.ACTIVE,
        )
        .distinct()
    )
    return set(session.scalars(query))


@cache
def _people_with_roles(of_some: bool) -> Executable:
    query = (
        select(Person.id, Person.name, Person.email, Person.locale)
        .join(Appointment, Appointment.person_id == Person.id)
        .join(Organisation, Organisation.id == Appointment.organisation_id)
        .where(
            Person.state == PersonState.ACTIVE,
            Appointment.ended_at.is_(None),
            Appointment.role.in_(bindparam("roles", expanding=True)),
        )
        .order_by(Organisation.order_key, Person.id)
    )
    if of_some:
        query = query.where(Appointment.organisation_id.in_(bindparam("units", expanding=True)))
    return query


@dataclass(frozen=True, slots=True)
class CastMember:
    """One sample person on the demonstration's sign-in page."""

    person_id: int
    name: str
    units: tuple[str, ...]
    roles: tuple[str, ...]


CAST_GROUPS: tuple[tuple[str, str], ...] = (
    ("province", N_("省局")),
    ("bureaus", N_("市县")),
    ("direct", N_("直属单位")),
    ("experts", N_("专家")),
    ("oversight", N_("监督与管理")),
)


def demo_cast(session: Session) -> list[tuple[str, list[CastMember]]]:
    """The sample people grouped by their part in the story (示例人员). One statement."""
    query = (
        select(Person.id, Person.name, Appointment.role, Organisation.name, Organisation.kind)
        .join(Appointment, Appointment.person_id == Person.id)
        .join(Organisation, Organisation.id == Appointment.organisation_id)
        .where(Person.is_demo, Person.state == PersonState.ACTIVE, Appointment.ended_at.is_(None))
        .order_by(Organisation.order_key, Person.id, Appointment.id)
    )
    found: dict[int, list[tuple[str, str, str, str]]] = {}
    for person_id, name, role, unit, kind in session.execute(query):
        found.setdefault(person_id, []).append((name, role, unit, kind))
    groups: dict[str, list[CastMember]] = {key: [] for key, _ in CAST_GROUPS}
    for person_id, posts in found.items():
        groups[_part(posts[0][1], posts[0][3])].append(_cast_member(person_id, posts))
    groups["experts"].sort(key=lambda member: member.person_id)
    return [(label, groups[key]) for key, label in CAST_GROUPS if groups[key]]


def _part(role: str, kind: str) -> str:
    if role == Role.EXPERT:
        return "experts"
    if role in ADMINISTRATOR_ROLES or role == Role.AUDITOR:
        return "oversight"
    if kind == OrganisationKind.DIRECT_UNIT:
        return "direct"
    return "province" if role in PROVINCE_ROLES else "bureaus"


def _cast_member(person_id: int, posts: list[tuple[str, str, str, str]]) -> CastMember:
    units = tuple(dict.fromkeys(unit for _, _, unit, _ in posts))
    roles = tuple(dict.fromkeys(ROLE_LABELS[Role(role)] for _, role, _, _ in posts))
    return CastMember(person_id, posts[0][0], units, roles)


def exists_on(organisation: Organisation, day: date) -> bool:
    """Whether the organisation exists on that day."""
    return organisation.valid_from <= day and (organisation.valid_to is None or organisation.valid_to > day)


def sole_posts(session: Session, person_id: int) -> list[tuple[int, Role]]:
    """The posts of this person that nobody else could fill: the last active holder of a role that must not be
    vacant. One statement."""
    mine, other = aliased(Appointment), aliased(Appointment)
    others = (
        select(other.id)
        .join(Person, Person.id == other.person_id)
        .where(
            other.organisation_id == mine.organisation_id,
            other.role == mine.role,
            other.ended_at.is_(None),
            other.person_id != person_id,
            Person.state == PersonState.ACTIVE,
        )
    )
    query = select(mine.organisation_id, mine.role).where(
        mine.person_id == person_id,
        mine.ended_at.is_(None),
        mine.role.in_(list(NEVER_VACANT)),
        ~others.exists(),
    )
    return [(unit, Role(role)) for unit, role in session.execute(query)]
