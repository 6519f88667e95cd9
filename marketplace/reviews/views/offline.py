"""离线评分表: download, upload, trial run, confirmation; by the expert herself only."""

import io
from collections.abc import Mapping
from typing import Any

from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from marketplace.core.actor import Role
from marketplace.core.errors import NotFound
from marketplace.core.text import N_
from marketplace.core.verdict import Verdict, require
from marketplace.files.models import PendingFile
from marketplace.files.pending import pending_of
from marketplace.files.sniffing import BadFile
from marketplace.files.tables import MOST_BYTES
from marketplace.reviews import operations
from marketplace.reviews.forms import WorkbookForm, choices_form, chosen
from marketplace.reviews.models import Seat
from marketplace.reviews.offline.identity import require_own
from marketplace.reviews.offline.plan import CHANGES, TONES, Change, Plan, plan_for
from marketplace.reviews.offline.reading import OPINION, Filled, read_filled
from marketplace.reviews.offline.standing import Desk, desk_of
from marketplace.reviews.offline.workbook import workbook_for
from marketplace.reviews.operations.offline import WORKBOOK
from marketplace.reviews.policy import may_score
from marketplace.reviews.presentation import item_labels
from marketplace.reviews.queries.own import seat_for
from marketplace.reviews.views.base import blueprint
from marketplace.reviews.workflow import SeatState
from marketplace.web.access import signed_in
from marketplace.web.exports import XLSX, attachment_headers, note_export
from marketplace.web.formats import until_text
from marketplace.web.forms import Form, attempt
from marketplace.web.i18n import speaks_english, translate
from marketplace.web.requests import current_actor, db_session, request_now
from marketplace.web.runtime import runtime

MOST_FAULTS = 200
"""How many faults a page lists."""


def _desk(seat_id: int) -> Desk:
    """The expert's own items, once she has declared her independence."""
    seat = seat_for(db_session(), current_actor(), seat_id)
    if seat.state != SeatState.CONFIRMED:
        raise NotFound
    return desk_of(db_session(), current_actor(), seat)


def _scoring(seat: Seat) -> Verdict:
    return may_score(current_actor(), seat.expert.person_id, seat.panel.state, seat.state)


@blueprint.get("/reviews/<int:seat_id>/offline")
@signed_in(Role.EXPERT)
def offline(seat_id: int) -> str:
    """离线评分: where the workbook is fetched and brought back."""
    return _page(_desk(seat_id), WorkbookForm(formdata=None))


def _page(desk: Desk, form: WorkbookForm) -> str:
    return render_template(
        "reviews/offline.html", seat=desk.seat, panel=desk.seat.panel, desk=desk, form=form,
        scoring=_scoring(desk.seat), kept=_kept_files(desk.seat), megabytes=MOST_BYTES // (1024 * 1024),
    )  # fmt: skip


def _kept_files(seat: Seat) -> list[PendingFile]:
    return list(pending_of(db_session(), current_actor().person_id, WORKBOOK, seat.id, request_now()))


@blueprint.get("/reviews/<int:seat_id>/offline/sheets.xlsx")
@signed_in(Role.EXPERT)
def offline_workbook(seat_id: int) -> FlaskResponse:
    """下载离线评分表."""
    desk = _desk(seat_id)
    require(_scoring(desk.seat))
    address = runtime().settings.base_url + url_for("reviews.offline", seat_id=seat_id)
    body = workbook_for(desk, _labels(desk), address, until_text(desk.seat.panel.due_at, speaks_english()))
    name = _("离线评分表_%(code)s.xlsx", code=desk.seat.panel.topic.code)
    note_export(name, "panel", desk.seat.panel_id)
    return FlaskResponse(body, headers=attachment_headers(name), content_type=XLSX)


@blueprint.post("/reviews/<int:seat_id>/offline")
@signed_in(Role.EXPERT)
def check_offline(seat_id: int) -> Response | tuple[str, int] | str:
    """试导入: a good file is kept and shown row by row, with a question about each item that the page has changed too;
    a faulty one is only shown."""
    desk, form = _desk(seat_id), WorkbookForm()
    require(_scoring(desk.seat))
    filled = _uploaded(desk, form) if form.validate_on_submit() else None
    if filled is None:
        return _page(desk, form), 422
    plan = plan_for(desk, filled)
    if plan.faults:
        return _check_page(desk, plan, form), 422
    if not plan.taken and not plan.conflicts:
        return _check_page(desk, plan, form)
    if not attempt(form, operations.keep_workbook, desk.seat, form.file.data):
        return _page(_desk(seat_id), form), 422
    kept = _kept_files(desk.seat)[0]
    return redirect(url_for("reviews.offline_check", seat_id=seat_id, sha256=kept.sha256))


