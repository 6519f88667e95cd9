"""主持人页: what the sheets of a concluded panel say, its meeting's notes and votes."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.computations.queries import latest
from marketplace.core.actor import Role
from marketplace.core.dataclass import dataclass
from marketplace.core.errors import NotFound
from marketplace.reviews import policy
from marketplace.reviews.analysis import operations
from marketplace.reviews.analysis.forms import WHOLE_PANEL, MeetingVoteForm, NoteForm
from marketplace.reviews.analysis.meeting import open_disputes
from marketplace.reviews.analysis.plots import dot_plot, heat_map, range_plot
from marketplace.reviews.analysis.presentation import (
    expert_rows,
    hint_sentences,
    in_order,
    item_rows,
    names_for,
)
from marketplace.reviews.analysis.reading import KIND, Note, analysis_of, notes_of
from marketplace.reviews.analysis.words import BANDS, ICC_BANDS, MEANINGS, WARNINGS, summary
from marketplace.reviews.heads import head_of, is_head
from marketplace.reviews.models import Panel, PanelItem
from marketplace.reviews.opinion.reading import is_final
from marketplace.reviews.protocol import protocol_from
from marketplace.reviews.queries.panels import concluded_panel_for, items_of, panel_for, seats_of
from marketplace.reviews.views.base import blueprint
from marketplace.reviews.workflow import NOTE_KINDS, NoteKind, PanelState, SeatState
from marketplace.web.access import signed_in
from marketplace.web.forms import Form, attempt
from marketplace.web.i18n import speaks_english, translate, translate_problem
from marketplace.web.requests import current_actor, current_uow, db_session


@dataclass(slots=True)
class Forms:
    """The forms of the page; the one that was posted comes back with its problems."""

    note: NoteForm | None = None
    vote: MeetingVoteForm | None = None

    @property
    def posted(self) -> Form | None:
        return self.note or self.vote


def _loaded(panel_id: int) -> Panel:
    """A concluded panel; for everybody else, and before its result, the page does not exist."""
    panel = concluded_panel_for(db_session(), current_actor(), panel_id)
    if not policy.may_read_analysis(current_actor(), panel.state, _heads(panel)):
        raise NotFound
    return panel


def _heads(panel: Panel) -> bool:
    """Whether the reader is the panel's head."""
    return current_actor().has(Role.EXPERT) and is_head(current_actor(), head_of(db_session(), panel.id))


@blueprint.get("/panels/<int:panel_id>/analysis")
@signed_in(*policy.READERS, Role.EXPERT)
def panel_analysis(panel_id: int) -> str:
    """评分分析."""
    return _page(_loaded(panel_id), Forms())


def _page(panel: Panel, forms: Forms) -> str:
    session, actor = db_session(), current_actor()
    seats = [seat for seat in seats_of(session, panel.id) if seat.state == SeatState.CONFIRMED]
    items, notes = items_of(session, panel.id), notes_of(session, panel.id)
    analysis = analysis_of(session, panel)
    record = None if analysis is None else analysis.record
    final = is_final(session, panel.id)
    disputes = open_disputes(panel.result, record)
    with_people = policy.names_experts(actor)
    names = names_for(panel, seats, items, english=speaks_english(), with_people=with_people)
    heads = _heads(panel)
    shown = {} if record is None else _shown(panel, record, items, names)
    return render_template(
        "reviews/analysis.html", panel=panel, topic=panel.topic, protocol=protocol_from(panel.protocol),
        analysis=analysis, record=record, names=names, seats=seats, items=items, notes=notes, disputes=disputes,
        computation=latest(session, KIND, "panel", panel.id), kinds=NOTE_KINDS, posted=forms.posted,
        note_form=forms.note or _note_form(items, notes), vote_form=forms.vote or _vote_form(disputes, names.items),
        writing=policy.may_write_note(actor, panel.state, final, heads), opinion_final=final,
        heads=heads, reader=actor.has(*policy.READERS), severity=policy.reads_severity(actor),
        analysing=policy.may_analyse(actor, panel.state),
        voting=policy.may_vote_in_meeting(actor, panel.state, len(disputes)), with_people=with_people,
        summary=[] if record is None else _summary(record, len(disputes)), **shown,
    )  # fmt: skip


def _summary(record: Mapping[str, Any], open_items: int) -> list[tuple[str, str]]:
    return [(tone, translate_problem(said)) for tone, said in summary(record, open_items)]


