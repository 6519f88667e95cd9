"""The facts on which recusal rests (回避事实): read for a whole pool at once, judged by ``recusal``."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from marketplace.core.clock import add_months, beijing_date, start_of_day
from marketplace.core.dataclass import dataclass
from marketplace.experts.models import Expert
from marketplace.organisations.models import Appointment, Organisation, OrganisationKind
from marketplace.reviews.models import Panel, PanelItem, RecusalEntry
from marketplace.reviews.recusal import (
    YEARS_BACK,
    Facts,
    Finding,
    Judge,
    RecusalOutcome,
    RecusalRule,
    Stake,
    Units,
)
from marketplace.reviews.workflow import RecusalState
from marketplace.topics.models import Topic

HOUSE = (OrganisationKind.DIVISION, OrganisationKind.DIRECT_UNIT)
JointWork = Mapping[int, Mapping[int, date]]
"""Unit → units with which it shared a project → the last day of the latest one (today while it runs)."""
JOINT_WORK: dict[str, Callable[[Session, Collection[int], date, date], JointWork]] = {}
"""Filled in wiring: ``lookup(session, units, since, today)``. This step does not know projects."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What a panel is about: the tree of units with their kinds, and the interests each item touches."""

    units: Units
    kinds: Mapping[int, str]
    stakes: tuple[Stake, ...]


def read_ground(session: Session, panel: Panel) -> Ground:
    """Two statements."""
    query = select(
        Organisation.id,
        Organisation.parent_id,
        Organisation.name,
        Organisation.kind,
        Organisation.division_code,
    )
    rows = session.execute(query).all()
    units = Units(
        parents={row.id: row.parent_id for row in rows},
        names={row.id: row.name for row in rows},
        cities={row.id: row.division_code[:4] for row in rows if row.division_code},
        house=frozenset(row.id for row in rows if row.kind in HOUSE),
    )
    return Ground(units, {row.id: row.kind for row in rows}, _stakes(session, panel))


def _stakes(session: Session, panel: Panel) -> tuple[Stake, ...]:
    query = (
        select(PanelItem.id, PanelItem.subject_id, PanelItem.organisation_id, PanelItem.parties)
        .where(PanelItem.panel_id == panel.id)
        .order_by(PanelItem.position)
    )
    return tuple(
        Stake(item, subject, lead, frozenset(parties) - {lead})
        for item, subject, lead, parties in session.execute(query)
    )


def judges_of(session: Session, experts: Sequence[Expert], today: date) -> dict[int, Judge]:
    """Expert id → judge, with the units of today and of the last years; one statement."""
    since = start_of_day(add_months(today, -12 * YEARS_BACK))
    query = select(Appointment.person_id, Appointment.organisation_id, Appointment.ended_at).where(
        Appointment.person_id.in_([expert.person_id for expert in experts]),
        or_(Appointment.ended_at.is_(None), Appointment.ended_at >= since),
    )
    own: defaultdict[int, set[int]] = defaultdict(set)
    left: defaultdict[int, dict[int, date]] = defaultdict(dict)
    for person, unit, ended_at in session.execute(query):
        if ended_at is None:
            own[person].add(unit)
        else:
            left[person][unit] = max(left[person].get(unit, date.min), beijing_date(ended_at))
    return {one.id: _judge(one, own[one.person_id], left[one.person_id]) for one in experts}


def _judge(expert: Expert, own: set[int], left: Mapping[int, date]) -> Judge:
    units = frozenset({expert.organisation_id, *own})
    return Judge(
        expert.id, expert.person_id, units, {unit: day for unit, day in left.items() if unit not in units}
    )


def facts_of(session: Session, panel: Panel, ground: Ground, judges: Iterable[Judge], today: date) -> Facts:
    """Everything the rules ask about a panel and these experts; one statement and those of the bound lookups."""
    topic = panel.topic
    authors = {topic.drafted_by, topic.submitted_by, topic.approved_by}
    since = add_months(today, -12 * YEARS_BACK)
    concerned = {unit for judge in judges for unit in judge.units}
    return Facts(
        ground.units,
        _setters(topic, ground),
        frozenset(one for one in authors if one is not None),
        topic.created_on,
        _joint_work(session, concerned, since, today),
        _decided(session, panel),
    )


def _setters(topic: Topic, ground: Ground) -> frozenset[int]:
    """The office that set the topic: a division stands for its province, the province for its divisions."""
    setter, kinds, parents = topic.setter_id, ground.kinds, ground.units.parents
    office = {setter}
    if kinds.get(setter) == OrganisationKind.DIVISION:
        office.add(parents[setter] or setter)
    if kinds.get(setter) == OrganisationKind.PROVINCE:
        divisions = (key for key, kind in kinds.items() if kind == OrganisationKind.DIVISION)
        office |= {key for key in divisions if parents[key] == setter}
    return frozenset(office)


def _joint_work(session: Session, units: set[int], since: date, today: date) -> JointWork:
    found: defaultdict[int, dict[int, date]] = defaultdict(dict)
    for lookup in JOINT_WORK.values():
        for unit, others in lookup(session, units, since, today).items():
            for other, day in others.items():
                found[unit][other] = max(found[unit].get(other, date.min), day)
    return found


def _decided(session: Session, panel: Panel) -> dict[tuple[int, int | None], tuple[Finding, ...]]:
    """What the office has decided about experts and the items of this topic."""
    query = (
        select(RecusalEntry)
        .where(
            RecusalEntry.topic_id == panel.topic_id,
            RecusalEntry.subject_kind == panel.subject_kind,
            RecusalEntry.state == RecusalState.GRANTED,
            RecusalEntry.expert_id.is_not(None),
        )
        .order_by(RecusalEntry.id)
    )
    found: defaultdict[tuple[int, int | None], tuple[Finding, ...]] = defaultdict(tuple)
    for entry in session.scalars(query):
        if entry.expert_id is not None and entry.outcome is not None:
            found[entry.expert_id, entry.subject_id] += (_finding(entry, entry.outcome),)
    return found


def _finding(entry: RecusalEntry, outcome: str) -> Finding:
    day = None if entry.decided_at is None else beijing_date(entry.decided_at)
    reason = entry.decision or entry.reason
    return Finding(RecusalRule(entry.rule), RecusalOutcome(outcome), {"reason": reason}, day)
