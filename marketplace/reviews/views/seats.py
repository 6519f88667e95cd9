"""One member of a panel as the office sees her: what is hers and what is in, no marks; and reopening a sheet."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from marketplace.core.actor import Role
from marketplace.core.errors import NotFound
from marketplace.reviews import operations, policy
from marketplace.reviews.forms import ReasonForm
from marketplace.reviews.models import Panel, PanelItem, ReopeningProposal, ScoreSheet, Seat
from marketplace.reviews.presentation import item_labels
from marketplace.reviews.proposals import proposals_of
from marketplace.reviews.queries.own import own_items
from marketplace.reviews.queries.panels import panel_for
from marketplace.reviews.views.base import blueprint
from marketplace.reviews.workflow import PanelState
from marketplace.web.access import signed_in
from marketplace.web.forms import attempt
from marketplace.web.requests import current_actor, db_session


@blueprint.get("/panels/<int:panel_id>/seats/<int:seat_id>")
@signed_in(*policy.READERS)
def panel_seat(panel_id: int, seat_id: int) -> str:
    """一位专家的评审进度."""
    return _page(*_loaded(panel_id, seat_id))


def _loaded(panel_id: int, seat_id: int) -> tuple[Panel, Seat]:
    panel = panel_for(db_session(), current_actor(), panel_id)
    seat = db_session().scalar(select(Seat).where(Seat.id == seat_id, Seat.panel_id == panel.id))
    if seat is None or panel.state == PanelState.DRAFT:
        raise NotFound
    return panel, seat


def _page(panel: Panel, seat: Seat, form: ReasonForm | None = None) -> str:
    waiting = {
        one.sheet_id: one
        for one in proposals_of(db_session(), panel.id)
        if one.taken is None and panel.state == PanelState.SCORING
    }
    rows = [_row(panel, seat, item, sheet, waiting) for item, sheet in own_items(db_session(), seat)]
    return render_template(
        "reviews/seat.html", panel=panel, topic=panel.topic, seat=seat, rows=rows,
        labels=item_labels(current_actor(), panel, (row["item"] for row in rows)),
        form=form or ReasonForm(formdata=None),
    )  # fmt: skip


def _row(
    panel: Panel,
    seat: Seat,
    item: PanelItem,
    sheet: ScoreSheet | None,
    waiting: Mapping[int, ReopeningProposal],
) -> dict[str, Any]:
    state = "" if sheet is None else sheet.state
    reopening = policy.may_reopen(current_actor(), panel.convened_by, panel.state, seat.state, state)
    proposal = None if sheet is None else waiting.get(sheet.id)
    return {"item": item, "sheet": sheet, "state": state, "reopening": reopening, "proposal": proposal}


@blueprint.post("/panels/<int:panel_id>/seats/<int:seat_id>/items/<int:item_id>/reopen")
@signed_in(Role.OFFICER)
def panel_reopen_sheet(panel_id: int, seat_id: int, item_id: int) -> Response | tuple[str, int]:
    """重开评分表."""
    panel, seat = _loaded(panel_id, seat_id)
    sheet = db_session().scalar(
        select(ScoreSheet).where(ScoreSheet.seat_id == seat.id, ScoreSheet.item_id == item_id)
    )
    if sheet is None:
        raise NotFound
    form = ReasonForm()
    if form.validate_on_submit() and attempt(form, operations.reopen_sheet, sheet, form.reason.data or ""):
        flash(_("评分表已重开，已通知专家。"), "success")
        return redirect(url_for("reviews.panel_seat", panel_id=panel.id, seat_id=seat.id))
    return _page(panel, seat, form), 422


@blueprint.post("/panels/<int:panel_id>/seats/<int:seat_id>/proposals/<int:proposal_id>/decline")
@signed_in(Role.OFFICER)
def panel_decline_reopening(panel_id: int, seat_id: int, proposal_id: int) -> Response | tuple[str, int]:
    """不采纳重开建议."""
    panel, seat = _loaded(panel_id, seat_id)
    found = [one for one in proposals_of(db_session(), panel.id) if one.id == proposal_id]
    if not found or found[0].sheet.seat_id != seat.id:
        raise NotFound
    form = ReasonForm()
    if form.validate_on_submit() and attempt(
        form, operations.decline_reopening, found[0], form.reason.data or ""
    ):
        flash(_("已答复组长。"), "success")
        return redirect(url_for("reviews.panel_seat", panel_id=panel.id, seat_id=seat.id))
    return _page(panel, seat, form), 422
