"""Giving out the items of a panel on which not everybody scores everything (分配评审对象)."""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select

from marketplace.computations import operations as computations
from marketplace.computations.models import Computation
from marketplace.core.actor import SYSTEM
from marketplace.core.canonical import sha256_hex
from marketplace.core.clock import beijing_date
from marketplace.core.errors import Invalid, Refused
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.core.verdict import require
from marketplace.reviews import policy
from marketplace.reviews.asked import said_on
from marketplace.reviews.assigning import ASSIGNMENT
from marketplace.reviews.events import AssignmentFailed, AssignmentMade, DutyMoved
from marketplace.reviews.models import Duty, Panel, Seat
from marketplace.reviews.operations.locking import lock
from marketplace.reviews.pool import Candidate, pool_for
from marketplace.reviews.preferences import SILENT, levels_by_pair, value_of
from marketplace.reviews.protocol import Protocol, protocol_from
from marketplace.reviews.queries.panels import items_of
from marketplace.reviews.queries.workload import duties_of, lifted_pairs, past_panels
from marketplace.reviews.workflow import DutyOrigin, PanelState

SECONDS = 60
PAST_ENOUGH = 3
"""From so many past panels of the same category on, an expert counts as fully experienced."""
WEIGHTS = {"field": 0.5, "preference": 0.3, "past": 0.2}


def request_assignment(uow: UnitOfWork, panel: Panel) -> Computation:
    """分配: a proposal for the draft panel; or, while it scores, what is missing after a recusal."""
    require(
        policy.may_assign(uow.actor, panel.state, protocol_from(panel.protocol).scores_per_item is not None)
    )
    lock(uow, panel)
    return _request(uow, panel)


def mend_assignment(uow: UnitOfWork, panel: Panel) -> None:
    """补齐分配 by the system itself, after a seat or an item has fallen empty. Pairs that stand stay."""
    if panel.state == PanelState.SCORING and protocol_from(panel.protocol).scores_per_item is not None:
        uow.react()
        system = uow.as_actor(SYSTEM)
        _request(system, panel)
        system.react()


def _request(uow: UnitOfWork, panel: Panel) -> Computation:
    payload = _payload(uow, panel)
    if not payload["seats"]:
        raise Invalid({"assignment": N_("请先选定专家")})
    return computations.request(
        uow, kind=ASSIGNMENT, subject_kind="panel", subject_id=panel.id, payload=payload, time_limit=SECONDS
    )


def _payload(uow: UnitOfWork, panel: Panel) -> dict[str, Any]:
    """Everything the assignment goes by."""
    uow.session.flush()
    protocol = protocol_from(panel.protocol)
    pool = pool_for(uow.session, panel, beijing_date(uow.now))
    sitting = sorted(
        (
            (one.seat, one)
            for one in pool.candidates
            if one.sits and one.seat is not None and not one.seat.extra
        ),
        key=lambda one: one[0].id,
    )
    items = sorted(
        item.id
        for item in items_of(uow.session, panel.id)
        if item.id != protocol.anchor_item or not protocol.anchor
    )
    seats = [seat.id for seat, _ in sitting]
    kept = _kept(uow, panel, set(items), set(seats))
    past = past_panels(uow.session, panel, [seat.expert_id for seat, _ in sitting])
    units = {seat.id: one.expert.organisation_id for seat, one in sitting}
    return {
        "items": items, "seats": seats, "need": [protocol.scores_per_item or 0] * len(items),
        "cap": _caps(len(items), seats, protocol, kept or ()), "unit": [units[seat] for seat in seats],
        "same_unit": _same_unit(kept or (), units),
        "forbidden": sorted(_forbidden(sitting, items) | set(lifted_pairs(uow.session, panel, items, seats))),
        "field": [1.0 if one.member.matches else 0.0 for _, one in sitting],
        "past": [min(past.get(seat.expert_id, 0), PAST_ENOUGH) / PAST_ENOUGH for seat, _ in sitting],
        "said": said_on(uow.session, panel, seats), "kept": kept, "time_s": 20.0,
    }  # fmt: skip


def _kept(uow: UnitOfWork, panel: Panel, items: set[int], seats: set[int]) -> list[tuple[int, int]] | None:
    """What stands while the panel scores; a draft is made anew."""
    if panel.state == PanelState.DRAFT:
        return None
    duties = duties_of(uow.session, panel.id)
    ordinary = [one for one in duties if one.origin != DutyOrigin.EXTRA]
    return [(one.item_id, one.seat_id) for one in ordinary if one.item_id in items and one.seat_id in seats]


