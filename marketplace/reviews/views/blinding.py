"""盲评核查: what experts of a blind panel will read, what may still tell who wrote it, and the decisions about it."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import select
from werkzeug.wrappers import Response

from marketplace.core.actor import Role
from marketplace.core.dataclass import dataclass
from marketplace.core.errors import NotFound
from marketplace.reviews import operations, policy
from marketplace.reviews.blind.checks import BlindItem, blind_item, blind_items
from marketplace.reviews.blind.leads import LEAD_LABELS
from marketplace.reviews.codes import follows_seed
from marketplace.reviews.forms import HIDDEN_LABELS, WordsForm
from marketplace.reviews.models import BlindMark, Panel, PanelItem
from marketplace.reviews.presentation import file_label, item_labels, spoken
from marketplace.reviews.protocol import protocol_from
from marketplace.reviews.queries.panels import item_for, items_of, panel_for
from marketplace.reviews.views.base import blueprint
from marketplace.reviews.workflow import BlindDecision
from marketplace.web.access import signed_in
from marketplace.web.forms import Form, attempt
from marketplace.web.requests import current_actor, db_session

MOST_SHOWN = 5
"""So many passages are shown with a lead; the rest is counted."""


@dataclass(slots=True)
class Forms:
    """The forms of one item's page; the one that was posted comes back with its problems."""

    words: WordsForm | None = None
    leads: Form | None = None

    @property
    def posted(self) -> Form | None:
        return self.words or self.leads


def _loaded(panel_id: int) -> Panel:
    """A blind panel; of every other one this page does not exist."""
    panel = panel_for(db_session(), current_actor(), panel_id)
    if not protocol_from(panel.protocol).blind:
        raise NotFound
    return panel


@blueprint.get("/panels/<int:panel_id>/blinding")
@signed_in(*policy.READERS)
def panel_blinding(panel_id: int) -> str:
    """盲评核查 of a panel: how far each item is."""
    session, actor, panel = db_session(), current_actor(), _loaded(panel_id)
    items = sorted(items_of(session, panel.id), key=lambda item: item.position)
    found = blind_items(session, panel, items)
    return render_template(
        "reviews/blinding.html", panel=panel, topic=panel.topic, rows=[_row(one) for one in found],
        labels=item_labels(actor, panel, items), left=sum(len(one.open_leads) for one in found),
        seed=protocol_from(panel.protocol).blind_seed, 
        repeats=follows_seed([item.subject_id for item in items], protocol_from(panel.protocol)),
    )  # fmt: skip


def _row(one: BlindItem) -> dict[str, Any]:
    return {
        "item": one.item,
        "open": len(one.open_leads),
        "harmless": len(one.of(BlindDecision.HARMLESS)),
        "hidden": len(one.of(BlindDecision.HIDE)),
        "files": len(one.files),
        "cleared": sum(mark is not None for _file, mark in one.files),
    }


@blueprint.get("/panels/<int:panel_id>/blinding/<int:item_id>")
@signed_in(*policy.READERS)
def panel_blind_item(panel_id: int, item_id: int) -> str:
    """One item as the experts will read it, with its leads."""
    panel = _loaded(panel_id)
    return _page(panel, item_for(db_session(), panel, item_id), Forms())


def _page(panel: Panel, item: PanelItem, forms: Forms) -> str:
    session, actor = db_session(), current_actor()
    found = blind_item(session, panel, item)
    return render_template(
        "reviews/blind_item.html", panel=panel, topic=panel.topic, item=item, found=found, most=MOST_SHOWN,
        label=item_labels(actor, panel, [item])[item.id], lead_labels=LEAD_LABELS, hidden_labels=HIDDEN_LABELS,
        harmless=found.of(BlindDecision.HARMLESS), hidden=found.of(BlindDecision.HIDE), files=_files(panel, found),
        form=forms.posted, words=forms.words or WordsForm(formdata=None), reading=_reading(panel, found),
        deciding=policy.may_blind(actor, panel.state, True),
        withdrawing=policy.may_withdraw_mark(actor, panel.state, True), following=_following(panel, item),
    )  # fmt: skip


