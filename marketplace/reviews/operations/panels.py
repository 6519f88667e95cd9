"""Convening a panel and choosing its members (组建评审组)."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from marketplace.core.clock import before_deadline, beijing_date
from marketplace.core.errors import Invalid
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.core.verdict import require
from marketplace.reviews import policy
from marketplace.reviews.blind.checks import open_leads
from marketplace.reviews.codes import in_drawn_order
from marketplace.reviews.composition import composition
from marketplace.reviews.draws import Lot, with_draw
from marketplace.reviews.events import (
    AnchorChosen,
    MembersDrawn,
    PanelConvened,
    PanelReleased,
    SeatAdded,
    SeatRemoved,
)
from marketplace.reviews.heads import head_of
from marketplace.reviews.models import Duty, Panel, PanelItem, ScoreSheet, Seat
from marketplace.reviews.operations.assignment import mend_assignment
from marketplace.reviews.operations.duties import drop_all, give_all, give_anchor, lift_all, take_up_again
from marketplace.reviews.operations.locking import lock
from marketplace.reviews.pool import OFFICE_ROLE, Candidate, Pool, pool_for
from marketplace.reviews.protocol import Protocol, frozen, protocol_for, protocol_from
from marketplace.reviews.queries.panels import items_of, panel_of_subject, panel_of_topic
from marketplace.reviews.queries.workload import duties_of, short_items
from marketplace.reviews.register import open_requests
from marketplace.reviews.subjects import Subject
from marketplace.reviews.unscored import unscored
from marketplace.reviews.workflow import PANEL, SEAT, PanelState, SeatState, SheetState, SubjectKind
from marketplace.topics.models import Topic
from marketplace.topics.rules import rules_from_dict

LONGEST_SCORING = timedelta(days=180)


def convene_panel(
    uow: UnitOfWork, topic: Topic, kind: str, items: Sequence[Subject], seed: int | None = None
) -> Panel:
    """组建评审组: opens a draft panel on all items at once, with the rules of the topic's list as they stand. Where the
    review is blind, ``seed`` (drawn if none is given) puts the items into an order that tells nothing."""
    require(policy.may_convene(uow.actor, topic.state, kind, _already(uow, topic, kind, items), len(items)))
    rules = rules_from_dict(topic.list.rules)
    rubric = "bid_rubric" if kind == SubjectKind.BID else "outcome_rubric"
    panel = Panel(
        subject_kind=kind, topic=topic, rubric=rules.to_dict()[rubric], size=rules.panel_size,
        trim_from=rules.trim_from, reason_below=rules.reason_below, state=PanelState.DRAFT,
        protocol=protocol_for(rules, kind, secrets.randbelow(2**31) if seed is None else seed),
        convened_by=uow.actor.person_id, convened_at=uow.now,
        is_sample=topic.is_sample,
    )  # fmt: skip
    uow.session.add(panel)
    uow.session.flush()
    if kind == SubjectKind.BID:
        _note(uow, topic)
    ordered = in_drawn_order(items, protocol_from(panel.protocol))
    uow.session.add_all(_item(panel, position, subject) for position, subject in enumerate(ordered, 1))
    uow.session.flush()
    uow.emit(PanelConvened(panel_id=panel.id, kind=kind))
    return panel


def _note(uow: UnitOfWork, topic: Topic) -> None:
    """The topic waits for its panel no longer. Its text is the same, so it keeps its version: who convened at the
    same moment learns that there is a panel, not that the topic has changed."""
    uow.session.execute(update(Topic).where(Topic.id == topic.id).values(convened_at=uow.now))


def _already(uow: UnitOfWork, topic: Topic, kind: str, items: Sequence[Subject]) -> bool:
    if kind == SubjectKind.BID:
        return panel_of_topic(uow.session, topic.id) is not None
    return any(panel_of_subject(uow.session, kind, item.subject_id) is not None for item in items)


def _item(panel: Panel, position: int, subject: Subject) -> PanelItem:
    return PanelItem(
        panel_id=panel.id, position=position, subject_id=subject.subject_id, label=subject.label[:200],
        organisation_id=subject.organisation_id, parties=sorted({subject.organisation_id, *subject.parties}),
    )  # fmt: skip


def add_member(uow: UnitOfWork, panel: Panel, expert_id: int) -> Seat:
    """选入专家 by hand: one of the pool whom no rule excludes."""
    return add_members(uow, panel, [expert_id])[0]


def add_members(uow: UnitOfWork, panel: Panel, expert_ids: Sequence[int]) -> list[Seat]:
    """选入专家 ticked on the page, all or none."""
    lock(uow, panel)
    pool = pool_for(uow.session, panel, beijing_date(uow.now))
    if not expert_ids:
        raise Invalid({"experts": N_("请勾选至少一位专家")})
    return [_seat(uow, panel, pool, expert_id, number) for number, expert_id in enumerate(expert_ids)]


def _short(uow: UnitOfWork, panel: Panel) -> int:
    """Items that need somebody more: too few score them, or nobody could judge them."""
    few = short_items(uow.session, panel.id, protocol_from(panel.protocol))
    return len(few) + unscored(uow.session, panel)


def _seat(uow: UnitOfWork, panel: Panel, pool: Pool, expert_id: int, before: int) -> Seat:
    active = len(pool.seated) + before
    short = _short(uow, panel)
    require(policy.may_add_member(uow.actor, panel.state, panel.size, active, short))
    candidate = pool.find(expert_id)
    if candidate is None:
        raise Invalid({"experts": N_("该专家不在库或已到期")})
    if candidate.recusal.forbidden:
        raise Invalid({"experts": (candidate.recusal.reason, candidate.recusal.params)})
    if candidate.barred is not None:
        raise Invalid({"experts": candidate.barred})
    _keep_composition(panel, pool, candidate)
    return invite(uow, panel, candidate)


def _keep_composition(panel: Panel, pool: Pool, candidate: Candidate) -> None:
    """A replacement that completes the panel again must leave it within the rules."""
    members = (*pool.seated, candidate.member)
    if panel.state == PanelState.SCORING and len(members) >= panel.size and len(members) % 2:
        fits = composition(members, panel.size, pool.outside_majority)
        if not fits:
            raise Invalid({"experts": (fits.reason, fits.params)})


def invite(uow: UnitOfWork, panel: Panel, candidate: Candidate, extra: bool = False) -> Seat:
    """Gives this candidate a seat; a member who comes while the others score gets her part of the items."""
    seat = candidate.seat
    if seat is None:
        seat = Seat(panel_id=panel.id, expert_id=candidate.expert.id, state=SeatState.INVITED)
        uow.session.add(seat)
    else:
        SEAT.advance(seat, "invite")
        seat.reason, seat.decided_at = None, None
    seat.extra, seat.heads = extra, False
    uow.session.flush()
    uow.emit(SeatAdded(panel_id=panel.id, seat_id=seat.id, expert_id=seat.expert_id))
    if panel.state == PanelState.SCORING and not extra:
        _join(uow, panel, seat)
    return seat


def _join(uow: UnitOfWork, panel: Panel, seat: Seat) -> None:
    """What a member gets who comes while the others score."""
    protocol = protocol_from(panel.protocol)
    if protocol.scores_per_item is None:
        take_up_again(uow, seat)
        give_all(uow, panel, seat)
    else:
        give_anchor(uow, panel, protocol)
        mend_assignment(uow, panel)


def propose_members(
    uow: UnitOfWork, panel: Panel, seats: int | None = None, seed: int | None = None
) -> list[Seat]:
    """随机抽取: fills the panel up to its size (or by ``seats``); seed, candidates and choice go on record."""
    lock(uow, panel)
    pool = pool_for(uow.session, panel, beijing_date(uow.now))
    short = _short(uow, panel)
    require(policy.may_add_member(uow.actor, panel.state, panel.size, len(pool.seated), short))
    wanted = max(panel.size - len(pool.seated), 1) if seats is None else seats
    seed = secrets.randbelow(2**31) if seed is None else seed
    free = [candidate.member for candidate in pool.free]
    lot = Lot(seed, wanted, free, pool.seated, pool.outside_majority)
    chosen = lot.chosen()
    if len(chosen) < wanted:
        raise Invalid(
            {
                "draw": (
                    N_("可选专家只有%(count)s位，不足%(wanted)s位"),
                    {"count": len(chosen), "wanted": wanted},
                )
            }
        )
    keep_draw(uow, panel, lot)
    return [invite(uow, panel, found) for one in chosen if (found := pool.find(one)) is not None]


def keep_draw(uow: UnitOfWork, panel: Panel, lot: Lot) -> None:
    """Puts a draw on record, whole enough to be repeated."""
    chosen = lot.chosen()
    panel.draw = with_draw(panel.draw, lot, chosen, uow.now.isoformat(), uow.actor.person_name)
    uow.emit(
        MembersDrawn(
            panel_id=panel.id, seed=lot.seed, candidates=tuple(panel.draw["candidates"]), chosen=chosen,
            item_id=lot.item_id,
        )
    )  # fmt: skip


def remove_member(uow: UnitOfWork, panel: Panel, seat: Seat, reason: str = "") -> None:
    """调整专家: the seat stays on record; while scoring, the reason is needed."""
    lock(uow, panel)
    submitted = uow.session.scalar(
        select(ScoreSheet.id)
        .where(ScoreSheet.seat_id == seat.id, ScoreSheet.state == SheetState.SUBMITTED)
        .limit(1)
    )
    require(
        policy.may_remove_member(
            uow.actor, panel.state, seat.state, panel.due_at, submitted is not None, uow.now
        )
    )
    if panel.state == PanelState.SCORING and not reason:
        raise Invalid({"reason": N_("请填写调整原因")})
    SEAT.advance(seat, "remove")
    seat.reason, seat.decided_at = reason or None, uow.now
    uow.emit(SeatRemoved(panel_id=panel.id, seat_id=seat.id, expert_id=seat.expert_id, opinion=reason))
    if panel.state == PanelState.DRAFT:
        drop_all(uow, seat)
    else:
        lift_all(uow, seat, reason)
        mend_assignment(uow, panel)


def release_panel(uow: UnitOfWork, panel: Panel, due_at: datetime | None) -> None:
    """开始评分: the panel must fit the rules; every member is invited with the deadline."""
    lock(uow, panel)
    pool = pool_for(uow.session, panel, beijing_date(uow.now))
    fits = composition(pool.seated, panel.size, pool.outside_majority)
    head = head_of(uow.session, panel.id)
    require(policy.may_release(uow.actor, panel.state, fits, _open_leads(uow, panel), head is not None))
    _check_due(uow, due_at)
    _check_recusals(pool, head)
    _check_requests(uow, panel)
    protocol = protocol_from(panel.protocol)
    if protocol.anchor and protocol.anchor_item is None:
        raise Invalid({"anchor": N_("请先指定全体专家先评的一项")})
    if protocol.scores_per_item is not None:
        _check_assignment(uow, panel, pool, protocol)
    PANEL.advance(panel, "release")
    panel.due_at, panel.released_at = due_at, uow.now
    if protocol.scores_per_item is None:
        give_all(uow, panel)
    else:
        give_anchor(uow, panel, protocol)
    _freeze(uow, panel)
    uow.emit(PanelReleased(panel_id=panel.id, protocol_sha256=panel.protocol_sha256 or ""))


def _open_leads(uow: UnitOfWork, panel: Panel) -> int:
    if panel.state != PanelState.DRAFT or not protocol_from(panel.protocol).blind:
        return 0
    return open_leads(uow.session, panel, items_of(uow.session, panel.id))


def _freeze(uow: UnitOfWork, panel: Panel) -> None:
    items = [item.id for item in items_of(uow.session, panel.id)]
    rules = {
        "kind": panel.subject_kind, "rubric": panel.rubric, "size": panel.size, "trim_from": panel.trim_from,
        "reason_below": panel.reason_below,
    }  # fmt: skip
    panel.protocol, panel.protocol_sha256 = frozen(panel.protocol or {}, rules, items)


def _check_due(uow: UnitOfWork, due_at: datetime | None) -> None:
    if due_at is None:
        raise Invalid({"due_at": N_("请填写评分截止时间")})
    if not before_deadline(uow.now, due_at) or due_at > uow.now + LONGEST_SCORING:
        raise Invalid({"due_at": N_("评分截止时间须在今后180天内")})


def _check_assignment(uow: UnitOfWork, panel: Panel, pool: Pool, protocol: Protocol) -> None:
    """Every item has its experts, and none of them must keep away from it."""
    if short_items(uow.session, panel.id, protocol):
        raise Invalid({"assignment": N_("还有评审对象没有分配足够的专家，请先分配")})
    recusals = {one.seat.id: one.recusals for one in pool.candidates if one.seat is not None}
    for duty in duties_of(uow.session, panel.id):
        found = recusals[duty.seat_id][duty.item_id]
        if found.forbidden:
            raise Invalid({"assignment": (found.reason, found.params)})


def choose_anchor(uow: UnitOfWork, panel: Panel, item_id: int) -> None:
    """指定先评的一项 of a draft panel whose list asks for one. A draft of the assignment that names it is dropped."""
    lock(uow, panel)
    protocol = protocol_from(panel.protocol)
    require(policy.may_choose_anchor(uow.actor, panel.state, protocol.anchor))
    if item_id not in {item.id for item in items_of(uow.session, panel.id)}:
        raise Invalid({"anchor": N_("请选择列出的一项")})
    panel.protocol = {**(panel.protocol or {}), "anchor_item": item_id}
    uow.session.execute(delete(Duty).where(Duty.panel_id == panel.id))
    uow.emit(AnchorChosen(panel_id=panel.id, item_id=item_id))


def _check_requests(uow: UnitOfWork, panel: Panel) -> None:
    """Bidders' requests are decided before anybody scores."""
    waiting = open_requests(uow.session, panel)
    if waiting:
        raise Invalid({"members": (N_("还有%(count)s件回避申请没有决定，请先处理"), {"count": waiting})})


def _check_recusals(pool: Pool, head: Seat | None) -> None:
    """Appointments may have changed since the members were chosen and the head was named."""
    for candidate in pool.candidates:
        if head is not None and candidate.seat is head and not candidate.may_head:
            raise Invalid({"head": N_("组长须对其中的评审对象回避，请另行指定组长")})
        sits = candidate.seat is not None and candidate.seat.state in policy.ACTIVE_SEATS
        if sits and candidate.recusal.forbidden:
            raise Invalid({"members": (candidate.recusal.reason, candidate.recusal.params)})
        if sits and candidate.sees_names:
            raise Invalid({"members": OFFICE_ROLE})
