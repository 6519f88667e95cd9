"""The worker's part: takes what is due, has it computed apart, notes what became of it. What a dead worker held is
taken up again when its claim has run out."""

import logging
import secrets
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, or_, select, update

from marketplace.computations.models import Computation, Failure
from marketplace.computations.operations import fail, finish
from marketplace.computations.process import Ended, Progress, compute_apart
from marketplace.computations.registry import KINDS
from marketplace.computations.workflow import COMPUTATION, ComputationState
from marketplace.core.dataclass import dataclass
from marketplace.core.errors import MarketplaceError
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.notifications.jobs import Shift

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 3
"""A computation at which the worker died so often is not tried again: it may be what kills it."""


@dataclass(frozen=True, slots=True)
class Order:
    """One computation in our hands, under the claim's tag."""

    id: int
    tag: str
    kind: str
    payload: dict[str, Any]
    seconds: int


def run_due(shift: Shift) -> int:
    """后台计算: everything that waits, one after the other; answers how many came to an end."""
    ended = 0
    while shift.may_continue():
        order = claim(shift)
        if order is None:
            break
        ended += run_one(shift, order)
    return ended


def claim(shift: Shift) -> Order | None:
    """Takes the longest waiting computation, or one whose worker has died. None when there is none."""
    with shift.unit_of_work() as uow:
        waiting = Computation.state == ComputationState.QUEUED
        stale = and_(Computation.state == ComputationState.RUNNING, Computation.claim_until <= uow.now)
        query = select(Computation).where(or_(waiting, stale)).order_by(Computation.id).limit(1)
        found = uow.session.scalar(query.with_for_update(skip_locked=True))
        return None if found is None else _take(shift, uow, found)


def _take(shift: Shift, uow: UnitOfWork, found: Computation) -> Order | None:
    if found.attempts >= MOST_ATTEMPTS:
        fail(uow, found, Failure.CRASHED)
        return None
    if found.state == ComputationState.QUEUED:
        COMPUTATION.advance(found, "start")
    found.attempts += 1
    found.progress, found.note, found.started_at = 0, "", uow.now
    found.claim, found.claim_until = secrets.token_hex(16), uow.now + _span(shift)
    return Order(found.id, found.claim, found.kind, found.payload, found.time_limit_s)


def _span(shift: Shift) -> timedelta:
    return timedelta(seconds=shift.runtime.settings.worker_lease)


def run_one(shift: Shift, order: Order) -> int:
    """Computes one and notes its end; 0 when it was cancelled, or given back because the worker has to stop."""

    def go_on(progress: Progress) -> bool:
        return shift.may_continue() and _renew(shift, order, progress)

    ended = compute_apart(KINDS[order.kind].address, order.payload, order.seconds, go_on)
    if ended.result is None and ended.failure is None:
        _give_back(shift, order)
        return 0
    return _note(shift, order, ended)


def _renew(shift: Shift, order: Order, progress: Progress) -> bool:
    """Notes how far it is and keeps the claim; False when the computation is no longer ours to do."""
    with shift.unit_of_work(fenced=False) as uow:
        values = {
            "progress": progress.percent,
            "note": progress.note,
            "claim_until": uow.now + _span(shift),
        }
        kept = update(Computation).where(*_ours(order)).values(**values).returning(Computation.id)
        return uow.session.execute(kept).first() is not None


def _ours(order: Order) -> tuple[Any, ...]:
    return (
        Computation.id == order.id,
        Computation.claim == order.tag,
        Computation.state == ComputationState.RUNNING,
    )


def _held(uow: UnitOfWork, order: Order) -> Computation | None:
    return uow.session.scalar(select(Computation).where(*_ours(order)).with_for_update())


def _give_back(shift: Shift, order: Order) -> None:
    with shift.unit_of_work(fenced=False) as uow:
        found = _held(uow, order)
        if found is not None:
            COMPUTATION.advance(found, "requeue")
            found.attempts -= 1
            found.progress, found.claim, found.claim_until = 0, None, None


def _note(shift: Shift, order: Order, ended: Ended) -> int:
    try:
        with shift.unit_of_work() as uow:
            found = _held(uow, order)
            if found is None:
                return 0
            settle(uow, found, ended)
    except MarketplaceError as error:
        log.warning("the result of computation %s was not taken: %s", order.id, type(error).__name__)
        _note_refusal(shift, order, error)
    return 1


def settle(uow: UnitOfWork, computation: Computation, ended: Ended) -> None:
    """What became of it, noted: result delivered, or failure named."""
    if ended.result is not None:
        finish(uow, computation, ended.result)
    else:
        fail(uow, computation, ended.failure or Failure.CRASHED, ended.detail)


def _note_refusal(shift: Shift, order: Order, error: MarketplaceError) -> None:
    with shift.unit_of_work() as uow:
        found = _held(uow, order)
        if found is not None:
            fail(uow, found, Failure.REFUSED, error.message)
