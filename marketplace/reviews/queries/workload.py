"""Who scores what, how far she is, and where marks lie too far apart (评审分工、进度、分歧)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import Select, and_, case, func, select
from sqlalchemy.orm import Session

from marketplace.core.dataclass import dataclass
from marketplace.experts.models import Expert
from marketplace.organisations.models import Person
from marketplace.reviews.disagreement import calls_extra
from marketplace.reviews.models import Duty, Panel, PanelItem, ScoreSheet, Seat
from marketplace.reviews.policy import ACTIVE_SEATS, Progress
from marketplace.reviews.protocol import Protocol, protocol_from
from marketplace.reviews.workflow import DutyOrigin, DutyState, PanelState, SeatState, SheetState
from marketplace.topics.models import Topic

OF_DUTY = and_(ScoreSheet.seat_id == Duty.seat_id, ScoreSheet.item_id == Duty.item_id)
"""The sheet that fulfils a duty."""


def item_count(session: Session, panel_id: int) -> int:
    """How many items the panel scores."""
    return session.scalar(count_of_items(panel_id)) or 0


def count_of_items(panel_id: int) -> Select[int]:
    """Counts what ``ranking`` lists."""
    return select(func.count()).where(PanelItem.panel_id == panel_id)


@dataclass(frozen=True, slots=True)
class Load:
    """评审工作量 of one seat: items to score, sheets begun, sheets submitted."""

    duties: int = 0
    begun: int = 0
    submitted: int = 0

    @property
    def finished(self) -> bool:
        """Everything asked of her has been submitted."""
        return self.submitted >= self.duties


NO_LOAD = Load()


def loads_of(session: Session, panel_id: int) -> dict[int, Load]:
    """Seat id → load, of seats with live duties. Numbers only: no marks leave before the conclusion."""
    submitted = func.sum(case((ScoreSheet.state == SheetState.SUBMITTED, 1), else_=0))
    query = (
        select(Duty.seat_id, func.count(), func.count(ScoreSheet.id), submitted)
        .outerjoin(ScoreSheet, OF_DUTY)
        .where(Duty.panel_id == panel_id, Duty.state == DutyState.LIVE)
        .group_by(Duty.seat_id)
    )
    return {seat: Load(whole, begun, int(done)) for seat, whole, begun, done in session.execute(query)}


def duties_of(session: Session, panel_id: int) -> Sequence[Duty]:
    """评审分工 of a panel, live ones only, by item and seat."""
    query = select(Duty).where(Duty.panel_id == panel_id, Duty.state == DutyState.LIVE)
    return session.scalars(query.order_by(Duty.item_id, Duty.seat_id)).all()


@dataclass(frozen=True, slots=True)
class Dispute:
    """分歧较大的评审对象: all its sheets are in and lie too far apart; ``extras`` have scored it already."""

    item_id: int
    extras: int


def disputes_of(session: Session, panel: Panel) -> list[Dispute]:
    """The items that need another expert now, in the panel's order. One statement, none where the protocol never asks
    for it; an item that lacks an ordinary member's sheet is not ready to be judged."""
    protocol = protocol_from(panel.protocol)
    if protocol.disagreement is None:
        return []
    submitted = case((ScoreSheet.state == SheetState.SUBMITTED, 1), else_=0)
    live = (Duty.panel_id == panel.id, Duty.state == DutyState.LIVE)
    wide = (
        select(Duty.item_id)
        .outerjoin(ScoreSheet, OF_DUTY)
        .where(*live)
        .group_by(Duty.item_id)
        .having(
            func.sum(submitted) == func.count(),
            func.max(ScoreSheet.total) - func.min(ScoreSheet.total) > Decimal(protocol.disagreement),
        )
    )
    rows = session.execute(
        select(Duty.item_id, Duty.origin, ScoreSheet.total)
        .join(ScoreSheet, OF_DUTY)
        .where(*live, Duty.item_id.in_(wide))
        .order_by(Duty.item_id)
    ).all()
    regular = protocol.scores_per_item or panel.size
    return [
        Dispute(item, extras)
        for item, group in groupby(rows, key=lambda row: row.item_id)
        if (extras := _extras(list(group), regular, protocol.disagreement)) is not None
    ]


