"""Who may be chosen for a panel: the pool, with the reason for each exclusion."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, contains_eager

from marketplace.experts.models import Expert
from marketplace.organisations.models import Appointment, Organisation, OrganisationKind, Person, PersonState
from marketplace.reviews.composition import Member
from marketplace.reviews.models import Panel, PanelItem, Seat
from marketplace.reviews.policy import ACTIVE_SEATS
from marketplace.reviews.recusal import Interests, Recusal, Units, recusal
from marketplace.reviews.workflow import SeatState
from marketplace.topics.models import Topic

INSIDE = (OrganisationKind.PROVINCE, OrganisationKind.DIVISION, OrganisationKind.DIRECT_UNIT)
"""The province's own offices and units: an expert from elsewhere is 系统外专家."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One expert of the pool as the officer sees her for one panel."""

    expert: Expert
    member: Member
    recusal: Recusal
    seat: Seat | None

    @property
    def free(self) -> bool:
        """May be chosen now."""
        gone = self.seat is not None and self.seat.state != SeatState.REMOVED
        return not self.recusal.forbidden and not gone


@dataclass(frozen=True, slots=True)
class Pool:
    """All candidates of a panel, those that may be chosen first, and what the composition must respect."""

    candidates: tuple[Candidate, ...]
    outside_majority: bool

    @property
    def seated(self) -> tuple[Member, ...]:
        """The members who sit now."""
        return tuple(c.member for c in self.candidates if c.seat is not None and c.seat.state in ACTIVE_SEATS)

    @property
    def free(self) -> tuple[Candidate, ...]:
        return tuple(candidate for candidate in self.candidates if candidate.free)

    def find(self, expert_id: int) -> Candidate | None:
        """The candidate of that number."""
        return next((c for c in self.candidates if c.expert.id == expert_id), None)


@dataclass(frozen=True, slots=True)
class _Tree:
    units: Units
    kinds: Mapping[int, str]


def pool_for(session: Session, panel: Panel, today: date) -> Pool:
    """The pool against one panel's interests: six statements, however many experts and items there are."""
    tree = _tree(session)
    interests = _interests(session, panel, tree)
    seats = {seat.expert_id: seat for seat in session.scalars(select(Seat).where(Seat.panel_id == panel.id))}
    experts = _experts(session, today, seats)
    own = _units_of(session, [expert.person_id for expert in experts])
    wanted = {panel.topic.category, panel.topic.field}
    candidates = [
        Candidate(
            expert,
            _member(expert, tree, wanted),
            recusal(
                expert.person_id, {expert.organisation_id, *own[expert.person_id]}, interests, tree.units
            ),
            seats.get(expert.id),
        )
        for expert in experts
    ]
    candidates.sort(key=lambda c: (c.recusal.forbidden, not c.member.matches))
    direct = any(tree.kinds.get(lead) == OrganisationKind.DIRECT_UNIT for lead in interests.leads)
    return Pool(tuple(candidates), direct)


def _tree(session: Session) -> _Tree:
    query = select(Organisation.id, Organisation.parent_id, Organisation.name, Organisation.kind)
    rows = session.execute(query).all()
    parents = {key: parent for key, parent, _, _ in rows}
    names = {key: name for key, _, name, _ in rows}
    return _Tree(Units(parents, names), {key: kind for key, _, _, kind in rows})


def _interests(session: Session, panel: Panel, tree: _Tree) -> Interests:
    query = select(PanelItem.organisation_id, PanelItem.parties).where(PanelItem.panel_id == panel.id)
    rows = session.execute(query).all()
    leads = frozenset(lead for lead, _ in rows)
    partners = frozenset(party for lead, parties in rows for party in parties if party != lead)
    topic = panel.topic
    authors = {topic.drafted_by, topic.submitted_by, topic.approved_by} - {None}
    return Interests(leads, partners, _setters(topic, tree), frozenset(a for a in authors if a is not None))


def _setters(topic: Topic, tree: _Tree) -> frozenset[int]:
    """The office that set the topic: a division stands for its province, the province for its divisions."""
    setter = topic.setter_id
    office = {setter}
    if tree.kinds.get(setter) == OrganisationKind.DIVISION:
        office.add(tree.units.parents[setter] or setter)
    if tree.kinds.get(setter) == OrganisationKind.PROVINCE:
        office |= {
            key
            for key, kind in tree.kinds.items()
            if kind == OrganisationKind.DIVISION and tree.units.parents[key] == setter
        }
    return frozenset(office)


def _experts(session: Session, today: date, seats: Iterable[int]) -> Sequence[Expert]:
    """Experts within their term and able to sign in, and those who already have a seat, in official order."""
    current = (
        (Expert.term_from <= today)
        & or_(Expert.term_to.is_(None), Expert.term_to >= today)
        & (Person.state == PersonState.ACTIVE)
    )
    query = (
        select(Expert)
        .join(Expert.person)
        .join(Expert.organisation)
        .where(or_(current, Expert.id.in_(list(seats))))
        .order_by(Organisation.order_key, Expert.id)
    )
    whole = (contains_eager(Expert.person), contains_eager(Expert.organisation))
    return session.scalars(query.options(*whole)).all()


def _units_of(session: Session, people: Iterable[int]) -> Mapping[int, set[int]]:
    query = select(Appointment.person_id, Appointment.organisation_id).where(
        Appointment.person_id.in_(list(people)), Appointment.ended_at.is_(None)
    )
    found: defaultdict[int, set[int]] = defaultdict(set)
    for person, unit in session.execute(query):
        found[person].add(unit)
    return found


def _member(expert: Expert, tree: _Tree, wanted: set[str]) -> Member:
    outside = tree.kinds.get(expert.organisation_id) not in INSIDE
    return Member(
        expert.id, expert.organisation_id, expert.technical, outside, bool(wanted.intersection(expert.fields))
    )
