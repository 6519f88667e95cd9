"""The expert's side: my panels, the declaration, the score sheet, the review before submitting."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any

from flask import Response as FlaskResponse
from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from marketplace.core.actor import Role
from marketplace.core.clock import beijing_date
from marketplace.core.dataclass import dataclass
from marketplace.core.errors import NotFound
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.core.verdict import require
from marketplace.files.views import sent
from marketplace.reviews import operations
from marketplace.reviews.asked import asked_seats
from marketplace.reviews.asking import open_asks, recusal_of_seat
from marketplace.reviews.blind.checks import BlindItem, blind_item
from marketplace.reviews.forms import (
    ConfirmForm,
    DeclineForm,
    ProposalForm,
    RecuseForm,
    SheetForm,
    SubmitForm,
    confirm_form,
    filled,
    read_marks,
    sheet_form,
)
from marketplace.reviews.models import PanelItem, ReopeningProposal, ScoreSheet, Seat
from marketplace.reviews.policy import may_propose_reopening, may_recuse, may_recuse_item, may_score
from marketplace.reviews.presentation import file_label, item_labels, placeholders, spoken
from marketplace.reviews.proposals import proposals_of, submitted_sheets
from marketplace.reviews.protocol import protocol_from
from marketplace.reviews.queries.own import (
    SheetPlace,
    anchor_pending,
    bidding_units,
    duty_at,
    extra_items,
    is_held,
    may_pass_on,
    own_items,
    parties_by_name,
    place_for,
    seat_for,
    seats_for,
)
from marketplace.reviews.scoring import gaps, weighted_total
from marketplace.reviews.subjects import SUBJECTS
from marketplace.reviews.views.base import blueprint
from marketplace.reviews.workflow import PanelState, SeatState, SheetState, SubjectKind
from marketplace.topics.rules import Rubric, rubric_from_dict
from marketplace.web.access import signed_in
from marketplace.web.exports import note_export
from marketplace.web.forms import Form, attempt
from marketplace.web.i18n import translate
from marketplace.web.navigation import Entry, add_entry
from marketplace.web.requests import current_actor, db_session, request_now

OWN_PAGES = frozenset(
    {
        "reviews.mine", "reviews.my_panel", "reviews.preferences",
        "reviews.sheet", "reviews.offline", "reviews.check_offline",
        "reviews.offline_check", "reviews.import_offline",
    }
)  # fmt: skip

add_entry(
    Entry(
        60, N_("我的评审"), "reviews.mine", frozenset({Role.EXPERT}),
        active=lambda endpoint: endpoint in OWN_PAGES,
    )
)  # fmt: skip


@blueprint.get("/reviews")
@signed_in(Role.EXPERT)
def mine() -> str:
    """我的评审."""
    session, actor = db_session(), current_actor()
    return render_template(
        "reviews/mine.html", rows=seats_for(session, actor), asked=asked_seats(session, actor)
    )


@blueprint.get("/reviews/<int:seat_id>")
@signed_in(Role.EXPERT)
def my_panel(seat_id: int) -> str:
    """One panel as its member sees it: first the declaration, then progress and submission."""
    seat = seat_for(db_session(), current_actor(), seat_id)
    return _declaration(seat, Answers()) if seat.state == SeatState.INVITED else _progress(seat)


@dataclass(slots=True)
class Answers:
    """The forms of the declaration; the one that was posted comes back with its problems."""

    confirm: ConfirmForm | None = None
    recuse: RecuseForm = field(default_factory=lambda: RecuseForm(formdata=None))
    decline: DeclineForm = field(default_factory=lambda: DeclineForm(formdata=None))
    posted: Form | None = None


def _confirm_form(seat: Seat, posted: bool = False) -> ConfirmForm:
    """The declaration, with what this expert must explain first."""
    recusal = recusal_of_seat(db_session(), seat, beijing_date(request_now()))
    questions = [translate(ask.question, dict(ask.params)) for ask in open_asks(seat, recusal)]
    return confirm_form(questions, posted)


def _declaration(seat: Seat, forms: Answers) -> str:
    blind = protocol_from(seat.panel.protocol).blind
    units = bidding_units(db_session(), seat.panel_id) if blind else []
    parties = [] if blind else parties_by_name(db_session(), seat)
    forms.confirm = forms.confirm or _confirm_form(seat)
    asked = [one for one in forms.confirm if one.name.startswith("answer_")]
    return render_template(
        "reviews/declaration.html", seat=seat, parties=parties, form=forms.posted or forms.confirm, forms=forms,
        asked=asked, blind=blind, units=units,
    )  # fmt: skip


def _progress(
    seat: Seat,
    form: SubmitForm | None = None,
    recuse: RecuseForm | None = None,
    proposal: ProposalForm | None = None,
) -> str:
    rubric = rubric_from_dict(seat.panel.rubric)
    first = anchor_pending(db_session(), seat)
    items = own_items(db_session(), seat)
    rows = [_row(rubric, seat, item, sheet, first) for item, sheet in items]
    actor, person, panel = current_actor(), seat.expert.person_id, seat.panel
    return render_template(
        "reviews/my_panel.html", seat=seat, panel=panel, rubric=rubric, rows=rows, labels=_labels(seat, items),
        extra=extra_items(db_session(), seat.id), first=first,
        ready=all(row["complete"] or row["held"] for row in rows),
        submitted=sum(row["state"] == SheetState.SUBMITTED for row in rows),
        complete=sum(row["complete"] for row in rows), form=form or SubmitForm(formdata=None),
        recuse=recuse or RecuseForm(formdata=None),
        scoring=may_score(actor, person, panel.state, seat.state),
        recusing=may_recuse(actor, person, panel.state, seat.state),
        **(head_part(seat, proposal) if seat.heads and panel.state == PanelState.SCORING else {"head": None}),
    )  # fmt: skip


def _labels(seat: Seat, items: Sequence[tuple[PanelItem, ScoreSheet | None]]) -> dict[int, str]:
    """What the expert's items are called before her."""
    return item_labels(current_actor(), seat.panel, (item for item, _sheet in items), member=True)