def _caps(items: int, seats: Sequence[int], protocol: Protocol, kept: Sequence[tuple[int, int]]) -> list[int]:
    """An even share. Once the scoring has begun and pairs stand, everybody may take one or two more."""
    share = math.ceil(items * (protocol.scores_per_item or 0) / max(len(seats), 1)) + bool(kept)
    loads = Counter(seat for _, seat in kept)
    return [max(share, loads[seat] + bool(kept)) for seat in seats]


def _same_unit(kept: Sequence[tuple[int, int]], units: Mapping[int, int]) -> int:
    """One expert of a unit on an item, unless the office has decided otherwise by hand."""
    counts = Counter((item, units[seat]) for item, seat in kept)
    return max(counts.values(), default=1)


def _forbidden(sitting: Sequence[tuple[Seat, Candidate]], items: Sequence[int]) -> set[tuple[int, int]]:
    return {(item, seat.id) for seat, one in sitting for item in items if one.recusals[item].forbidden}


def keep_assignment(uow: UnitOfWork, computation: Computation, result: dict[str, Any]) -> None:
    """Puts the computed pairs in place, if what they were computed from still holds."""
    panel = uow.session.get_one(Panel, computation.subject_id)
    lock(uow, panel)
    payload = computation.payload
    if panel.state == PanelState.CONCLUDED or sha256_hex(_payload(uow, panel)) != computation.inputs_sha256:
        raise Refused(N_("专家或评审对象已有变化，请重新分配"))
    if not result["feasible"]:
        uow.emit(AssignmentFailed(panel_id=panel.id))
        return
    if panel.state == PanelState.DRAFT:
        uow.session.execute(delete(Duty).where(Duty.panel_id == panel.id))
    known = {tuple(pair) for pair in payload["kept"] or ()}
    fresh = [pair for pair in result["pairs"] if tuple(pair) not in known]
    reason = _reasons(payload)
    uow.session.add_all(
        Duty(
            panel_id=panel.id, seat_id=seat, item_id=item, origin=DutyOrigin.ASSIGNED, because=reason(item, seat),
            given_at=uow.now,
        )
        for item, seat in fresh
    )  # fmt: skip
    uow.session.flush()
    uow.emit(
        AssignmentMade(
            panel_id=panel.id, pairs=tuple((item, seat) for item, seat in fresh),
            inputs_sha256=result["inputs_sha256"], mended=panel.state == PanelState.SCORING,
        )
    )  # fmt: skip


def _reasons(payload: Mapping[str, Any]) -> Callable[[int, int], dict[str, Any]]:
    """Why a pair fits (匹配度), term by term."""
    place = {seat: number for number, seat in enumerate(payload["seats"])}
    asked, levels = payload["said"] is not None, levels_by_pair(payload["said"] or ())

    def because(item: int, seat: int) -> dict[str, Any]:
        field, past, level = (
            payload["field"][place[seat]],
            payload["past"][place[seat]],
            levels.get((item, seat)),
        )
        preference = value_of(level) if asked else 0.0
        total = WEIGHTS["field"] * field + WEIGHTS["preference"] * preference + WEIGHTS["past"] * past
        return {
            "rule": "assigned", "field": field, "past": round(past * PAST_ENOUGH),
            "preference": (level or SILENT) if asked else None, "total": round(total, 3),
        }  # fmt: skip

    return because


def move_duty(uow: UnitOfWork, panel: Panel, duty: Duty, seat_id: int) -> Duty:
    """调整一项分工 of the draft: the item goes to another member whom nothing forbids."""
    lock(uow, panel)
    require(policy.may_move_duty(uow.actor, panel.state))
    pool = pool_for(uow.session, panel, beijing_date(uow.now))
    target = next(
        (c for c in pool.candidates if c.sits and c.seat is not None and c.seat.id == seat_id), None
    )
    if target is None:
        raise Invalid({"seat": N_("请选择评审组中的专家")})
    found = target.recusals[duty.item_id]
    if found.forbidden:
        raise Invalid({"seat": (found.reason, found.params)})
    taken = select(Duty.id).where(Duty.item_id == duty.item_id, Duty.seat_id == seat_id)
    if uow.session.scalar(taken) is not None:
        raise Invalid({"seat": N_("该专家已评这一项")})
    before, item_id = duty.seat_id, duty.item_id
    uow.session.delete(duty)
    made = Duty(
        panel_id=panel.id, seat_id=seat_id, item_id=item_id, origin=DutyOrigin.ASSIGNED,
        because={"rule": "moved", "by": uow.actor.person_name}, given_at=uow.now,
    )  # fmt: skip
    uow.session.add(made)
    uow.session.flush()
    uow.emit(DutyMoved(panel_id=panel.id, item_id=item_id, from_seat=before, to_seat=seat_id))
    return made
