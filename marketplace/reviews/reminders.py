"""评分提醒: experts whose sheets are due hear of it three days before, one day before and on the day; on the day after,
the officers hear who is late. Each once; who has submitted hears nothing more."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from marketplace.core.actor import Role
from marketplace.core.dataclass import dataclass
from marketplace.core.ladder import Rung, due_rungs
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.experts.models import Expert
from marketplace.notifications.operations import enqueue
from marketplace.notifications.recipients import Recipient
from marketplace.organisations.queries import people_with_roles
from marketplace.reviews.events import SheetReminded
from marketplace.reviews.models import Duty, Panel, ScoreSheet, Seat, SheetReminder
from marketplace.reviews.policy import ACTIVE_SEATS
from marketplace.reviews.queries.workload import OF_DUTY
from marketplace.reviews.workflow import DutyState, PanelState, SheetState


class Audience(StrEnum):
    """提醒对象."""

    EXPERT = "expert"  # 专家本人
    OFFICE = "office"  # 省局经办


LADDER = (
    Rung("T-3", -3, Audience.EXPERT),
    Rung("T-1", -1, Audience.EXPERT),
    Rung("T", 0, Audience.EXPERT),
    Rung("T+1", 1, Audience.OFFICE),
)
UNFINISHED = or_(ScoreSheet.id.is_(None), ScoreSheet.state != SheetState.SUBMITTED)
FIRST = timedelta(days=4)
"""No rung is due earlier than this before the deadline."""


@dataclass(frozen=True, slots=True)
class Open:
    """A seat with sheets to come: how many, since when, and until when."""

    seat_id: int
    left: int
    since: datetime
    due_at: datetime


def reminder_keys(session: Session, now: datetime) -> list[int]:
    """The seats with a rung that is due and not yet climbed, the nearest deadline first."""
    return [seat.seat_id for seat, _rungs in _due(session, now)]


def remind_experts(uow: UnitOfWork, only: int | None = None) -> int:
    """评分提醒: every rung that is due by now, or those of one seat; answers how many."""
    due = _due(uow.session, uow.now, only)
    for seat, rungs in due:
        for rung in rungs:
            _climb(uow, seat, rung)
    return sum(len(rungs) for _seat, rungs in due)


def _due(session: Session, now: datetime, only: int | None = None) -> list[tuple[Open, list[Rung]]]:
    seats = _open_seats(session, now, only)
    climbed = _climbed(session, [seat.seat_id for seat in seats])
    found = []
    for seat in seats:
        rungs = due_rungs(LADDER, seat.due_at, seat.since, now)
        left = [rung for rung in rungs if (seat.seat_id, rung.due_at(seat.due_at)) not in climbed]
        if left:
            found.append((seat, left))
    return found


def _open_seats(session: Session, now: datetime, only: int | None) -> Sequence[Open]:
    query = (
        select(Duty.seat_id, func.count(), func.min(Duty.given_at), Panel.due_at)
        .select_from(Duty)
        .join(Seat, Seat.id == Duty.seat_id)
        .join(Panel, Panel.id == Duty.panel_id)
        .outerjoin(ScoreSheet, OF_DUTY)
        .where(
            Panel.state == PanelState.SCORING,
            Panel.due_at <= now + FIRST,
            Seat.state.in_(ACTIVE_SEATS),
            Duty.state == DutyState.LIVE,
            UNFINISHED,
        )
        .group_by(Duty.seat_id, Panel.due_at)
        .order_by(Panel.due_at, Duty.seat_id)
    )
    rows = session.execute(query if only is None else query.where(Duty.seat_id == only))
    return [Open(seat, left, since, due_at) for seat, left, since, due_at in rows if due_at is not None]


def _climbed(session: Session, seat_ids: Sequence[int]) -> set[tuple[int, datetime]]:
    if not seat_ids:
        return set()
    query = select(SheetReminder.seat_id, SheetReminder.due_at).where(SheetReminder.seat_id.in_(seat_ids))
    return {(seat_id, moment) for seat_id, moment in session.execute(query)}


def _climb(uow: UnitOfWork, seat: Open, rung: Rung) -> None:
    found = uow.session.scalars(
        select(Seat)
        .where(Seat.id == seat.seat_id)
        .options(
            joinedload(Seat.panel).joinedload(Panel.topic), joinedload(Seat.expert).joinedload(Expert.person)
        )
    ).one()
    if rung.audience == Audience.EXPERT:
        _remind(uow, found, seat, rung)
    else:
        _tell_office(uow, found.panel)
    moment = rung.due_at(seat.due_at)
    uow.session.add(SheetReminder(seat_id=seat.seat_id, rung=rung.code, due_at=moment, sent_at=uow.now))
    uow.emit(SheetReminded(panel_id=found.panel_id, seat_id=seat.seat_id, rung=rung.code))


def _remind(uow: UnitOfWork, seat: Seat, facts: Open, rung: Rung) -> None:
    person = seat.expert.person
    enqueue(
        uow, kind="sheet_reminder", dedupe_key=f"sheet-reminder:{seat.id}:{_stamp(facts.due_at)}:{rung.code}",
        recipients=[Recipient(person.id, person.name, person.email, person.locale)],
        context=_about(seat.panel) | {"seat_id": seat.id, "left": facts.left, "days": -rung.days},
    )  # fmt: skip


def _tell_office(uow: UnitOfWork, panel: Panel) -> None:
    """One mail a panel, whoever is late: all of them by name."""
    late = _late_names(uow.session, panel)
    enqueue(
        uow, kind="sheets_overdue", dedupe_key=f"sheets-overdue:{panel.id}:{_stamp(panel.due_at)}",
        recipients=people_with_roles(uow.session, None, (Role.OFFICER,)),
        context=_about(panel) | {"panel_id": panel.id, "experts": late},
    )  # fmt: skip


def _late_names(session: Session, panel: Panel) -> list[str]:
    waiting = (
        select(Duty.seat_id)
        .outerjoin(ScoreSheet, OF_DUTY)
        .where(Duty.panel_id == panel.id, Duty.state == DutyState.LIVE, UNFINISHED)
    )
    seats = session.scalars(
        select(Seat)
        .where(Seat.id.in_(waiting), Seat.state.in_(ACTIVE_SEATS))
        .order_by(Seat.id)
        .options(joinedload(Seat.expert).joinedload(Expert.person))
    )
    return [seat.expert.person.name for seat in seats]


def _about(panel: Panel) -> dict[str, Any]:
    return {"code": panel.topic.code, "title": panel.topic.title, "due_at": panel.due_at}


def _stamp(moment: datetime | None) -> int:
    """The deadline is part of the key: when it is put off, the reminders begin anew."""
    return int(moment.timestamp()) if moment else 0
