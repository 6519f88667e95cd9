"""审计链的接续、存证与核验: what the worker does for the trail, a little with each run."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.audit.chain import (
    Finding,
    Head,
    Walk,
    chain_key,
    head,
    is_waiting,
    link_next,
    loose_ends,
    walk,
)
from marketplace.audit.events import TrailAnchored, TrailFaultFound
from marketplace.audit.models import TrailAnchor, TrailInspection
from marketplace.core.clock import to_beijing
from marketplace.core.database import reading_session
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.notifications.jobs import Shift

LINKED_AT_ONCE = 1000
WALKED_AT_ONCE = 5000
PAUSE = timedelta(hours=1)
"""Between two walks along the whole chain."""
THE_ONE = 1


def begin_trail(uow: UnitOfWork) -> int:
    """The same at once, for what a setup has just written."""
    linked = 0
    while some := link_next(uow.session, chain_key(uow.settings), LINKED_AT_ONCE):
        linked += some
    anchor(uow)
    walk_on(uow)
    return linked


def keep_trail(shift: Shift) -> int:
    """Links what is new, anchors the day, walks on, and links what that left. Answers how many rows were linked."""
    linked = _link(shift)
    with reading_session(shift.runtime.engine) as session:
        now = shift.now(session)
        is_due, may_walk = _anchor_is_due(session, now), _walk_is_due(session, now)
    if is_due:
        with shift.unit_of_work() as uow:
            anchor(uow)
    if may_walk:
        with shift.unit_of_work() as uow:
            walk_on(uow)
    return linked + _link(shift)


def _link(shift: Shift) -> int:
    linked = 0
    while shift.may_continue():
        with reading_session(shift.runtime.engine) as session:
            if not is_waiting(session):
                break
        with shift.unit_of_work() as uow:
            linked += link_next(uow.session, chain_key(uow.settings), LINKED_AT_ONCE)
    return linked


def _anchor_is_due(session: Session, now: datetime) -> bool:
    today = select(TrailAnchor.day).where(TrailAnchor.day == to_beijing(now).date())
    return session.scalar(today) is None


def anchor(uow: UnitOfWork) -> None:
    """存证: puts the present end of the chain on record for the day; once a day."""
    end, day = head(uow.session), to_beijing(uow.now).date()
    if not end.position or not _anchor_is_due(uow.session, uow.now):
        return
    uow.session.add(TrailAnchor(day=day, position=end.position, digest=end.digest, at=uow.now))
    uow.emit(TrailAnchored(day=day.isoformat(), chain_sha256=end.digest))


def _walk_is_due(session: Session, now: datetime) -> bool:
    state = session.get(TrailInspection, THE_ONE)
    return state is None or state.running or not state.checked_at or now - state.checked_at >= PAUSE


def walk_on(uow: UnitOfWork) -> None:
    """核验: the next part of the chain; at its end the loose ends. A finding ends the walk, and is told once."""
    state = uow.session.get(TrailInspection, THE_ONE)
    if state is None:
        state = TrailInspection(id=THE_ONE)
        uow.session.add(state)
    here = Head(state.position, state.digest) if state.running else Head()
    done = walk(uow.session, chain_key(uow.settings), here, WALKED_AT_ONCE)
    if done.at_end or done.finding:
        _conclude(uow, state, done.finding or loose_ends(uow.session))
    else:
        _pause(state, done)


def _pause(state: TrailInspection, done: Walk) -> None:
    state.running, state.position, state.digest = True, done.head.position, done.head.digest


def _conclude(uow: UnitOfWork, state: TrailInspection, finding: Finding | None) -> None:
    fault, row_id = (finding.fault.value, finding.row_id) if finding else (None, None)
    is_news = fault is not None and (fault, row_id) != (state.fault, state.faulty_row_id)
    state.running, state.checked_at = False, uow.now
    state.fault, state.faulty_row_id = fault, row_id
    if fault and is_news:
        uow.emit(TrailFaultFound(fault=fault))
