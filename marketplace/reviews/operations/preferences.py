"""Asking for preferences before the items are given out, and saying them (征求评审意愿)."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import func, select

from marketplace.core.clock import before_deadline, beijing_date
from marketplace.core.errors import Invalid, NotFound
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork, require_version
from marketplace.core.verdict import require
from marketplace.reviews import policy
from marketplace.reviews.asked import open_items
from marketplace.reviews.events import ItemRecused, PreferencesAsked, PreferencesSaid
from marketplace.reviews.models import Duty, ItemPreference, Panel, PanelItem, RecusalEntry, Seat
from marketplace.reviews.operations.heads import stand_down
from marketplace.reviews.operations.locking import lock
from marketplace.reviews.preferences import unknown_levels
from marketplace.reviews.protocol import protocol_from
from marketplace.reviews.recusal import RecusalOutcome, RecusalRule
from marketplace.reviews.workflow import RecusalState

LONGEST = timedelta(days=30)
MOST_REASON = 500


def ask_preferences(uow: UnitOfWork, panel: Panel, until: datetime | None) -> None:
    """征求评审意愿: the members of the draft are asked by mail, once each; a later call moves the deadline."""
    lock(uow, panel)
    require(
        policy.may_ask_preferences(
            uow.actor, panel.state, protocol_from(panel.protocol), _members(uow, panel)
        )
    )
    if until is None:
        raise Invalid({"until": N_("请填写答复截止时间")})
    if not before_deadline(uow.now, until) or until > uow.now + LONGEST:
        raise Invalid({"until": N_("答复截止时间须在今后30天内")})
    panel.preferences_until = until
    uow.emit(PreferencesAsked(panel_id=panel.id, until=until.isoformat()))


def _members(uow: UnitOfWork, panel: Panel) -> int:
    query = select(func.count()).where(Seat.panel_id == panel.id, Seat.state.in_(policy.ACTIVE_SEATS))
    return uow.session.scalar(query) or 0


def say_preferences(
    uow: UnitOfWork, seat: Seat, levels: Mapping[int, str], version: int | None = None
) -> None:
    """填写评审意愿: for all items at once or some; may be said again until the deadline."""
    _require_open(uow, seat)
    require_version(seat, version)
    items = [item.id for item in open_items(uow.session, seat, beijing_date(uow.now))]
    if not levels or unknown_levels(levels, items):
        raise Invalid({"levels": N_("请在列出的每一项中选择一种意愿")})
    known = {
        one.item_id: one
        for one in uow.session.scalars(select(ItemPreference).where(ItemPreference.seat_id == seat.id))
    }
    for item, level in levels.items():
        said = known.get(item)
        if said is None:
            uow.session.add(ItemPreference(seat_id=seat.id, item_id=item, level=level, said_at=uow.now))
        else:
            said.level, said.said_at = level, uow.now
    seat.preferred_at = uow.now
    uow.session.flush()
    pairs = tuple(sorted(levels.items()))
    uow.emit(PreferencesSaid(panel_id=seat.panel_id, seat_id=seat.id, levels=pairs))


def _require_open(uow: UnitOfWork, seat: Seat) -> None:
    panel = seat.panel
    lock(uow, panel)
    require(
        policy.may_say_preferences(
            uow.actor, seat.expert.person_id, panel.state, seat.state, panel.preferences_until, uow.now
        )
    )


def declare_item_recusal(uow: UnitOfWork, seat: Seat, item_id: int, reason: str) -> None:
    """申明对一项回避, before the items are given out: she will neither see it nor be given it; where it was already
    proposed to her, the proposal is lifted."""
    _require_open(uow, seat)
    items = {item.id for item in open_items(uow.session, seat, beijing_date(uow.now))}
    if item_id not in items:
        raise Invalid({"item": N_("请选择列出的一项")})
    if not reason or len(reason) > MOST_REASON:
        raise Invalid({"reason": N_("请说明回避的原因，500字以内")})
    item = uow.session.get(PanelItem, item_id)
    if item is None:
        raise NotFound
    panel = seat.panel
    entry = RecusalEntry(
        topic_id=panel.topic_id, subject_kind=panel.subject_kind, subject_id=item.subject_id,
        rule=RecusalRule.DECLARED, expert_id=seat.expert_id, reason=reason, asked_by=uow.actor.person_id,
        asked_at=uow.now, state=RecusalState.GRANTED, outcome=RecusalOutcome.FORBID, decided_at=uow.now,
    )  # fmt: skip
    uow.session.add(entry)
    for model in (Duty, ItemPreference):
        for one in uow.session.scalars(
            select(model).where(model.seat_id == seat.id, model.item_id == item_id)
        ):
            uow.session.delete(one)
    uow.session.flush()
    uow.emit(ItemRecused(panel_id=panel.id, seat_id=seat.id, item_id=item_id, opinion=reason))
    stand_down(uow, seat)
