"""Rating the members of a panel after its conclusion (评价专家履职)."""

from collections.abc import Mapping

from sqlalchemy import select

from marketplace.core.dataclass import dataclass
from marketplace.core.errors import Invalid, Problem
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.core.verdict import require
from marketplace.experts.events import ExpertRated
from marketplace.experts.models import ExpertRating
from marketplace.reviews import policy
from marketplace.reviews.models import Panel, Seat
from marketplace.reviews.operations.locking import lock

MOST_REASON = 500


@dataclass(frozen=True, slots=True)
class Mark:
    """One member's mark, 0 to 100, and why."""

    score: int
    reason: str


def rate_members(uow: UnitOfWork, panel: Panel, marks: Mapping[int, Mark]) -> None:
    """评价履职: ``marks`` by seat id. All or none; a later change replaces the mark and stays in the history."""
    lock(uow, panel)
    query = select(Seat).where(Seat.panel_id == panel.id, Seat.id.in_(list(marks)))
    seats = {seat.id: seat for seat in uow.session.scalars(query)}
    if not marks or set(seats) != set(marks):
        raise Invalid({"marks": N_("请至少评价一位专家")})
    _check(marks)
    known = {
        one.seat_id: one
        for one in uow.session.scalars(select(ExpertRating).where(ExpertRating.seat_id.in_(list(marks))))
    }
    for key, mark in marks.items():
        require(policy.may_rate(uow.actor, panel.state, seats[key].state))
        _rate(uow, seats[key], known.get(key), mark)


def _check(marks: Mapping[int, Mark]) -> None:
    problems: dict[str, Problem] = {}
    for key, mark in marks.items():
        if not 0 <= mark.score <= 100:
            problems[f"score_{key}"] = N_("请填写0至100的整数")
        if not mark.reason or len(mark.reason) > MOST_REASON:
            problems[f"reason_{key}"] = N_("请说明评价的理由，500字以内")
    if problems:
        raise Invalid(problems)


def _rate(uow: UnitOfWork, seat: Seat, before: ExpertRating | None, mark: Mark) -> None:
    if before is not None and (before.score, before.reason) == (mark.score, mark.reason):
        return
    rating = before or ExpertRating(expert_id=seat.expert_id, seat_id=seat.id)
    rating.score, rating.reason = mark.score, mark.reason
    rating.rated_by, rating.rated_at = uow.actor.person_id, uow.now
    uow.session.add(rating)
    uow.session.flush()
    uow.emit(
        ExpertRated(expert_id=seat.expert_id, panel_id=seat.panel_id, score=mark.score, opinion=mark.reason)
    )
