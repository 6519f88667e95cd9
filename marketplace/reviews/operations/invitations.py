"""Saying no to an invitation (谢绝邀请)."""

from marketplace.core.errors import Invalid
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.core.verdict import require
from marketplace.reviews import policy
from marketplace.reviews.events import SeatDeclined
from marketplace.reviews.models import Seat
from marketplace.reviews.operations.assignment import mend_assignment
from marketplace.reviews.operations.duties import lift_all
from marketplace.reviews.operations.extra import call_extras
from marketplace.reviews.operations.locking import lock
from marketplace.reviews.workflow import SEAT


def decline_seat(uow: UnitOfWork, seat: Seat, reason: str) -> None:
    """谢绝邀请: the refusal is remembered with the seat, so that nobody invites her to this panel again."""
    lock(uow, seat.panel)
    require(policy.may_decline(uow.actor, seat.expert.person_id, seat.panel.state, seat.state))
    if not reason:
        raise Invalid({"reason": N_("请说明谢绝的原因")})
    SEAT.advance(seat, "decline")
    seat.reason, seat.decided_at = reason, uow.now
    lift_all(uow, seat, reason)
    uow.emit(SeatDeclined(panel_id=seat.panel_id, seat_id=seat.id, opinion=reason))
    call_extras(uow, seat.panel)
    mend_assignment(uow, seat.panel)
