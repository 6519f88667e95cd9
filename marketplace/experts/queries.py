"""Reading the expert pool."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload
from sqlalchemy.orm.interfaces import ORMOption

from marketplace.core.actor import Actor, Role
from marketplace.core.clock import start_of_day
from marketplace.core.errors import NotFound
from marketplace.experts.models import Expert, ExpertKind, ExpertRating
from marketplace.experts.policy import READERS
from marketplace.experts.standing import Standing, first_day, standing
from marketplace.organisations.models import Appointment, Organisation, Person, PersonState

MOST_TO_ENROL = 1000


@cache
def _whole() -> tuple[ORMOption, ...]:
    """With person and unit. Made at the first use: naming a relationship sets up all mappers."""
    return joinedload(Expert.person), joinedload(Expert.organisation)


def experts(kind: str = "", text: str = "") -> Select[Any]:
    """The pool in official order; of one kind, and with this text in name, unit or title, when given."""
    query = (
        select(Expert)
        .join(Expert.person)
        .join(Expert.organisation)
        .options(contains_eager(Expert.person), contains_eager(Expert.organisation))
        .order_by(Organisation.order_key, Person.name, Expert.id)
    )
    if kind:
        query = query.where(Expert.kind == kind)
    if text:
        places = (Person.name, Organisation.name, Expert.title)
        query = query.where(or_(*(place.icontains(text, autoescape=True) for place in places)))
    return query


def expert_for(session: Session, actor: Actor, expert_id: int) -> Expert:
    """One of the pool, for those who read it. Raises NotFound."""
    found = session.get(Expert, expert_id, options=_whole())
    if found is None or not actor.has(*READERS):
        raise NotFound
    return found


def own_expert(session: Session, actor: Actor) -> Expert:
    """本人: the actor's own place in the pool. Raises NotFound for who is not in it."""
    found = session.scalar(
        select(Expert).where(Expert.person_id == (actor.person_id or 0)).options(*_whole())
    )
    if found is None:
        raise NotFound
    return found


def people_to_enrol(session: Session, kind: str = ExpertKind.EXPERT) -> list[tuple[int, str]]:
    """(person id, name with unit) of active people who are not in the pool yet: for experts those who hold the role."""
    query = (
        select(Person.id, Person.name, Organisation.name)
        .join(Appointment, Appointment.person_id == Person.id)
        .join(Organisation, Organisation.id == Appointment.organisation_id)
        .outerjoin(Expert, Expert.person_id == Person.id)
        .where(Appointment.ended_at.is_(None), Person.state == PersonState.ACTIVE, Expert.id.is_(None))
        .order_by(Organisation.order_key, Person.name, Person.id)
        .limit(MOST_TO_ENROL)
    )
    if kind == ExpertKind.EXPERT:
        query = query.where(Appointment.role == Role.EXPERT)
    return list({person: f"{name}（{unit}）" for person, name, unit in session.execute(query)}.items())


def standings(session: Session, expert_ids: Collection[int], today: date) -> dict[int, Standing]:
    """Expert id → standing, of those with marks in the last two years; one statement."""
    query = select(ExpertRating.expert_id, ExpertRating.score).where(
        ExpertRating.expert_id.in_(list(expert_ids)), ExpertRating.rated_at >= start_of_day(first_day(today))
    )
    found: defaultdict[int, list[int]] = defaultdict(list)
    for expert, score in session.execute(query):
        found[expert].append(score)
    return {expert: standing(scores) for expert, scores in found.items()}


def expert_names(session: Session, ids: set[int]) -> dict[int, str]:
    """What audited experts are called."""
    query = select(Expert.id, Person.name).join(Expert.person).where(Expert.id.in_(ids))
    return {found: name for found, name in session.execute(query)}
