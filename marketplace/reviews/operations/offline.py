"""Taking over the drafts of an offline workbook (导入离线评分表): all of them, or none."""

from collections.abc import Mapping

from marketplace.core.errors import Invalid
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.core.verdict import require
from marketplace.files.checking import FormUpload
from marketplace.files.pending import hold, let_go, pending_of
from marketplace.reviews.events import SheetsImported
from marketplace.reviews.models import Seat
from marketplace.reviews.offline.plan import NONE, Choice, Plan, plan_for
from marketplace.reviews.offline.reading import Filled
from marketplace.reviews.offline.standing import desk_of
from marketplace.reviews.operations.locking import lock
from marketplace.reviews.operations.sheets import save_sheet
from marketplace.reviews.policy import may_score
from marketplace.reviews.queries.own import SheetPlace

WORKBOOK = "score_workbook"
"""Owner kind of the file kept between trial run and confirmation; its owner is the seat."""


def keep_workbook(uow: UnitOfWork, seat: Seat, upload: FormUpload) -> str:
    """暂存评分表 between the trial run and its confirmation; an earlier one is let go. Returns its SHA-256."""
    require(may_score(uow.actor, seat.expert.person_id, seat.panel.state, seat.state))
    _drop(uow, seat)
    hold(uow, WORKBOOK, seat.id, [upload])
    kept = pending_of(uow.session, uow.actor.person_id, WORKBOOK, seat.id, uow.now)
    if not kept:
        raise Invalid({"file": N_("您暂存的附件已满，请先处理其他页面上未提交的附件")})
    return kept[0].sha256


def _drop(uow: UnitOfWork, seat: Seat) -> None:
    kept = pending_of(uow.session, uow.actor.person_id, WORKBOOK, seat.id, uow.now)
    let_go(uow, WORKBOOK, seat.id, [one.id for one in kept])


def import_sheets(
    uow: UnitOfWork, seat: Seat, filled: Filled, sha256: str, choices: Mapping[int, Choice] = NONE
) -> Plan:
    """导入离线评分表: what the trial run has shown, compared once more with the sheets as they stand now. The sheets
    stay drafts. ``sha256`` is that of the uploaded file, for the record; ``choices`` settle each item that the page and
    the file have both changed."""
    lock(uow, seat.panel)
    require(may_score(uow.actor, seat.expert.person_id, seat.panel.state, seat.state))
    plan = plan_for(desk_of(uow.session, uow.actor, seat), filled, choices)
    if plan.faults or plan.conflicts:
        raise Invalid({"file": N_("评分表与网页上的情况不再相符，没有保存；请核对下列各处")})
    if not plan.taken and not plan.yielded:
        raise Invalid({"file": N_("评分表里没有要保存的改动")})
    for one in plan.taken:
        place = SheetPlace(seat, one.standing.item, one.standing.sheet)
        content = one.content
        save_sheet(uow, place, content.marks, content.comment, one.standing.version, filled.identity.name)
    _drop(uow, seat)
    if plan.taken:
        items = tuple(one.standing.item.id for one in plan.taken)
        uow.emit(
            SheetsImported(
                panel_id=seat.panel_id,
                seat_id=seat.id,
                items=items,
                workbook=filled.identity.name,
                sha256=sha256,
            )
        )
    return plan