def _row(
    rubric: Rubric, seat: Seat, item: PanelItem, sheet: ScoreSheet | None, first: int | None = None
) -> dict[str, Any]:
    marks = {} if sheet is None else sheet.marks
    missing = gaps(rubric, marks, seat.panel.reason_below)
    return {
        "item": item,
        "sheet": sheet,
        "state": "" if sheet is None else sheet.state,
        "begun": sheet is not None,
        "complete": not missing,
        "missing": len(missing),
        "held": first is not None and item.id != first,
        "total": weighted_total(rubric, marks),
    }


def head_part(seat: Seat, proposal: ProposalForm | None) -> dict[str, Any]:
    """What the head of a scoring panel sees besides: which sheets are in, and what became of her proposals."""
    return {"head": seat, "proposal": proposal or _proposal_form(seat), "proposals": _proposals(seat)}


def _proposals(seat: Seat) -> list[tuple[ReopeningProposal, str]]:
    """With the name of each sheet."""
    found = proposals_of(db_session(), seat.panel_id)
    labels = item_labels(current_actor(), seat.panel, (one.sheet.item for one in found), member=True)
    return [(one, _sheet_name(one.sheet, labels)) for one in found]


def _sheet_name(sheet: ScoreSheet, labels: Mapping[int, str]) -> str:
    return f"{labels[sheet.item_id]} · {sheet.seat.expert.person.name}"


def _proposal_form(seat: Seat, posted: bool = False) -> ProposalForm:
    sheets = submitted_sheets(db_session(), seat.panel_id)
    labels = item_labels(current_actor(), seat.panel, (one.item for one in sheets), member=True)
    choices = [(one.id, _sheet_name(one, labels)) for one in sheets]
    return ProposalForm(choices, **({} if posted else {"formdata": None}))


@blueprint.post("/reviews/<int:seat_id>/proposals")
@signed_in(Role.EXPERT)
def propose_reopening(seat_id: int) -> Response | tuple[str, int]:
    """组长建议重开评分表."""
    seat = seat_for(db_session(), current_actor(), seat_id)
    require(may_propose_reopening(seat.heads, seat.panel.state, SeatState.CONFIRMED, SheetState.SUBMITTED))
    form = _proposal_form(seat, posted=True)
    if form.validate_on_submit() and attempt(
        form, operations.propose_reopening, seat.panel, form.sheet.data or 0, form.reason.data or ""
    ):
        flash(_("已向主持人提出重开建议。"), "success")
        return redirect(url_for("reviews.my_panel", seat_id=seat_id))
    return _progress(seat, proposal=form), 422


@blueprint.post("/reviews/<int:seat_id>/confirm")
@signed_in(Role.EXPERT)
def confirm_seat(seat_id: int) -> Response | tuple[str, int]:
    """承诺无利害关系."""
    seat = seat_for(db_session(), current_actor(), seat_id)
    form = _confirm_form(seat, posted=True)
    answers = [one.data or "" for one in form if one.name.startswith("answer_")]
    if form.validate_on_submit() and attempt(form, operations.confirm_seat, seat, answers):
        flash(_("已确认，可以开始评分。"), "success")
        return redirect(url_for("reviews.my_panel", seat_id=seat_id))
    return _declaration(seat, Answers(confirm=form, posted=form)), 422