def _extras(rows: Sequence[Any], regular: int, threshold: int) -> int | None:
    """How many extra experts have scored an item that needs one more; None when it needs none."""
    extras = sum(row.origin == DutyOrigin.EXTRA for row in rows)
    totals = [row.total for row in rows if row.total is not None]
    return extras if len(rows) - extras >= regular and calls_extra(totals, extras, threshold) else None


def short_items(session: Session, panel_id: int, protocol: Protocol) -> list[int]:
    """Items with fewer ordinary experts than the protocol wants; none where everybody scores everything."""
    if protocol.scores_per_item is None:
        return []
    ordinary = and_(
        Duty.item_id == PanelItem.id, Duty.state == DutyState.LIVE, Duty.origin != DutyOrigin.EXTRA
    )
    query = (
        select(PanelItem.id)
        .outerjoin(Duty, ordinary)
        .where(PanelItem.panel_id == panel_id)
        .group_by(PanelItem.id)
        .having(func.count(Duty.id) < protocol.scores_per_item)
        .order_by(PanelItem.id)
    )
    anchored = protocol.anchor_item if protocol.anchor else None
    return [item for item in session.scalars(query) if item != anchored]


def lifted_pairs(
    session: Session, panel: Panel, items: Sequence[int], seats: Sequence[int]
) -> list[tuple[int, int]]:
    """(item, seat) of duties that were lifted: they are not given again."""
    query = select(Duty.item_id, Duty.seat_id).where(
        Duty.panel_id == panel.id,
        Duty.state == DutyState.LIFTED,
        Duty.item_id.in_(items),
        Duty.seat_id.in_(seats),
    )
    return [(item, seat) for item, seat in session.execute(query)]


def past_panels(session: Session, panel: Panel, experts: Sequence[int]) -> dict[int, int]:
    """Expert → concluded panels on topics of the same category."""
    query = (
        select(Seat.expert_id, func.count())
        .join(Panel, Panel.id == Seat.panel_id)
        .join(Topic, Topic.id == Panel.topic_id)
        .where(
            Seat.expert_id.in_(experts),
            Seat.state == SeatState.CONFIRMED,
            Panel.state == PanelState.CONCLUDED,
            Topic.category == panel.topic.category,
        )
        .group_by(Seat.expert_id)
    )
    return {expert: count for expert, count in session.execute(query)}


@dataclass(frozen=True, slots=True)
class ExtraLine:
    """增加评审, as the office sees it while the panel scores: no marks."""

    label: str
    expert: str
    given_at: datetime
    submitted: bool
    threshold: int | None


def extras_of(session: Session, panel_id: int) -> list[ExtraLine]:
    """Who was called for which item by the rule, and whether she has scored. One statement."""
    query = (
        select(PanelItem.label, Person.name, Duty.given_at, ScoreSheet.state, Duty.because)
        .select_from(Duty)
        .join(PanelItem, PanelItem.id == Duty.item_id)
        .join(Seat, Seat.id == Duty.seat_id)
        .join(Expert, Expert.id == Seat.expert_id)
        .join(Person, Person.id == Expert.person_id)
        .outerjoin(ScoreSheet, OF_DUTY)
        .where(Duty.panel_id == panel_id, Duty.state == DutyState.LIVE, Duty.origin == DutyOrigin.EXTRA)
        .order_by(PanelItem.position, Duty.id)
    )
    return [
        ExtraLine(label, name, at, state == SheetState.SUBMITTED, (because or {}).get("threshold"))
        for label, name, at, state, because in session.execute(query)
    ]


def progress_of(items: int, seats: Sequence[Seat], loads: Mapping[int, Load]) -> Progress:
    """评分进度."""
    confirmed = [seat.id for seat in seats if seat.state == SeatState.CONFIRMED]
    return Progress(
        items=items,
        invited=sum(seat.state == SeatState.INVITED for seat in seats),
        confirmed=len(confirmed),
        finished=sum(loads.get(seat, NO_LOAD).finished for seat in confirmed),
        extra=sum(seat.extra and seat.state in ACTIVE_SEATS for seat in seats),
    )
