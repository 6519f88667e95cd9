"""The expert's part: answer, score, submit (专家评分)."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from marketplace.core.clock import beijing_date
from marketplace.core.errors import Invalid, Problem
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork, require_version
from marketplace.core.verdict import require
from marketplace.reviews import policy
from marketplace.reviews.asking import open_asks, recusal_of_seat
from marketplace.reviews.codes import number_of
from marketplace.reviews.events import ItemRecused, SeatConfirmed, SeatFinished, SeatRecused, SheetSubmitted
from marketplace.reviews.models import Panel, PanelItem, ScoreSheet, Seat
from marketplace.reviews.operations.assignment import mend_assignment
from marketplace.reviews.operations.duties import lift_all
from marketplace.reviews.operations.extra import call_extras
from marketplace.reviews.operations.heads import stand_down
from marketplace.reviews.operations.locking import lock
from marketplace.reviews.protocol import protocol_from
from marketplace.reviews.queries.own import (
    SheetPlace,
    anchor_pending,
    duty_at,
    is_held,
    may_pass_on,
    own_items,
)
from marketplace.reviews.queries.panels import seats_of
from marketplace.reviews.queries.workload import disputes_of, item_count, loads_of, progress_of
from marketplace.reviews.recusal import Finding
from marketplace.reviews.scoring import MarkInput, draft_problems, gaps, weighted_total
from marketplace.reviews.workflow import SEAT, SHEET, DutyState, SheetState
from marketplace.topics.rules import rubric_from_dict

ANSWER_LIMIT = 500


def confirm_seat(uow: UnitOfWork, seat: Seat, answers: Sequence[str] = ()) -> None:
    """承诺无利害关系: only then are the items opened to the expert. ``answers``: one for each question that she must
    answer first (``asking.open_asks``), in their order."""
    require(policy.may_answer(uow.actor, seat.expert.person_id, seat.panel.state, seat.state))
    recusal = recusal_of_seat(uow.session, seat, beijing_date(uow.now))
    if recusal.forbidden:
        raise Invalid({"confirmed": (recusal.reason, recusal.params)})
    _keep_answers(uow, seat, open_asks(seat, recusal), answers)
    SEAT.advance(seat, "confirm")
    seat.decided_at = uow.now
    uow.emit(SeatConfirmed(panel_id=seat.panel_id, seat_id=seat.id))


def _keep_answers(uow: UnitOfWork, seat: Seat, asks: Sequence[Finding], answers: Sequence[str]) -> None:
    given = [*answers, *[""] * len(asks)][: len(asks)]
    problems: dict[str, Problem] = {
        f"answer_{number}": N_("请先回答这个问题，500字以内")
        for number, answer in enumerate(given)
        if not answer or len(answer) > ANSWER_LIMIT
    }
    if problems:
        raise Invalid(problems)
    seat.answers = [
        *seat.answers,
        *(
            {"rule": str(ask.rule), "params": dict(ask.params), "answer": answer, "at": uow.now.isoformat()}
            for ask, answer in zip(asks, given, strict=True)
        ),
    ]


def recuse_seat(uow: UnitOfWork, seat: Seat, reason: str) -> None:
    """申明回避, also late: from now on the expert sees nothing of the panel, and her sheets do not count."""
    lock(uow, seat.panel)
    require(policy.may_recuse(uow.actor, seat.expert.person_id, seat.panel.state, seat.state))
    if not reason:
        raise Invalid({"reason": N_("请说明回避的原因")})
    SEAT.advance(seat, "recuse")
    seat.reason, seat.decided_at = reason, uow.now
    lift_all(uow, seat, reason)
    uow.emit(SeatRecused(panel_id=seat.panel_id, seat_id=seat.id, opinion=reason))
    call_extras(uow, seat.panel)
    mend_assignment(uow, seat.panel)


def recuse_item(uow: UnitOfWork, place: SheetPlace, reason: str) -> None:
    """对一项申明回避, also late: the expert sees the item no more, her sheet does not count, another takes it over."""
    seat, panel = place.seat, place.seat.panel
    lock(uow, panel)
    duty = duty_at(uow.session, seat.id, place.item.id)
    single = may_pass_on(duty, panel)
    require(policy.may_recuse_item(uow.actor, seat.expert.person_id, panel.state, seat.state, single))
    if not reason:
        raise Invalid({"reason": N_("请说明回避的原因")})
    duty.state, duty.lifted_because = DutyState.LIFTED, reason
    uow.emit(ItemRecused(panel_id=panel.id, seat_id=seat.id, item_id=place.item.id, opinion=reason))
    stand_down(uow, seat)
    call_extras(uow, panel)
    mend_assignment(uow, panel)


def save_sheet(
    uow: UnitOfWork,
    place: SheetPlace,
    marks: Mapping[str, MarkInput],
    comment: str = "",
    version: int | None = None,
    workbook: str | None = None,
) -> ScoreSheet:
    """保存评分草稿: may be incomplete, never wrong. ``version`` is that of the sheet when the page was opened (0: none
    yet); ``workbook`` names the offline workbook it was taken from. A draft leaves no audit row; its submission does.
    """
    seat, sheet = place.seat, place.sheet
    state = None if sheet is None else sheet.state
    held = is_held(uow.session, seat, place.item.id)
    require(policy.may_score(uow.actor, seat.expert.person_id, seat.panel.state, seat.state, state, held))
    _check_draft(seat, marks, comment)
    stored = {code: mark.stored() for code, mark in marks.items()}
    if sheet is None:
        sheet = ScoreSheet(item_id=place.item.id, seat_id=seat.id, state=SheetState.DRAFT, saved_at=uow.now)
        uow.session.add(sheet)
    else:
        theirs = {"comment": sheet.comment, **_plain(sheet.marks)}
        require_version(sheet, version, theirs=theirs, yours={"comment": comment, **_plain(stored)})
    sheet.marks, sheet.comment, sheet.saved_at, sheet.workbook = stored, comment, uow.now, workbook
    uow.session.flush()
    return sheet


def _plain(marks: Mapping[str, Mapping[str, object]]) -> dict[str, str]:
    return {
        code: f"{mark.get('score') or ''} {mark.get('comment') or ''}".strip() for code, mark in marks.items()
    }


def _check_draft(seat: Seat, marks: Mapping[str, MarkInput], comment: str) -> None:
    codes = [criterion.code for criterion in rubric_from_dict(seat.panel.rubric).criteria]
    problems = draft_problems(marks, comment, codes)
    if problems:
        raise Invalid(problems)


def submit_sheets(uow: UnitOfWork, seat: Seat) -> None:
    """提交评分: all items that are not submitted yet at once; from now on nothing can be changed. Where the marks of an
    item lie too far apart now, the protocol calls another expert. The item that all score first goes in alone."""
    lock(uow, seat.panel)
    require(policy.may_score(uow.actor, seat.expert.person_id, seat.panel.state, seat.state))
    rubric, sheets = rubric_from_dict(seat.panel.rubric), own_items(uow.session, seat)
    waiting = [(item, sheet) for item, sheet in sheets if sheet is None or sheet.state == SheetState.DRAFT]
    first = anchor_pending(uow.session, seat)
    if first is not None:
        waiting = [(item, sheet) for item, sheet in waiting if item.id == first]
    if sheets and not waiting:
        done = SheetState.SUBMITTED
        require(policy.may_score(uow.actor, seat.expert.person_id, seat.panel.state, seat.state, done))
    problems: dict[str, Problem] = {}
    for item, sheet in waiting:
        if gaps(rubric, {} if sheet is None else sheet.marks, seat.panel.reason_below):
            problems[f"item_{item.id}"] = _incomplete(seat.panel, item)
    if problems:
        raise Invalid(problems)
    for item, sheet in waiting:
        if sheet is not None:
            _freeze(uow, seat, item.id, sheet, weighted_total(rubric, sheet.marks))
    uow.session.flush()
    call_extras(uow, seat.panel, {item.id for item, _ in waiting})
    if first is None or len(sheets) == 1:
        all_in = _all_in(uow, seat.panel)
        uow.emit(SeatFinished(panel_id=seat.panel_id, seat_id=seat.id, all_in=all_in, sheets=len(sheets)))


def _incomplete(panel: Panel, item: PanelItem) -> Problem:
    if protocol_from(panel.protocol).blind:
        return N_("材料%(number)s的评分还不完整"), {"number": number_of(item.position)}
    return N_("“%(label)s”的评分还不完整"), {"label": item.label}


def _freeze(uow: UnitOfWork, seat: Seat, item_id: int, sheet: ScoreSheet, total: Decimal | None) -> None:
    SHEET.advance(sheet, "submit")
    sheet.total, sheet.submitted_at = total, uow.now
    uow.emit(SheetSubmitted(panel_id=seat.panel_id, sheet_id=sheet.id, item_id=item_id))


def _all_in(uow: UnitOfWork, panel: Panel) -> bool:
    progress = progress_of(
        item_count(uow.session, panel.id), seats_of(uow.session, panel.id), loads_of(uow.session, panel.id)
    )
    waiting = progress.invited or progress.finished < progress.confirmed
    return not waiting and not disputes_of(uow.session, panel)
