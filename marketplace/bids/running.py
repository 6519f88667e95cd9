"""在研项目数: how many awards of a unit are still under way, for the limit of its list's rules."""

from collections.abc import Collection

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from marketplace.bids.models import Bid
from marketplace.bids.workflow import BidState

FINISHED: list[Select[int]] = []
"""Which bids' projects have been accepted or have failed: the projects say it; bound where everything is wired."""


def running_counts(session: Session, unit_ids: Collection[int]) -> dict[int, int]:
    """By leading unit: its open projects, and awards that are no project yet. One that has been accepted or has failed
    counts no more, even while others of the same race go on."""
    query = select(Bid.lead_id, func.count()).where(
        Bid.lead_id.in_(list(unit_ids)),
        Bid.state == BidState.AWARDED,
        *(Bid.id.not_in(finished) for finished in FINISHED),
    )
    return {unit: count for unit, count in session.execute(query.group_by(Bid.lead_id))}


def running_count(session: Session, unit_id: int) -> int:
    """The same for one unit."""
    return running_counts(session, [unit_id]).get(unit_id, 0)
