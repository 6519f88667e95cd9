"""Forming the result by the announced rule, and the vote where the rule leaves a tie (形成结果)."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from marketplace.core.errors import Invalid, Refused
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.core.verdict import require
from marketplace.decision.rubric import Result
from marketplace.reviews import policy
from marketplace.reviews.analysis.official import (
    Settled,
    record_as_calibrated,
    settled_as_announced,
    settled_as_calibrated,
)
from marketplace.reviews.analysis.reading import analysis_beside
from marketplace.reviews.events import PanelConcluded, TieVoted
from marketplace.reviews.heads import head_in
from marketplace.reviews.keeping import keep_result
from marketplace.reviews.models import Duty, Panel, PanelItem, ScoreSheet, Seat
from marketplace.reviews.operations.locking import lock
from marketplace.reviews.opinion.confirming import drop_confirmation
from marketplace.reviews.protocol import protocol_from
from marketplace.reviews.queries.panels import seats_of
from marketplace.reviews.queries.workload import (
    OF_DUTY,
    disputes_of,
    item_count,
    loads_of,
    progress_of,
    short_items,
)
from marketplace.reviews.scoring import (
    SheetFacts,
    open_ties,
    result_record,
    score_all,
)
from marketplace.reviews.unscored import unscored
from marketplace.reviews.workflow import PANEL, DutyState, SheetState, SubjectKind
from marketplace.topics.rules import rubric_from_dict


def conclude_panel(uow: UnitOfWork, panel: Panel) -> None:
    """形成结果: totals, ranks and traces by the frozen protocol — the announced rule, or the calibrated scores beside
    it; what is left equal is flagged for a vote. The announced result waits for no computation."""
    lock(uow, panel)
    seats = seats_of(uow.session, panel.id)
    progress = progress_of(item_count(uow.session, panel.id), seats, loads_of(uow.session, panel.id))
    disputed = len(disputes_of(uow.session, panel))
    short = len(short_items(uow.session, panel.id, protocol_from(panel.protocol)))
    empty = unscored(uow.session, panel)
    headed = head_in(seats) is not None
    require(policy.may_conclude(uow.actor, panel.state, panel.size, progress, disputed, short, empty, headed))
    items = _items(uow, panel)
    result = score_all(rubric_from_dict(panel.rubric), panel.trim_from, _sheets(uow, panel, items))
    settled, record = _settled(uow, panel, result)
    for item_id, found in settled.items():
        item = items[item_id]
        item.total, item.rank, item.trace = found.total, found.rank, found.trace
    PANEL.advance(panel, "conclude")
    panel.concluded_at = uow.now
    if panel.subject_kind == SubjectKind.BID:
        panel.topic.result_at = uow.now
    sha256 = keep_result(panel, {**record, "protocol_sha256": panel.protocol_sha256})
    uow.emit(PanelConcluded(panel_id=panel.id, kind=panel.subject_kind, result_sha256=sha256))


def _items(uow: UnitOfWork, panel: Panel) -> dict[int, PanelItem]:
    found = uow.session.scalars(select(PanelItem).where(PanelItem.panel_id == panel.id))
    return {item.id: item for item in found}


def _sheets(uow: UnitOfWork, panel: Panel, items: dict[int, PanelItem]) -> dict[int, Sequence[SheetFacts]]:
    query = (
        select(ScoreSheet.item_id, Seat.id, ScoreSheet.marks, Duty.state)
        .join(Seat, Seat.id == ScoreSheet.seat_id)
        .join(Duty, OF_DUTY)
        .where(Seat.panel_id == panel.id, ScoreSheet.state == SheetState.SUBMITTED)
    )
    found: defaultdict[int, list[SheetFacts]] = defaultdict(list)
    for item, seat, marks, state in uow.session.execute(query):
        found[item].append(SheetFacts(seat, marks, recused=state != DutyState.LIVE))
    return {item: found[item] for item in items}


def _settled(uow: UnitOfWork, panel: Panel, result: Result) -> tuple[dict[int, Settled], dict[str, Any]]:
    """What the protocol makes of the scores, by item, and the record of the whole."""
    if protocol_from(panel.protocol).official != "calibrated":
        return settled_as_announced(result), result_record(result)
    analysis = analysis_beside(uow.session, panel.id, result.inputs_sha256)
    if analysis is None:
        raise Refused(N_("规程以校正分为正式得分，须等后台校正计算完成后再形成结果"))
    return settled_as_calibrated(result, analysis.record), record_as_calibrated(result, analysis.record)


def record_vote(uow: UnitOfWork, panel: Panel, order: Sequence[int], reason: str) -> None:
    """记录表决: the order the panel voted for one group of equal items (``order``: item ids, best first)."""
    lock(uow, panel)
    ties = open_ties(panel.result)
    require(policy.may_vote(uow.actor, panel.state, len(ties)))
    rank = next((rank for rank, group in ties if sorted(group) == sorted(order)), None)
    if rank is None:
        raise Invalid({"order": N_("请为并列的每一项各填一个不同的名次")})
    if not reason:
        raise Invalid({"reason": N_("请填写表决情况和理由")})
    items = _items(uow, panel)
    for place, item_id in enumerate(order):
        items[item_id].rank = rank + place
    vote = {"rank": rank, "order": list(order), "reason": reason, "at": uow.now.isoformat()}
    record = dict(panel.result or {})
    sha256 = keep_result(panel, {**record, "votes": [*record["votes"], vote]})
    drop_confirmation(uow.session, panel.id)
    uow.emit(TieVoted(panel_id=panel.id, order=tuple(order), opinion=reason, result_sha256=sha256))
