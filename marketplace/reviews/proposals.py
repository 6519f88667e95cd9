"""What a panel's head has proposed, and what she may propose (重开建议)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import String, bindparam, func, literal_column, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from marketplace.experts.models import Expert
from marketplace.reviews.models import Duty, Panel, PanelItem, ReopeningProposal, ScoreSheet, Seat
from marketplace.reviews.workflow import DutyState, PanelState, SeatState, SheetState
from marketplace.topics.models import Topic


def submitted_sheets(session: Session, panel_id: int) -> Sequence[ScoreSheet]:
    """The sheets in of a panel, with member and item, in the order of items: to choose from, without their marks."""
    query = (
        select(ScoreSheet)
        .join(ScoreSheet.seat)
        .join(ScoreSheet.item)
        .join(Duty, (Duty.seat_id == ScoreSheet.seat_id) & (Duty.item_id == ScoreSheet.item_id))
        .where(
            Seat.panel_id == panel_id, Seat.state == SeatState.CONFIRMED, Duty.state == DutyState.LIVE,
            ScoreSheet.state == SheetState.SUBMITTED,
        )
        .order_by(PanelItem.position, Seat.id)
        .options(
            contains_eager(ScoreSheet.item),
            contains_eager(ScoreSheet.seat).joinedload(Seat.expert).joinedload(Expert.person),
        )
    )  # fmt: skip
    return session.scalars(query).all()


def proposals_of(session: Session, panel_id: int) -> Sequence[ReopeningProposal]:
    """All proposals about a panel, the newest first, with sheet, member and item."""
    sheet = joinedload(ReopeningProposal.sheet)
    query = (
        select(ReopeningProposal)
        .where(ReopeningProposal.panel_id == panel_id)
        .order_by(ReopeningProposal.id.desc())
        .options(
            sheet.joinedload(ScoreSheet.item),
            sheet.joinedload(ScoreSheet.seat).joinedload(Seat.expert).joinedload(Expert.person),
        )
    )
    return session.scalars(query).all()


def open_proposal(session: Session, sheet_id: int) -> ReopeningProposal | None:
    """The proposal about a sheet that waits for the chair."""
    return session.scalar(
        select(ReopeningProposal).where(
            ReopeningProposal.sheet_id == sheet_id, ReopeningProposal.taken.is_(None)
        )
    )


def proposals_waiting(most: int) -> Any:
    """Open proposals about panels of one officer (``person``) that still score, by panel. They are few, so they are
    looked for first, and their panels then."""
    waiting = (
        select(
            ReopeningProposal.panel_id, func.min(ReopeningProposal.proposed_at).label("at"),
            func.count().label("count"),
        )
        .where(ReopeningProposal.taken.is_(None))
        .group_by(ReopeningProposal.panel_id)
        .subquery()
    )  # fmt: skip
    return (
        select(
            literal_column("'reopening'", String).label("waits"), Panel.id, Topic.title, waiting.c.at,
            Panel.is_sample, waiting.c.count,
        )
        .select_from(waiting)
        .join(Panel, Panel.id == waiting.c.panel_id)
        .join(Panel.topic)
        .where(Panel.state == PanelState.SCORING, Panel.convened_by == bindparam("person"))
        .order_by(waiting.c.at, Panel.id)
        .limit(most)
    )  # fmt: skip
