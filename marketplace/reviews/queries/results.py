"""What other steps read of concluded panels (评审结果)."""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from marketplace.core.dataclass import dataclass
from marketplace.reviews.models import Panel, PanelItem, ScoreSheet, Seat
from marketplace.reviews.workflow import PanelState, SeatState, SheetState


@dataclass(frozen=True, slots=True)
class SubjectResult:
    """What the reviewed unit may learn after the decision: its own score and the opinions, without names."""

    total: Decimal | None
    rank: int | None
    opinions: tuple[str, ...]


def results_of(
    session: Session, kind: str, subject_ids: Sequence[int], *, opinions: bool = True
) -> dict[int, SubjectResult]:
    """Own score and opinions of these bids or outcomes from concluded panels; two statements."""
    query = (
        select(PanelItem.id, PanelItem.subject_id, PanelItem.total, PanelItem.rank)
        .join(Panel, Panel.id == PanelItem.panel_id)
        .where(
            Panel.subject_kind == kind,
            Panel.state == PanelState.CONCLUDED,
            PanelItem.subject_id.in_(list(subject_ids)),
        )
    )
    rows = session.execute(query).all()
    said = _opinions(session, [row[0] for row in rows]) if opinions else {}
    return {
        subject: SubjectResult(total, rank, tuple(said.get(item, ()))) for item, subject, total, rank in rows
    }


def _opinions(session: Session, item_ids: Sequence[int]) -> dict[int, list[str]]:
    """Opinions by item, in an order that tells nothing of the experts (that of the random sheet keys)."""
    seat = aliased(Seat)
    query = (
        select(ScoreSheet.item_id, ScoreSheet.comment)
        .join(seat, seat.id == ScoreSheet.seat_id)
        .where(
            ScoreSheet.item_id.in_(list(item_ids)),
            ScoreSheet.state == SheetState.SUBMITTED,
            ScoreSheet.comment != "",
            seat.state == SeatState.CONFIRMED,
        )
        .order_by(ScoreSheet.id)
    )
    found: dict[int, list[str]] = {}
    for item, comment in session.execute(query):
        found.setdefault(item, []).append(comment)
    return found