def _uploaded(desk: Desk, form: WorkbookForm) -> Filled | None:
    """What the file says, or None with the problem beside the field."""
    upload: Any = form.file.data
    try:
        if not isinstance(upload, FileStorage) or not (upload.filename or "").lower().endswith(".xlsx"):
            raise BadFile(N_("请选择下载的 .xlsx 文件；用别的格式保存的，请另存为 .xlsx"))
        return _read(desk, upload.stream.read())
    except BadFile as error:
        name = getattr(upload, "filename", "") or ""
        form.file.errors = [translate(error.message, {**error.params, "file": name})]
        return None


def _read(desk: Desk, content: bytes) -> Filled:
    filled = read_filled(io.BytesIO(content))
    require_own(filled.identity, desk.seat)
    return filled


@blueprint.get("/reviews/<int:seat_id>/offline/<sha256>")
@signed_in(Role.EXPERT)
def offline_check(seat_id: int, sha256: str) -> str:
    """检查结果 of the kept file; nothing is saved yet."""
    desk, filled, file = _kept(seat_id, sha256)
    plan = plan_for(desk, filled)
    return _check_page(desk, plan, _choices(desk, plan), file)


def _choices(desk: Desk, plan: Plan, posted: bool = False) -> Form:
    """The form of the confirmation, with a question about each conflict."""
    names = _numbered(desk)
    asked = {one.standing.item.id: one.standing for one in plan.conflicts}
    return choices_form({item: (names[item], one.version) for item, one in asked.items()}, posted)


def _kept(seat_id: int, sha256: str) -> tuple[Desk, Filled, PendingFile]:
    desk = _desk(seat_id)
    file = next((one for one in _kept_files(desk.seat) if one.sha256 == sha256), None)
    if file is None or not runtime().files.exists(sha256):
        raise NotFound(N_("检查过的评分表已不在，请重新上传"))
    with runtime().files.open(sha256) as stream:
        content = stream.read()
    try:
        return desk, _read(desk, content), file
    except BadFile as error:
        raise NotFound(N_("检查过的评分表已不在，请重新上传")) from error


@blueprint.post("/reviews/<int:seat_id>/offline/<sha256>")
@signed_in(Role.EXPERT)
def import_offline(seat_id: int, sha256: str) -> Response | tuple[str, int]:
    """确认保存: exactly what the kept file says and was chosen, all of it or nothing."""
    desk, filled, _file = _kept(seat_id, sha256)
    form = _choices(desk, plan_for(desk, filled), posted=True)
    if form.validate_on_submit() and attempt(
        form, operations.import_sheets, desk.seat, filled, sha256, chosen(form)
    ):
        flash(_("已保存为草稿。请核对，全部评完后在本页提交。"), "success")
        return redirect(url_for("reviews.my_panel", seat_id=seat_id))
    desk, filled, file = _kept(seat_id, sha256)
    return _check_page(desk, plan_for(desk, filled), form, file), 422


def _check_page(desk: Desk, plan: Plan, form: Form, file: PendingFile | None = None) -> str:
    shown = [line for line in plan.lines if line.change != Change.SAME]
    return render_template(
        "reviews/offline_check.html", seat=desk.seat, panel=desk.seat.panel, plan=plan, form=form, file=file,
        lines=shown, unchanged=len(plan.lines) - len(shown), faults=plan.faults[:MOST_FAULTS],
        labels=_numbered(desk), criteria=_criteria(desk), changes=CHANGES, tones=TONES,
    )  # fmt: skip


def _labels(desk: Desk) -> Mapping[int, str]:
    """What the items are called before her: only those that are hers to score now."""
    items = (one.item for one in desk.items.values())
    return item_labels(current_actor(), desk.seat.panel, items, member=True)


def _numbered(desk: Desk) -> Mapping[int, str]:
    return {key: f"{desk.items[key].item.position}. {label}" for key, label in _labels(desk).items()}


def _criteria(desk: Desk) -> Mapping[str, str]:
    named = {criterion.code: translate(criterion.label) for criterion in desk.rubric.criteria}
    return {**named, OPINION: _("总体意见")}
