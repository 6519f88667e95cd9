"""The ranking: who got what from whom, what was dropped, and why the order is as it is."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.audit.queries import history_of
from marketplace.core.actor import Role
from marketplace.core.errors import NotFound
from marketplace.reviews import operations, policy
from marketplace.reviews.forms import VoteForm
from marketplace.reviews.heads import is_person
from marketplace.reviews.models import Panel, Seat
from marketplace.reviews.opinion.reading import is_final
from marketplace.reviews.protocol import protocol_from
from marketplace.reviews.queries.panels import (
    concluded_panel_for,
    item_for,
    items_by_id,
    members_of,
    ranking,
    seats_of,
    sheets_of_item,
)
from marketplace.reviews.queries.workload import count_of_items
from marketplace.reviews.scoring import mark_of
from marketplace.reviews.views.base import blueprint
from marketplace.reviews.workflow import PANEL, PanelState, SeatState
from marketplace.topics.rules import Rubric, rubric_from_dict
from marketplace.web.access import signed_in
from marketplace.web.exports import Sheet, xlsx_response
from marketplace.web.forms import attempt
from marketplace.web.i18n import translate
from marketplace.web.offers import history_rows, stepper
from marketplace.web.paging import page_number, paginate
from marketplace.web.requests import current_actor, db_session

PLOTTED = 12
EXPORTED_AT_ONCE = 200
"""So many lines of a ranking are in memory while it is written."""
PATH = (PanelState.DRAFT, PanelState.SCORING, PanelState.CONCLUDED)


def times_of(panel: Panel) -> dict[str, datetime | None]:
    """When the panel reached each of its states."""
    return {
        PanelState.DRAFT: panel.convened_at,
        PanelState.SCORING: panel.released_at,
        PanelState.CONCLUDED: panel.concluded_at,
    }


def ranking_page(panel: Panel, form: VoteForm | None = None) -> str:
    """排名 of a panel whose result the actor may read: fifty items a page; the traces hold all totals, so no sheet is
    read."""
    session, actor = db_session(), current_actor()
    members, brief = members_of(session, panel.id), panel.result_brief or {}
    rubric = rubric_from_dict(panel.rubric)
    page = paginate(session, ranking(panel.id), page_number(), rows=True, counted=count_of_items(panel.id))
    ties = brief.get("ties", ())
    reader = actor.has(*policy.READERS)
    head = next((member for member in members if member.heads), None)
    return render_template(
        "reviews/ranking.html", panel=panel, brief=brief, head=head,
        heads=head is not None and is_person(actor, head.person_id),
        protocol=protocol_from(panel.protocol),
        topic=panel.topic, rubric=rubric, page=page, members=members,
        rows=_rows(page.items, panel, [seat.id for seat in members], rubric), plot=_plot(page.items[:PLOTTED]),
        ties=_named(ties), form=form or VoteForm(formdata=None), workflow=PANEL, tie_break=_tie_break(rubric),
        voting=policy.may_vote(actor, panel.state, len(ties)), reader=reader,
        opinion_final=not reader and is_final(session, panel.id),
        steps=stepper(PANEL, PATH, panel.state, times_of(panel)),
        history=history_rows(history_of(session, "panel", panel.id)) if reader else [],
    )  # fmt: skip


def _tie_break(rubric: Rubric) -> str:
    """What equal scores are compared by, in words."""
    return translate(next(one.label for one in rubric.criteria if one.code == rubric.tie_break))


def _rows(items: Sequence[Any], panel: Panel, seats: Sequence[int], rubric: Rubric) -> list[dict[str, Any]]:
    """The lines of the ranking as texts; words and addresses that all lines share are looked up once."""
    ends = {"highest": _("去最高"), "lowest": _("去最低")}
    notes = {
        "vote": _("并列，由评审组表决"),
        "tie": _("得分相同，按“%(criterion)s”排序", criterion=_tie_break(rubric)),
        "none": _("没有可计入的评分表"),
    }
    address = url_for("reviews.panel", panel_id=panel.id)
    return [
        {
            "rank": "—" if item.rank is None else item.rank,
            "label": item.label,
            "url": f"{address}/items/{item.id}",
            "total": "—" if item.total is None else f"{item.total:.2f}",
            "cells": _cells(item.trace or {}, seats, ends, _("未计入")),
            "note": notes.get(_why(item.total, item.trace or {}), ""),
        }
        for item in items
    ]


def _cells(
    trace: Mapping[str, Any], seats: Sequence[int], ends: Mapping[str, str], missing: str
) -> list[tuple[str, str]]:
    """Each member's total in her column, with the word for a dropped one."""
    by_seat = {one["seat"]: (one["total"], ends.get(one["dropped"], "")) for one in trace.get("sheets", ())}
    return [by_seat.get(seat, (missing, "")) for seat in seats]


def _why(total: Decimal | None, trace: Mapping[str, Any]) -> str:
    """Why an item stands where it stands: a code for its note."""
    if total is None:
        return "none"
    if trace.get("needs_vote"):
        return "vote"
    return "tie" if trace.get("by_tie_break") else ""


def _plot(items: Sequence[Any]) -> list[dict[str, Any]]:
    """Dots for the chart: the totals of every item that has a score."""
    return [
        {
            "label": item.short_name or item.label,
            "dots": [float(sheet["total"]) for sheet in (item.trace or {}).get("sheets", ())],
            "mean": float(item.total),
        }
        for item in items
        if item.total is not None
    ]


