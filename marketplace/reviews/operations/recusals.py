"""Recusal asked for by a bidder and decided by the office (回避申请与决定)."""

from sqlalchemy import select

from marketplace.core.dataclass import dataclass
from marketplace.core.errors import Invalid, NotFound
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork, require_version
from marketplace.core.verdict import require
from marketplace.experts.models import Expert
from marketplace.reviews import policy
from marketplace.reviews.events import (
    ItemExcluded,
    RecusalDecided,
    RecusalRequested,
    SeatAsked,
    SeatExcluded,
    SeatRemoved,
)
from marketplace.reviews.models import Duty, Panel, PanelItem, RecusalEntry, Seat
from marketplace.reviews.operations.assignment import mend_assignment
from marketplace.reviews.operations.duties import drop_all, lift_all
from marketplace.reviews.operations.extra import call_extras
from marketplace.reviews.operations.heads import stand_down
from marketplace.reviews.operations.locking import lock
from marketplace.reviews.protocol import protocol_from
from marketplace.reviews.queries.own import may_pass_on
from marketplace.reviews.recusal import RecusalOutcome, RecusalRule
from marketplace.reviews.workflow import (
    RECUSAL,
    SEAT,
    DutyState,
    PanelState,
    RecusalState,
    SeatState,
    SubjectKind,
)
from marketplace.topics.models import Topic

MOST_REASON = 500
MOST_REQUESTS = 10
"""So many experts a bidder may name for one bid: a request names persons, it does not choose the panel."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a bidder asks: an expert of the pool, or (``expert_id`` empty) a name or unit as typed."""

    expert_id: int | None
    named: str
    reason: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What the office makes of it. ``outcome`` counts only when it agrees."""

    agreed: bool
    reason: str
    expert_id: int | None = None
    outcome: str = RecusalOutcome.FORBID


def request_recusal(
    uow: UnitOfWork, topic: Topic, kind: str, subject_id: int, request: Request
) -> RecusalEntry:
    """申请回避: the caller's step has made sure that the bid is the actor's own and in review."""
    known = _known(uow, topic, kind, subject_id)
    concluded = _panel(uow, topic, kind, subject_id, PanelState.CONCLUDED) is not None
    require(policy.may_request_recusal(uow.actor, concluded, len(known), MOST_REQUESTS))
    _check_request(uow, request, known)
    entry = RecusalEntry(
        topic_id=topic.id, subject_kind=kind, subject_id=subject_id, rule=RecusalRule.BIDDER,
        organisation_id=uow.actor.organisation_id, expert_id=request.expert_id, named=request.named,
        reason=request.reason, asked_by=uow.actor.person_id, asked_at=uow.now, state=RecusalState.REQUESTED,
    )  # fmt: skip
    uow.session.add(entry)
    uow.session.flush()
    uow.emit(RecusalRequested(entry_id=entry.id, opinion=request.reason))
    return entry


def _known(uow: UnitOfWork, topic: Topic, kind: str, subject_id: int) -> list[RecusalEntry]:
    query = select(RecusalEntry).where(
        RecusalEntry.topic_id == topic.id, RecusalEntry.subject_kind == kind, RecusalEntry.subject_id == subject_id,
        RecusalEntry.rule == RecusalRule.BIDDER,
    )  # fmt: skip
    return list(uow.session.scalars(query))


def _check_request(uow: UnitOfWork, request: Request, known: list[RecusalEntry]) -> None:
    if not request.reason or len(request.reason) > MOST_REASON:
        raise Invalid({"reason": N_("请说明申请回避的理由，500字以内")})
    if (request.expert_id is None) == (not request.named):
        raise Invalid({"named": N_("请选择一位专家，或填写姓名、单位，二者填一项")})
    if request.expert_id is not None and uow.session.get(Expert, request.expert_id) is None:
        raise Invalid({"expert_id": N_("没有这位专家")})
    if any((one.expert_id, one.named) == (request.expert_id, request.named) for one in known):
        raise Invalid({"expert_id": N_("已经对这位专家提出过申请")})


def decide_recusal(
    uow: UnitOfWork, entry: RecusalEntry, decision: Decision, version: int | None = None
) -> None:
    """决定回避申请: yes with its consequence, or no; always with the reason, which the bidder reads."""
    concluded = (
        _panel(uow, entry.topic, entry.subject_kind, entry.subject_id, PanelState.CONCLUDED) is not None
    )
    require(policy.may_decide_recusal(uow.actor, entry.state, decision.agreed, concluded))
    require_version(entry, version)
    _check_decision(uow, decision)
    RECUSAL.advance(entry, "grant" if decision.agreed else "refuse")
    entry.decision, entry.decided_by, entry.decided_at = decision.reason, uow.actor.person_id, uow.now
    if decision.agreed:
        entry.expert_id, entry.outcome = decision.expert_id, decision.outcome
    uow.session.flush()
    uow.emit(RecusalDecided(entry_id=entry.id, agreed=decision.agreed, opinion=decision.reason))
    if decision.agreed:
        _enforce(uow, entry)


def _check_decision(uow: UnitOfWork, decision: Decision) -> None:
    if not decision.reason or len(decision.reason) > MOST_REASON:
        raise Invalid({"reason": N_("请填写决定的理由，500字以内")})
    if not decision.agreed:
        return
    if decision.expert_id is None or uow.session.get(Expert, decision.expert_id) is None:
        raise Invalid({"expert_id": N_("请选择专家库中的专家；库中没有此人的，无须回避")})
    if decision.outcome not in set(RecusalOutcome):
        raise Invalid({"outcome": N_("请选择处理方式")})


def recuse_expert(uow: UnitOfWork, panel: Panel, subject_id: int | None, decision: Decision) -> RecusalEntry:
    """省局决定回避, of its own accord: for one item of the panel, or (``subject_id`` empty) for all. What is decided
    about one outcome says nothing of the topic's others: there it is always the one before the panel."""
    require(policy.may_recuse_by_office(uow.actor, panel.state))
    _check_decision(uow, decision)
    if subject_id is None and panel.subject_kind == SubjectKind.OUTCOME:
        subject_id = panel.items[0].subject_id
    if subject_id is not None and _item(uow, panel, subject_id) is None:
        raise NotFound
    entry = RecusalEntry(
        topic_id=panel.topic_id, subject_kind=panel.subject_kind, subject_id=subject_id, rule=RecusalRule.OFFICE,
        expert_id=decision.expert_id, reason=decision.reason, asked_by=uow.actor.person_id, asked_at=uow.now,
        state=RecusalState.GRANTED, outcome=decision.outcome, decided_by=uow.actor.person_id, decided_at=uow.now,
    )  # fmt: skip
    uow.session.add(entry)
    uow.session.flush()
    uow.emit(RecusalDecided(entry_id=entry.id, agreed=True, opinion=decision.reason))
    _enforce(uow, entry)
    return entry