@blueprint.post("/reviews/<int:seat_id>/recuse")
@signed_in(Role.EXPERT)
def recuse_seat(seat_id: int) -> Response | tuple[str, int]:
    """申明回避."""
    seat = seat_for(db_session(), current_actor(), seat_id)
    form = RecuseForm()
    if form.validate_on_submit() and attempt(form, operations.recuse_seat, seat, form.reason.data):
        flash(_("已申明回避，您不再参加这次评审。"), "success")
        return redirect(url_for("reviews.mine"))
    if seat.state == SeatState.INVITED:
        return _declaration(seat, Answers(recuse=form, posted=form)), 422
    return _progress(seat, recuse=form), 422


@blueprint.post("/reviews/<int:seat_id>/decline")
@signed_in(Role.EXPERT)
def decline_seat(seat_id: int) -> Response | tuple[str, int]:
    """谢绝邀请."""
    seat = seat_for(db_session(), current_actor(), seat_id)
    form = DeclineForm()
    if form.validate_on_submit() and attempt(form, operations.decline_seat, seat, form.why.data):
        flash(_("已谢绝，感谢您的答复。"), "success")
        return redirect(url_for("reviews.mine"))
    return _declaration(seat, Answers(decline=form, posted=form)), 422


@blueprint.post("/reviews/<int:seat_id>/items/<int:item_id>/recuse")
@signed_in(Role.EXPERT)
def recuse_item(seat_id: int, item_id: int) -> Response | tuple[str, int]:
    """对一项申明回避."""
    place = place_for(db_session(), current_actor(), seat_id, item_id)
    form = RecuseForm()
    if form.validate_on_submit() and attempt(form, operations.recuse_item, place, form.reason.data):
        flash(_("已申明回避，这一项改由其他专家评审。"), "success")
        return redirect(url_for("reviews.my_panel", seat_id=seat_id))
    return _opened(place, recuse=form), 422


@blueprint.get("/reviews/<int:seat_id>/items/<int:item_id>")
@signed_in(Role.EXPERT)
def sheet(seat_id: int, item_id: int) -> str:
    """评分表 beside what is scored."""
    return _opened(place_for(db_session(), current_actor(), seat_id, item_id))


def _opened(place: SheetPlace, recuse: RecuseForm | None = None) -> str:
    """The sheet as it stands."""
    rubric, own = rubric_from_dict(place.seat.panel.rubric), place.sheet
    form = filled(rubric, own.marks if own else {}, own.comment if own else "", own.version if own else 0)
    return _sheet_page(place, rubric, form, recuse)


def _sheet_page(place: SheetPlace, rubric: Rubric, form: SheetForm, recuse: RecuseForm | None = None) -> str:
    seat, session = place.seat, db_session()
    items = own_items(session, seat)
    rows = [_row(rubric, seat, item, sheet) for item, sheet in items]
    state = None if place.sheet is None else place.sheet.state
    held = is_held(session, seat, place.item.id)
    scoring = may_score(current_actor(), seat.expert.person_id, seat.panel.state, seat.state, state, held)
    return render_template(
        "reviews/sheet.html", seat=seat, panel=seat.panel, item=place.item, sheet=place.sheet, rubric=rubric,
        number=1 + [item.id for item, _sheet in items].index(place.item.id),
        labels=_labels(seat, items), blind=protocol_from(seat.panel.protocol).blind,
        placeholders=placeholders(),
        recuse=recuse or RecuseForm(formdata=None), passing=_passing(place),
        form=form, rows=rows, scoring=scoring, reading=_reading(seat, place.item) if scoring else "",
    )  # fmt: skip


def _passing(place: SheetPlace) -> bool:
    """Whether the expert may recuse herself from this one item."""
    single = may_pass_on(duty_at(db_session(), place.seat.id, place.item.id), place.seat.panel)
    seat, panel = place.seat, place.seat.panel
    return bool(may_recuse_item(current_actor(), seat.expert.person_id, panel.state, seat.state, single))


def _reading(seat: Seat, item: PanelItem) -> Markup:
    """The bid or outcome itself, rendered by the step that owns it; only while the expert may score it."""
    port = SUBJECTS[SubjectKind(seat.panel.subject_kind)]
    if protocol_from(seat.panel.protocol).blind:
        found = blind_item(db_session(), seat.panel, item)
        template, context = found.document(_neutral_files(seat, found), spoken)
    else:
        template, context = port.render(db_session(), item.subject_id)
    return Markup(render_template(template, **context))  # noqa: S704 - our own template


