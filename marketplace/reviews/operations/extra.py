"""按规程增加专家: called by the rule when the marks of an item lie too far apart, in the name of the system."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from sqlalchemy import select

from marketplace.core.actor import SYSTEM
from marketplace.core.clock import beijing_date
from marketplace.core.errors import Invalid
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.core.verdict import require
from marketplace.reviews import policy
from marketplace.reviews.composition import lot
from marketplace.reviews.disagreement import extra_seed
from marketplace.reviews.draws import Lot
from marketplace.reviews.events import ExtraCalled, ExtraMissing
from marketplace.reviews.models import Duty, Panel, Seat
from marketplace.reviews.operations.locking import lock
from marketplace.reviews.operations.panels import invite, keep_draw
from marketplace.reviews.pool import Candidate, Pool, pool_for
from marketplace.reviews.protocol import protocol_from
from marketplace.reviews.queries.workload import NO_LOAD, Dispute, disputes_of, loads_of
from marketplace.reviews.workflow import DutyOrigin, PanelState, SeatState


def call_extras(uow: UnitOfWork, panel: Panel, items: Collection[int] | None = None) -> list[Duty]:
    """Gives each disputed item (of those named) one more expert. The panel must be locked. Doing it twice changes
    nothing: an item that waits for an extra expert's sheet is not disputed."""
    uow.session.flush()
    found = disputes_of(uow.session, panel) if panel.state == PanelState.SCORING else []
    wanted = [one for one in found if items is None or one.item_id in items]
    if not wanted:
        return []
    uow.react()
    system = uow.as_actor(SYSTEM)
    made = [duty for one in wanted if (duty := _call(system, panel, one)) is not None]
    system.react()
    return made


def call_again(uow: UnitOfWork, panel: Panel) -> None:
    """The officer has enlarged the pool and lets the rule choose again."""
    lock(uow, panel)
    disputed = disputes_of(uow.session, panel)
    require(policy.may_call_extra(uow.actor, panel.state, len(disputed)))
    if len(call_extras(uow, panel)) < len(disputed):
        raise Invalid({"extra": N_("专家库中没有可以增加的专家，请先补充专家库")})


def _call(uow: UnitOfWork, panel: Panel, dispute: Dispute) -> Duty | None:
    pool = pool_for(uow.session, panel, beijing_date(uow.now))
    seed = extra_seed(panel.protocol_sha256 or "", dispute.item_id, dispute.extras + 1)
    open_to = _open_to(uow, pool, dispute.item_id)
    seat = _seated(uow, panel, open_to, seed)
    seated = seat is not None
    seat = seat or _drawn(uow, panel, pool, open_to, Lot(seed, 1, (), pool.seated, False, dispute.item_id))
    if seat is None:
        uow.emit(ExtraMissing(panel_id=panel.id, item_id=dispute.item_id))
        return None
    because = {
        "rule": "disagreement", "threshold": protocol_from(panel.protocol).disagreement, "seed": seed,
        "seated": seated,
    }  # fmt: skip
    duty = Duty(
        panel_id=panel.id, seat_id=seat.id, item_id=dispute.item_id, origin=DutyOrigin.EXTRA, because=because,
        given_at=uow.now,
    )  # fmt: skip
    uow.session.add(duty)
    uow.session.flush()
    uow.emit(
        ExtraCalled(
            panel_id=panel.id,
            item_id=dispute.item_id,
            seat_id=seat.id,
            expert_id=seat.expert_id,
            seated=seated,
        )
    )
    return duty


def _open_to(uow: UnitOfWork, pool: Pool, item_id: int) -> list[Candidate]:
    """Who may score this item and neither does nor was released from it."""
    known = set(uow.session.scalars(select(Duty.seat_id).where(Duty.item_id == item_id)))
    return [
        one
        for one in pool.candidates
        if not one.recusals[item_id].forbidden and (one.seat is None or one.seat.id not in known)
    ]


def _seated(uow: UnitOfWork, panel: Panel, open_to: Sequence[Candidate], seed: int) -> Seat | None:
    """The confirmed expert with the least to score, then of the topic's field, then by lot."""
    loads = loads_of(uow.session, panel.id)
    free = [
        (loads.get(one.seat.id, NO_LOAD).duties, not one.member.matches, lot(seed, one.expert.id), one.seat)
        for one in open_to
        if one.seat is not None and one.seat.state == SeatState.CONFIRMED
    ]
    return min(free, key=lambda one: one[:3])[3] if free else None


def _drawn(
    uow: UnitOfWork, panel: Panel, pool: Pool, open_to: Sequence[Candidate], blank: Lot
) -> Seat | None:
    """A new seat from the pool, by a recorded draw."""
    free = [one.member for one in open_to if one.barred is None]
    if not free:
        return None
    drawing = replace(blank, free=free)
    keep_draw(uow, panel, drawing)
    candidate = pool.find(drawing.chosen()[0])
    return None if candidate is None else invite(uow, panel, candidate, extra=True)
