"""Who may be chosen for a panel: the pool, with the reason for each exclusion."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, contains_eager

from marketplace.core.dataclass import dataclass
from marketplace.core.errors import Problem
from marketplace.core.text import N_
from marketplace.experts.models import Expert, ExpertKind
from marketplace.experts.queries import standings
from marketplace.experts.standing import UNRATED, Standing
from marketplace.organisations.models import Organisation, OrganisationKind, Person, PersonState
from marketplace.organisations.queries import people_with_roles
from marketplace.reviews.composition import Member
from marketplace.reviews.facts import Ground, facts_of, judges_of, read_ground
from marketplace.reviews.models import Panel, Seat
from marketplace.reviews.policy import ACTIVE_SEATS, READERS
from marketplace.reviews.protocol import protocol_from
from marketplace.reviews.recusal import Recusal, recusals_of, whole
from marketplace.reviews.workflow import PanelState, SeatState

INSIDE = (OrganisationKind.PROVINCE, OrganisationKind.DIVISION, OrganisationKind.DIRECT_UNIT)
"""The province's own offices and units: an expert from elsewhere is 系统外专家."""


OFFICE_ROLE = N_("该专家同时是省局办理或监督人员，能看到单位名称，不能参加盲评")


@dataclass(frozen=True, slots=True)
class Candidate:
    """One expert of the pool as the officer sees her for one panel. ``recusals`` tells item by item what speaks against
    her; ``recusal`` joins it for a panel on which everybody scores everything."""

    expert: Expert
    member: Member
    recusals: Mapping[int, Recusal]
    recusal: Recusal
    seat: Seat | None
    standing: Standing = UNRATED
    load: int = 0
    """Other panels on which she sits now."""
    sees_names: bool = False
    """She reads the names of a blind panel in another role."""

    @property
    def sits(self) -> bool:
        """Invited or confirmed."""
        return self.seat is not None and self.seat.state in ACTIVE_SEATS

    @property
    def may_head(self) -> bool:
        """May lead the panel: a member of it who must keep away from none of its items."""
        member = self.sits and self.seat is not None and not self.seat.extra
        return member and not any(one.forbidden for one in self.recusals.values())

    @property
    def exclusion(self) -> Problem | None:
        """Why she cannot be chosen, whatever it is."""
        return (self.recusal.reason, self.recusal.params) if self.recusal.forbidden else self.barred

    @property
    def barred(self) -> Problem | None:
        """Why she cannot be chosen now, apart from conflicts of interest."""
        if self.seat is not None and self.seat.state == SeatState.DECLINED:
            return N_("该专家已谢绝本评审组的邀请，不再邀请")
        if self.seat is not None and self.seat.state != SeatState.REMOVED:
            return N_("该专家已在评审组或已回避")
        if self.sees_names:
            return OFFICE_ROLE
        if self.standing.barred:
            return (N_("近两年履职评价平均%(average)s分，低于60分"), {"average": self.standing.average})
        limit = self.expert.workload_limit
        if limit is not None and self.load >= limit:
            return (N_("同时参加的评审组已达本人上限%(limit)s个"), {"limit": limit})
        return None

    @property
    def free(self) -> bool:
        """May be chosen now."""
        return not self.recusal.forbidden and self.barred is None


@dataclass(frozen=True, slots=True)
class Pool:
    """All candidates of a panel, those that may be chosen first, and what the composition must respect."""

    candidates: tuple[Candidate, ...]
    outside_majority: bool

    @property
    def seated(self) -> tuple[Member, ...]:
        """The members who sit now; experts called for single items are none."""
        return tuple(c.member for c in self.candidates if c.sits and c.seat is not None and not c.seat.extra)

    @property
    def free(self) -> tuple[Candidate, ...]:
        return tuple(candidate for candidate in self.candidates if candidate.free)

    def find(self, expert_id: int) -> Candidate | None:
        """The candidate of that number."""
        return next((c for c in self.candidates if c.expert.id == expert_id), None)


def pool_for(session: Session, panel: Panel, today: date) -> Pool:
    """The pool against one panel's interests: ten statements, however many experts and items there are."""
    ground = read_ground(session, panel)
    seats = {seat.expert_id: seat for seat in session.scalars(select(Seat).where(Seat.panel_id == panel.id))}
    experts = _experts(session, today, seats)
    judges = judges_of(session, experts, today)
    facts = facts_of(session, panel, ground, judges.values(), today)
    wanted = {panel.topic.category, panel.topic.field}
    ratings, loads = standings(session, list(judges), today), _loads(session, panel, judges)
    shared = protocol_from(panel.protocol).scores_per_item is not None
    readers = _readers(session) if protocol_from(panel.protocol).blind else set[int | None]()
    candidates = []
    for expert in experts:
        recusals = recusals_of(judges[expert.id], ground.stakes, facts)
        member = _member(expert, ground, wanted)
        joined = whole(recusals.values()) if not shared or _everywhere(recusals) else whole(())
        candidates.append(
            Candidate(
                expert, member, recusals, joined, seats.get(expert.id),
                ratings.get(expert.id, UNRATED), loads.get(expert.id, 0), expert.person_id in readers,
            )
        )  # fmt: skip
    candidates.sort(key=lambda c: (c.exclusion is not None, not c.member.matches))
    direct = any(ground.kinds.get(stake.lead) == OrganisationKind.DIRECT_UNIT for stake in ground.stakes)
    return Pool(tuple(candidates), direct)


def _everywhere(recusals: Mapping[int, Recusal]) -> bool:
    """Where each item goes to some experts only, a conflict with one of them keeps nobody off the others."""
    return all(one.forbidden for one in recusals.values())


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
        .where(or_(current & (Expert.kind == ExpertKind.EXPERT), Expert.id.in_(list(seats))))
        .order_by(Organisation.order_key, Expert.id)
    )
    whole = (contains_eager(Expert.person), contains_eager(Expert.organisation))
    return session.scalars(query.options(*whole)).all()


def _readers(session: Session) -> set[int | None]:
    """Who reads the names behind the code names."""
    return {one.person_id for one in people_with_roles(session, None, READERS)}


def _loads(session: Session, panel: Panel, experts: Iterable[int]) -> dict[int, int]:
    """Expert id → other panels without a result on which she sits."""
    query = (
        select(Seat.expert_id, func.count())
        .join(Panel, Panel.id == Seat.panel_id)
        .where(
            Panel.state != PanelState.CONCLUDED,
            Panel.id != panel.id,
            Seat.state.in_(ACTIVE_SEATS),
            Seat.expert_id.in_(list(experts)),
        )
        .group_by(Seat.expert_id)
    )
    return {expert: count for expert, count in session.execute(query)}


def _member(expert: Expert, ground: Ground, wanted: set[str]) -> Member:
    outside = ground.kinds.get(expert.organisation_id) not in INSIDE
    return Member(
        expert.id, expert.organisation_id, expert.technical, outside, bool(wanted.intersection(expert.fields))
    )