def _shown(panel: Panel, record: Mapping[str, Any], items: Any, names: Any) -> dict[str, Any]:
    """What the page shows of a record."""
    ordered = in_order(record, items)
    seats = [one["seat"] for one in record["experts"] if one["seat"] in names.letters]
    columns = sorted(seats, key=lambda seat: list(names.letters).index(seat))
    return {
        "rows": item_rows(record, panel, items, names),
        "experts": expert_rows(record, names),
        "hints": hint_sentences(record, names),
        "warnings": [translate(text) for code, text in WARNINGS.items() if code in record["warnings"]],
        "meanings": MEANINGS,
        "bands": BANDS,
        "icc_bands": ICC_BANDS,
        "dots": dot_plot(ordered),
        "ranges": range_plot(ordered, record["parameters"]["places"]),
        "heat": heat_map(ordered, columns),
        "columns": columns,
    }


def _note_form(items: Any, notes: Mapping[Any, list[Note]], formdata: Any = None) -> NoteForm:
    """The form, filled with the text that the address names (``about`` and ``kind``), if there is one."""
    form = NoteForm(formdata=formdata)
    form.item_id.choices = [(WHOLE_PANEL, _("整个评审组")), *((item.id, item.label) for item in items)]
    form.kind.choices = [(str(kind), translate(label)) for kind, label in NOTE_KINDS.items()]
    if formdata is None:
        about, kind = request.args.get("about", type=int), request.args.get("kind", "")
        known = about in {one for one, _label in form.item_id.choices}
        form.item_id.data = about if known else WHOLE_PANEL
        form.kind.data = kind if kind in set(NOTE_KINDS) else str(NoteKind.DISCUSSION)
        before = notes.get((form.about(), form.kind.data), [])
        form.text.data = before[0].text if before else ""
        form.version.data = str(before[0].number) if before else "0"
        form.opened.data = form.key()
    return form


def _vote_form(disputes: list[int], labels: Mapping[int, str], formdata: Any = None) -> MeetingVoteForm:
    form = MeetingVoteForm(formdata=formdata)
    form.item.choices = [(item, labels[item]) for item in disputes]
    return form


def _back(panel: Panel, anchor: str) -> Response:
    return redirect(url_for("reviews.panel_analysis", panel_id=panel.id, _anchor=anchor))


@blueprint.post("/panels/<int:panel_id>/analysis")
@signed_in(Role.OFFICER, Role.APPROVER)
def panel_request_analysis(panel_id: int) -> Response:
    """重新分析."""
    panel = panel_for(db_session(), current_actor(), panel_id)
    operations.request_analysis(current_uow(), panel)
    flash(_("已提交后台计算，完成后结果显示在本页。"), "success")
    if panel.state == PanelState.CONCLUDED:
        return _back(panel, "status")
    return redirect(url_for("reviews.panel", panel_id=panel.id))


@blueprint.post("/panels/<int:panel_id>/analysis/notes")
@signed_in(Role.OFFICER, Role.EXPERT)
def panel_write_note(panel_id: int) -> Response | tuple[str, int]:
    """记录评审会讨论."""
    panel = _loaded(panel_id)
    items: list[PanelItem] = list(items_of(db_session(), panel.id))
    form = _note_form(items, {}, request.form)
    if form.validate_on_submit() and attempt(
        form, operations.write_note, panel, form.about(), form.kind.data, form.text.data or "", form.seen()
    ):
        flash(_("已保存。"), "success")
        return _back(panel, "notes")
    return _page(panel, Forms(note=form)), 422


@blueprint.post("/panels/<int:panel_id>/analysis/votes")
@signed_in(Role.OFFICER)
def panel_meeting_vote(panel_id: int) -> Response | tuple[str, int]:
    """会议审议表决."""
    session, panel = db_session(), _loaded(panel_id)
    analysis = analysis_of(session, panel)
    disputes = open_disputes(panel.result, None if analysis is None else analysis.record)
    labels = {item.id: item.label for item in items_of(session, panel.id)}
    members = sum(seat.state == SeatState.CONFIRMED for seat in seats_of(session, panel.id))
    form = _vote_form(disputes, labels, request.form)
    if form.validate_on_submit() and attempt(
        form, operations.record_meeting_vote, panel, form.item.data, form.vote(), members
    ):
        flash(_("表决结果已记录。"), "success")
        return _back(panel, "meeting")
    return _page(panel, Forms(vote=form)), 422