def _neutral_files(seat: Seat, found: BlindItem) -> list[dict[str, Any]]:
    """The attachments that somebody has looked into, under neutral names."""
    item = found.item
    return [
        {
            "name": file_label(item, number, file.name),
            "size": file.size,
            "url": url_for("reviews.blind_file", seat_id=seat.id, item_id=item.id, number=number),
        }
        for number, (file, mark) in enumerate(found.files, 1)
        if mark is not None
    ]


@blueprint.get("/reviews/<int:seat_id>/items/<int:item_id>/files/<int:number>")
@signed_in(Role.EXPERT)
def blind_file(seat_id: int, item_id: int, number: int) -> FlaskResponse:
    """盲评附件: one that may be read, as long as the expert may score the item."""
    place = place_for(db_session(), current_actor(), seat_id, item_id)
    seat, item, panel = place.seat, place.item, place.seat.panel
    state = None if place.sheet is None else place.sheet.state
    held = is_held(db_session(), seat, item.id)
    scoring = may_score(current_actor(), seat.expert.person_id, panel.state, seat.state, state, held)
    if not scoring or not protocol_from(panel.protocol).blind:
        raise NotFound
    files = blind_item(db_session(), panel, item).files
    chosen = [file for place, (file, mark) in enumerate(files, 1) if place == number and mark is not None]
    if not chosen:
        raise NotFound
    name = file_label(item, number, chosen[0].name)
    note_export(name, "panel", panel.id)
    return sent(chosen[0], name)


@blueprint.post("/reviews/<int:seat_id>/items/<int:item_id>")
@signed_in(Role.EXPERT)
def save_sheet(seat_id: int, item_id: int) -> Response | tuple[str, int]:
    """保存评分; may go on to the next item."""
    place, rubric, form = _posted(seat_id, item_id)
    if _save(place, rubric, form) is None:
        return _sheet_page(place, rubric, form), 422
    flash(_("评分已保存。"), "success")
    if "next" in request.form:
        return redirect(_next_address(place))
    return redirect(url_for("reviews.sheet", seat_id=seat_id, item_id=item_id))


def _posted(seat_id: int, item_id: int) -> tuple[SheetPlace, Rubric, SheetForm]:
    place = place_for(db_session(), current_actor(), seat_id, item_id)
    rubric = rubric_from_dict(place.seat.panel.rubric)
    form = sheet_form(tuple(criterion.code for criterion in rubric.criteria))()
    return place, rubric, form


def _save(place: SheetPlace, rubric: Rubric, form: SheetForm) -> ScoreSheet | None:
    """The saved sheet, or None with the problems in the form."""
    valid = form.validate_on_submit()
    marks = read_marks(form, rubric)
    forged = {name for name in request.form if name.startswith("score_")} - set(form._fields)
    if forged:
        form.form_errors.append(_("没有这项评审指标，请刷新页面后重试"))
    if not valid or marks is None or forged:
        return None
    saved: list[ScoreSheet] = []

    def save(uow: UnitOfWork) -> None:
        saved.append(operations.save_sheet(uow, place, marks, form.comment.data or "", form.opened_version()))

    return saved[0] if attempt(form, save) else None


def _next_address(place: SheetPlace) -> str:
    """Her next item that is still to be scored, or the overview behind the last; from the item that all score first
    to the overview, where it is submitted."""
    seat, here = place.seat, place.item.position
    if anchor_pending(db_session(), seat) is None:
        for item, sheet in own_items(db_session(), seat):
            if item.position > here and (sheet is None or sheet.state != SheetState.SUBMITTED):
                return url_for("reviews.sheet", seat_id=seat.id, item_id=item.id)
    return url_for("reviews.my_panel", seat_id=seat.id)


@blueprint.post("/reviews/<int:seat_id>/items/<int:item_id>/autosave")
@signed_in(Role.EXPERT)
def autosave_sheet(seat_id: int, item_id: int) -> FlaskResponse | tuple[FlaskResponse, int]:
    """自动保存, asked by the page's script."""
    place, rubric, form = _posted(seat_id, item_id)
    saved = _save(place, rubric, form)
    if saved is None:
        return jsonify({"problems": sum(bool(field.errors) for field in form)}), 422
    return jsonify({"saved_at": request_now().isoformat(), "version": saved.version})


@blueprint.post("/reviews/<int:seat_id>/submit")
@signed_in(Role.EXPERT)
def submit_sheets(seat_id: int) -> Response | tuple[str, int]:
    """提交全部评分."""
    seat = seat_for(db_session(), current_actor(), seat_id)
    form = SubmitForm()
    if form.validate_on_submit() and attempt(form, operations.submit_sheets, seat):
        flash(_("评分已全部提交，感谢您的评审。"), "success")
        return redirect(url_for("reviews.my_panel", seat_id=seat_id))
    return _progress(seat, form=form), 422