def _named(ties: Sequence[tuple[int, Sequence[int]]]) -> list[dict[str, Any]]:
    """Open ties with their items, for the voting form."""
    known = items_by_id(db_session(), [item for _, group in ties for item in group])
    return [{"rank": rank, "items": [known[item] for item in group]} for rank, group in ties]


@blueprint.post("/panels/<int:panel_id>/vote")
@signed_in(Role.OFFICER)
def panel_vote(panel_id: int) -> Response | tuple[str, int]:
    """记录表决."""
    panel = concluded_panel_for(db_session(), current_actor(), panel_id)
    form = VoteForm()
    if form.validate_on_submit() and attempt(
        form, operations.record_vote, panel, _order(request.form), form.reason.data or ""
    ):
        flash(_("表决结果已记录，名次已更新。"), "success")
        return redirect(url_for("reviews.panel", panel_id=panel_id))
    return ranking_page(panel, form), 422


def _order(posted: Mapping[str, str]) -> list[int]:
    """Item ids by the typed place; a place given twice or left out makes no order."""
    places: dict[int, int] = {}
    for name, value in posted.items():
        raw = name.removeprefix("place_")
        if raw != name and raw.isascii() and raw.isdigit() and value.isascii() and value.isdigit():
            places[int(raw)] = int(value[:6])
    if len(set(places.values())) != len(places):
        return []
    return sorted(places, key=places.__getitem__)


@blueprint.get("/panels/<int:panel_id>/items/<int:item_id>")
@signed_in(*policy.READERS, Role.EXPERT)
def result_item(panel_id: int, item_id: int) -> str:
    """One item with all its sheets, criterion by criterion."""
    session = db_session()
    panel = concluded_panel_for(session, current_actor(), panel_id)
    item = item_for(session, panel, item_id)
    rubric = rubric_from_dict(panel.rubric)
    sheets = sheets_of_item(session, item.id)
    return render_template(
        "reviews/result_item.html", panel=panel, topic=panel.topic, item=item, rubric=rubric, trace=item.trace or {},
        sheets=sheets, marks=[{c.code: mark_of(sheet.marks.get(c.code)) for c in rubric.criteria} for sheet in sheets],
        dropped={one["seat"]: one["dropped"] for one in (item.trace or {}).get("sheets", ())},
    )  # fmt: skip


@blueprint.get("/panels/<int:panel_id>/ranking.xlsx")
@signed_in(*policy.READERS)
def export_ranking(panel_id: int) -> FlaskResponse:
    """导出排名: ranking, announced rule and fingerprint."""
    session, actor = db_session(), current_actor()
    if not actor.has(*policy.READERS):
        raise NotFound
    panel = concluded_panel_for(session, actor, panel_id)
    members = [seat for seat in seats_of(session, panel.id) if seat.state == SeatState.CONFIRMED]
    rubric = rubric_from_dict(panel.rubric)
    sheets = (_ranking_sheet(panel, members, rubric), _rule_sheet(panel, rubric))
    name = _("评审排名_%(code)s.xlsx", code=panel.topic.code)
    return xlsx_response(name, sheets, "panel", panel.id)


def _ranking_sheet(panel: Panel, members: Sequence[Seat], rubric: Rubric) -> Sheet:
    headings = [_("名次"), _("评审对象"), _("得分"), *(seat.expert.person.name for seat in members)]
    headings += [
        _("去掉最高"),
        _("去掉最低"),
        *(translate(criterion.label) for criterion in rubric.criteria),
        _("说明"),
    ]
    widths = (6, 36, 10, *([10] * len(members)), 10, 10, *([12] * len(rubric.criteria)), 24)
    found = db_session().execute(ranking(panel.id).execution_options(yield_per=EXPORTED_AT_ONCE))
    rows = _ranking_lines(found, [seat.id for seat in members], rubric)
    return Sheet(_("排名"), headings, rows, widths)


def _ranking_lines(rows: Iterable[Any], seats: Sequence[int], rubric: Rubric) -> Iterator[list[Any]]:
    codes = [criterion.code for criterion in rubric.criteria]
    for row in rows:
        rank, label, total, trace = row.rank, row.label, row.total, row.trace or {}
        totals = {one["seat"]: Decimal(one["total"]) for one in trace.get("sheets", ())}
        ends = {one["dropped"]: Decimal(one["total"]) for one in trace.get("sheets", ()) if one["dropped"]}
        shares = trace.get("contributions", {})
        yield [
            rank, label, total, *(totals.get(seat) for seat in seats), ends.get("highest"), ends.get("lowest"),
            *(Decimal(shares[code]) if code in shares else None for code in codes), _note(total, trace, rubric),
        ]  # fmt: skip


def _note(total: Decimal | None, trace: Mapping[str, Any], rubric: Rubric) -> str:
    why = _why(total, trace)
    if why == "vote":
        return str(_("并列，由评审组表决"))
    return str(_("得分相同，按“%(criterion)s”排序", criterion=_tie_break(rubric))) if why == "tie" else ""


def _rule_sheet(panel: Panel, rubric: Rubric) -> Sheet:
    lines = [(translate(criterion.label), criterion.weight) for criterion in rubric.criteria]
    votes = [(_("表决"), vote["reason"]) for vote in (panel.result or {}).get("votes", ())]
    facts = [
        (_("达到此份数起去掉一个最高和一个最低总分"), panel.trim_from),
        (_("形成时间"), panel.concluded_at),
        (_("规程指纹（SHA-256）"), panel.protocol_sha256 or ""),
        (_("结果指纹（SHA-256）"), (panel.result or {}).get("sha256", "")),
    ]
    return Sheet(_("规则"), (_("评审指标"), _("权重")), [*lines, *facts, *votes], (28, 66))
