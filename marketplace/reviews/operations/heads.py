"""Naming the head of a panel (指定组长)."""

from sqlalchemy import select

from marketplace.core.clock import beijing_date
from marketplace.core.errors import Invalid, Problem
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.core.verdict import require
from marketplace.reviews import policy
from marketplace.reviews.events import HeadNamed, HeadStoodDown
from marketplace.reviews.heads import head_of
from marketplace.reviews.models import Duty, Panel, Seat
from marketplace.reviews.operations.locking import lock
from marketplace.reviews.pool import pool_for
from marketplace.reviews.workflow import DutyState, PanelState

MOST_REASON = 500


def name_head(uow: UnitOfWork, panel: Panel, seat_id: int, reason: str = "") -> None:
    """指定组长: one of the members who keeps away from none of the items. While the panel scores, putting another in
    the place of one who serves needs a reason."""
    lock(uow, panel)
    seat = uow.session.scalar(select(Seat).where(Seat.id == seat_id, Seat.panel_id == panel.id))
    if seat is None:
        raise Invalid({"head": N_("请选择列出的一位专家")})
    require(policy.may_name_head(uow.actor, panel.state, seat.state, seat.extra))
    before = head_of(uow.session, panel.id)
    late = panel.state == PanelState.SCORING
    problem = _problem(uow, panel, seat, before, reason if late else "-")
    if problem is not None:
        raise Invalid({"head": problem})
    if before is not None:
        before.heads = False
        uow.session.flush()
    seat.heads = True
    name = seat.expert.person.name
    uow.emit(
        HeadNamed(
            panel_id=panel.id, seat_id=seat.id, expert_id=seat.expert_id, late=late,
            opinion=f"{name}：{reason}" if reason else name,
        )
    )  # fmt: skip


def _problem(uow: UnitOfWork, panel: Panel, seat: Seat, before: Seat | None, reason: str) -> Problem | None:
    if before is seat:
        return N_("该专家已经是组长")
    if before is not None and not reason or len(reason) > MOST_REASON:
        return N_("评分已开始，请填写更换组长的原因，500字以内")
    if seat.expert.person_id == panel.convened_by:
        return N_("主持人不能兼任组长")
    candidate = pool_for(uow.session, panel, beijing_date(uow.now)).find(seat.expert_id)
    if candidate is None or not candidate.may_head or _gave_up(uow, seat):
        return N_("该专家须对其中的评审对象回避，不能任组长")
    return None


def _gave_up(uow: UnitOfWork, seat: Seat) -> bool:
    """Whether she keeps away from one of her items."""
    query = select(Duty.id).where(Duty.seat_id == seat.id, Duty.state == DutyState.LIFTED).limit(1)
    return uow.session.scalar(query) is not None


def stand_down(uow: UnitOfWork, seat: Seat) -> None:
    """A head who keeps away from one of the items stays a member, and leads no more."""
    if seat.heads:
        seat.heads = False
        name = seat.expert.person.name
        uow.emit(HeadStoodDown(panel_id=seat.panel_id, seat_id=seat.id, opinion=name))
