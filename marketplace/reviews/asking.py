"""What an expert must explain before she sees any content (须先说明)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.reviews.facts import facts_of, judges_of, read_ground
from marketplace.reviews.models import Duty, Seat
from marketplace.reviews.recusal import Finding, Recusal, recusals_of, whole
from marketplace.reviews.workflow import DutyState


def recusal_of_seat(session: Session, seat: Seat, today: date) -> Recusal:
    """What speaks against this expert judging the items before her, as things stand today."""
    panel, expert = seat.panel, seat.expert
    duties = select(Duty.item_id).where(Duty.seat_id == seat.id, Duty.state == DutyState.LIVE)
    mine = set(session.scalars(duties))
    ground = read_ground(session, panel)
    judges = judges_of(session, [expert], today)
    facts = facts_of(session, panel, ground, judges.values(), today)
    stakes = [stake for stake in ground.stakes if stake.item_id in mine]
    return whole(recusals_of(judges[expert.id], stakes, facts).values())


def open_asks(seat: Seat, recusal: Recusal) -> Sequence[Finding]:
    """The questions that she has not answered yet."""
    answered = {(one["rule"], _key(one["params"])) for one in seat.answers}
    return [one for one in recusal.asks if (str(one.rule), _key(dict(one.params))) not in answered]


def _key(params: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, str(value)) for name, value in params.items()))
