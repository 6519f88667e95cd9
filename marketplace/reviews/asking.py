"""What an expert must explain before she sees any content (须先说明)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.reviews.facts import facts_of, judges_of, read_ground
from marketplace.reviews.models import Duty, Seat
from marketplace.reviews.protocol import protocol_from
from marketplace.reviews.recusal import Finding, Recusal, RecusalOutcome, recusals_of, whole
from marketplace.reviews.workflow import DutyState


def recusal_of_seat(session: Session, seat: Seat, today: date) -> Recusal:
    """What speaks against this expert judging the items before her, as things stand today. In a blind review she is
    asked about all items of the panel, so that no question tells which units hide behind her own."""
    panel, expert = seat.panel, seat.expert
    blind = protocol_from(panel.protocol).blind
    duties = select(Duty.item_id).where(Duty.seat_id == seat.id, Duty.state == DutyState.LIVE)
    mine = set(session.scalars(duties))
    ground = read_ground(session, panel)
    judges = judges_of(session, [expert], today)
    facts = facts_of(session, panel, ground, judges.values(), today)
    found = recusals_of(judges[expert.id], ground.stakes, facts)
    own = whole(one for item, one in found.items() if item in mine)
    if not blind or own.forbidden:
        return own
    everywhere = whole(found.values())
    return replace(
        own, findings=tuple(one for one in everywhere.findings if one.outcome != RecusalOutcome.FORBID)
    )


def open_asks(seat: Seat, recusal: Recusal) -> Sequence[Finding]:
    """The questions that she has not answered yet."""
    answered = {(one["rule"], _key(one["params"])) for one in seat.answers}
    return [one for one in recusal.asks if (str(one.rule), _key(dict(one.params))) not in answered]


def _key(params: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, str(value)) for name, value in params.items()))
