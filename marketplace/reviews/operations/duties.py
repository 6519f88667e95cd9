"""Who scores what (评审分工)."""

from sqlalchemy import delete, insert, literal, select, update

from marketplace.core.database import UtcDateTime
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.reviews.models import Duty, Panel, PanelItem, Seat
from marketplace.reviews.policy import ACTIVE_SEATS
from marketplace.reviews.protocol import Protocol
from marketplace.reviews.workflow import DutyOrigin, DutyState

COLUMNS = ("panel_id", "seat_id", "item_id", "origin", "state", "given_at")


def give_anchor(uow: UnitOfWork, panel: Panel, protocol: Protocol) -> None:
    """先评的一项 goes to every member."""
    if protocol.anchor and protocol.anchor_item is not None:
        give_all(uow, panel, item_id=protocol.anchor_item)


def give_all(uow: UnitOfWork, panel: Panel, seat: Seat | None = None, item_id: int | None = None) -> None:
    """全员评审: every member (or the one named) scores every item (or the one named) that she does not score already.
    One statement."""
    uow.session.flush()
    known = select(Duty.id).where(Duty.seat_id == Seat.id, Duty.item_id == PanelItem.id).exists()
    origin = DutyOrigin.WHOLE if item_id is None else DutyOrigin.ANCHOR
    pairs = (
        select(
            Seat.panel_id, Seat.id, PanelItem.id, literal(str(origin)), literal(DutyState.LIVE.value),
            literal(uow.now, UtcDateTime()),
        )
        .join(PanelItem, PanelItem.panel_id == Seat.panel_id)
        .where(Seat.panel_id == panel.id, Seat.state.in_(ACTIVE_SEATS), Seat.extra.is_(False), ~known)
    )  # fmt: skip
    if seat is not None:
        pairs = pairs.where(Seat.id == seat.id)
    if item_id is not None:
        pairs = pairs.where(PanelItem.id == item_id)
    uow.session.execute(insert(Duty).from_select(COLUMNS, pairs, include_defaults=False))


def take_up_again(uow: UnitOfWork, seat: Seat) -> None:
    """Who is chosen again takes up what she had."""
    change = update(Duty).where(Duty.seat_id == seat.id).values(state=DutyState.LIVE, lifted_because=None)
    uow.session.execute(change)


def drop_all(uow: UnitOfWork, seat: Seat) -> None:
    """A draft of the assignment knows no more of who is taken out of a draft panel."""
    uow.session.execute(delete(Duty).where(Duty.seat_id == seat.id))


def lift_all(uow: UnitOfWork, seat: Seat, reason: str) -> None:
    """Nothing is asked any more of who has left the panel."""
    live = (Duty.seat_id == seat.id, Duty.state == DutyState.LIVE)
    uow.session.execute(
        update(Duty).where(*live).values(state=DutyState.LIFTED, lifted_because=reason or None)
    )
