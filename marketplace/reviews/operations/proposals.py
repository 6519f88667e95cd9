"""The head proposes that a sheet be given back; the chair reopens it or declines (建议重开评分表)."""

from marketplace.core.errors import Invalid
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.core.verdict import require
from marketplace.reviews import policy
from marketplace.reviews.events import ReopeningDeclined, ReopeningProposed
from marketplace.reviews.heads import head_of, is_head
from marketplace.reviews.models import Panel, ReopeningProposal, ScoreSheet
from marketplace.reviews.operations.locking import lock
from marketplace.reviews.proposals import open_proposal, submitted_sheets
from marketplace.reviews.workflow import SeatState

MOST_REASON = 500


def propose_reopening(uow: UnitOfWork, panel: Panel, sheet_id: int, reason: str) -> None:
    """建议重开, with a reason that the chair reads."""
    lock(uow, panel)
    head = head_of(uow.session, panel.id)
    heads = head is not None and head.state == SeatState.CONFIRMED and is_head(uow.actor, head)
    sheet = next((one for one in submitted_sheets(uow.session, panel.id) if one.id == sheet_id), None)
    if heads and sheet is None:
        raise Invalid({"sheet": N_("请选择列出的一份评分表")})
    state, seat_state = ("", "") if sheet is None else (sheet.state, sheet.seat.state)
    require(policy.may_propose_reopening(heads, panel.state, seat_state, state))
    if not reason or len(reason) > MOST_REASON:
        raise Invalid({"reason": N_("请填写建议重开的原因，500字以内")})
    if open_proposal(uow.session, sheet_id) is not None:
        raise Invalid({"sheet": N_("这份评分表的重开建议正在等待主持人处理")})
    uow.session.add(
        ReopeningProposal(
            panel_id=panel.id,
            sheet_id=sheet_id,
            reason=reason,
            proposed_by=uow.actor.person_id,
            proposed_at=uow.now,
        )
    )
    uow.session.flush()
    if sheet is not None:
        _tell(uow, ReopeningProposed, sheet, reason)


def _tell(
    uow: UnitOfWork, event: type[ReopeningProposed] | type[ReopeningDeclined], sheet: ScoreSheet, reason: str
) -> None:
    panel_id = sheet.seat.panel_id
    uow.emit(
        event(
            panel_id=panel_id, sheet_id=sheet.id, seat_id=sheet.seat_id, item_id=sheet.item_id, opinion=reason
        )
    )


def decline_reopening(uow: UnitOfWork, proposal: ReopeningProposal, answer: str) -> None:
    """不采纳, with the reason that the head reads."""
    lock(uow, proposal.panel)
    require(policy.may_decline_reopening(uow.actor, proposal.panel.convened_by, proposal.taken is None))
    if not answer or len(answer) > MOST_REASON:
        raise Invalid({"reason": N_("请填写不采纳的原因，500字以内")})
    proposal.taken, proposal.answer, proposal.settled_at = False, answer, uow.now
    _tell(uow, ReopeningDeclined, proposal.sheet, answer)


def settle_by_reopening(uow: UnitOfWork, sheet: ScoreSheet, reason: str) -> None:
    """A reopened sheet answers the proposal about it."""
    proposal = open_proposal(uow.session, sheet.id)
    if proposal is not None:
        proposal.taken, proposal.answer, proposal.settled_at = True, reason, uow.now