def _files(panel: Panel, found: BlindItem) -> list[dict[str, Any]]:
    return [
        {
            "file": file,
            "mark": mark,
            "name": file_label(found.item, number, file.name),
            "url": url_for("files.download", attachment_id=file.id, name=file.name),
        }
        for number, (file, mark) in enumerate(found.files, 1)
    ]


def _reading(panel: Panel, found: BlindItem) -> Markup:
    files = [
        {"name": one["name"], "size": one["file"].size, "url": one["url"]}
        for one in _files(panel, found)
        if one["mark"] is not None
    ]
    template, context = found.document(files, spoken)
    return Markup(render_template(template, **context))  # noqa: S704 - our own template


def _following(panel: Panel, item: PanelItem) -> int | None:
    """The item after this one."""
    query = select(PanelItem.id).where(
        PanelItem.panel_id == panel.id, PanelItem.position == item.position + 1
    )
    return db_session().scalar(query)


def _back(panel: Panel, item: PanelItem) -> Response:
    return redirect(url_for("reviews.panel_blind_item", panel_id=panel.id, item_id=item.id))


@blueprint.post("/panels/<int:panel_id>/blinding/<int:item_id>/leads")
@signed_in(Role.OFFICER)
def panel_settle_leads(panel_id: int, item_id: int) -> Response | tuple[str, int]:
    """处理勾选的线索."""
    panel, form = _loaded(panel_id), Form()
    item = item_for(db_session(), panel, item_id)
    keys, hide = set(request.form.getlist("leads")), "hide" in request.form
    if form.validate_on_submit() and attempt(form, operations.settle_leads, panel, item, keys, hide):
        flash(_("已隐去勾选的文字。") if hide else _("已记录：勾选的文字不泄露身份。"), "success")
        return _back(panel, item)
    return _page(panel, item, Forms(leads=form)), 422


@blueprint.post("/panels/<int:panel_id>/blinding/<int:item_id>/words")
@signed_in(Role.OFFICER)
def panel_hide_words(panel_id: int, item_id: int) -> Response | tuple[str, int]:
    """补充隐去."""
    panel, form = _loaded(panel_id), WordsForm()
    item = item_for(db_session(), panel, item_id)
    if form.validate_on_submit() and attempt(
        form, operations.hide_words, panel, item, form.words.data or "", form.kind.data
    ):
        flash(_("已隐去勾选的文字。"), "success")
        return _back(panel, item)
    return _page(panel, item, Forms(words=form)), 422


@blueprint.post("/panels/<int:panel_id>/blinding/<int:item_id>/files/<int:attachment_id>")
@signed_in(Role.OFFICER)
def panel_clear_file(panel_id: int, item_id: int, attachment_id: int) -> Response | tuple[str, int]:
    """附件核查."""
    panel, form = _loaded(panel_id), Form()
    item = item_for(db_session(), panel, item_id)
    readable = request.form.get("readable") == "1"
    if form.validate_on_submit() and attempt(
        form, operations.clear_file, panel, item, attachment_id, readable
    ):
        flash(_("专家可以查看这份附件。") if readable else _("专家不能查看这份附件。"), "success")
        return _back(panel, item)
    return _page(panel, item, Forms(leads=form)), 422


@blueprint.post("/panels/<int:panel_id>/blinding/<int:item_id>/marks/<int:mark_id>/withdraw")
@signed_in(Role.OFFICER)
def panel_withdraw_mark(panel_id: int, item_id: int, mark_id: int) -> Response | tuple[str, int]:
    """撤销处理."""
    panel, form = _loaded(panel_id), Form()
    item = item_for(db_session(), panel, item_id)
    query = select(BlindMark).where(BlindMark.id == mark_id, BlindMark.item_id == item.id)
    mark = db_session().scalar(query.where(BlindMark.what != BlindDecision.FILE))
    if mark is None:
        raise NotFound
    if form.validate_on_submit() and attempt(form, operations.withdraw_mark, panel, mark):
        flash(_("已撤销。"), "success")
        return _back(panel, item)
    return _page(panel, item, Forms(leads=form)), 422