def _panel(uow: UnitOfWork, topic: Topic, kind: str, subject_id: int | None, *states: str) -> Panel | None:
    query = select(Panel).where(
        Panel.topic_id == topic.id, Panel.subject_kind == kind, Panel.state.in_(states)
    )
    if subject_id is not None:
        query = query.join(PanelItem, PanelItem.panel_id == Panel.id).where(
            PanelItem.subject_id == subject_id
        )
    return uow.session.scalar(query.order_by(Panel.id.desc()).limit(1))


def _item(uow: UnitOfWork, panel: Panel, subject_id: int) -> PanelItem | None:
    query = select(PanelItem).where(PanelItem.panel_id == panel.id, PanelItem.subject_id == subject_id)
    return uow.session.scalar(query)


def _enforce(uow: UnitOfWork, entry: RecusalEntry) -> None:
    """A decision about somebody who sits already takes effect at once."""
    panel = _panel(
        uow, entry.topic, entry.subject_kind, entry.subject_id, PanelState.DRAFT, PanelState.SCORING
    )
    if panel is None:
        return
    lock(uow, panel)
    query = select(Seat).where(
        Seat.panel_id == panel.id, Seat.expert_id == entry.expert_id, Seat.state.in_(policy.ACTIVE_SEATS)
    )
    seat = uow.session.scalar(query)
    if seat is not None:
        _change_seat(uow, panel, seat, entry)


def _change_seat(uow: UnitOfWork, panel: Panel, seat: Seat, entry: RecusalEntry) -> None:
    reason = entry.decision or entry.reason
    if entry.outcome == RecusalOutcome.ASK and seat.state == SeatState.CONFIRMED:
        SEAT.advance(seat, "ask")
        uow.emit(SeatAsked(panel_id=panel.id, seat_id=seat.id, opinion=reason))
    if entry.outcome != RecusalOutcome.FORBID or _spared(uow, panel, seat, entry, reason):
        return
    seat.reason, seat.decided_at = reason, uow.now
    if panel.state == PanelState.DRAFT:
        SEAT.advance(seat, "remove")
        drop_all(uow, seat)
        uow.emit(SeatRemoved(panel_id=panel.id, seat_id=seat.id, expert_id=seat.expert_id, opinion=reason))
        return
    SEAT.advance(seat, "exclude")
    lift_all(uow, seat, reason)
    uow.emit(SeatExcluded(panel_id=panel.id, seat_id=seat.id, opinion=reason))
    call_extras(uow, panel)
    mend_assignment(uow, panel)


def _spared(uow: UnitOfWork, panel: Panel, seat: Seat, entry: RecusalEntry, reason: str) -> bool:
    """Where members score some items only, she loses just this one, and another takes it over. True when she stays."""
    apart = seat.extra or protocol_from(panel.protocol).scores_per_item is not None
    if entry.subject_id is None or not apart:
        return False
    item = select(PanelItem.id).where(
        PanelItem.panel_id == panel.id, PanelItem.subject_id == entry.subject_id
    )
    query = select(Duty).where(
        Duty.seat_id == seat.id, Duty.item_id == item.scalar_subquery(), Duty.state == DutyState.LIVE
    )
    duty = uow.session.scalar(query)
    if panel.state == PanelState.DRAFT or duty is None or may_pass_on(duty, panel):
        stand_down(uow, seat)
    if duty is None:
        return True
    if panel.state == PanelState.DRAFT:
        uow.session.delete(duty)
        return True
    if not may_pass_on(duty, panel):
        return False
    duty.state, duty.lifted_because = DutyState.LIFTED, reason
    uow.emit(ItemExcluded(panel_id=panel.id, seat_id=seat.id, item_id=duty.item_id, opinion=reason))
    call_extras(uow, panel)
    mend_assignment(uow, panel)
    return True
