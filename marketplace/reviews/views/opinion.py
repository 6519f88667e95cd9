"""专家组意见书: what it says, what is missing, the chair's two verbs, and the file."""

from datetime import datetime

from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import HiddenField
from wtforms.validators import DataRequired

from marketplace.core.actor import Role
from marketplace.core.docx import MEDIA_TYPE
from marketplace.core.errors import NotFound
from marketplace.core.verdict import YES
from marketplace.organisations.models import Person
from marketplace.reviews import policy
from marketplace.reviews.heads import head_of, is_head
from marketplace.reviews.models import Panel, PanelOpinion
from marketplace.reviews.opinion import operations
from marketplace.reviews.opinion.confirming import confirm_opinion
from marketplace.reviews.opinion.document import written
from marketplace.reviews.opinion.gathering import without_names
from marketplace.reviews.opinion.reading import (
    Version,
    draft_of,
    final_of,
    opinion_of,
    readiness_of,
    version_for,
)
from marketplace.reviews.opinion.words import label_of, number_of
from marketplace.reviews.queries.panels import concluded_panel_for
from marketplace.reviews.views.base import blueprint
from marketplace.reviews.workflow import OPINION, NoteKind
from marketplace.web.access import signed_in
from marketplace.web.exports import attachment_headers, note_export
from marketplace.web.forms import Form, LongTextField, attempt
from marketplace.web.i18n import speaks_english
from marketplace.web.requests import current_actor, db_session


class SeenForm(Form):
    """组长确认: ``seen`` is the fingerprint of what the page showed."""

    seen = HiddenField()


class FinaliseForm(SeenForm):
    """意见书定稿, with the reason where the head's word is not waited for."""

    without = LongTextField(
        _l("不等组长确认的原因"),
        most=operations.REASON_LIMIT,
        description=_l("例如：多次联系组长未得答复。原因随意见书存档，并印在签字处。"),
    )


class TakeBackForm(Form):
    """收回意见书."""

    reason = LongTextField(
        _l("收回的原因"),
        [DataRequired(_l("请填写收回的原因，500字以内"))],
        most=operations.REASON_LIMIT,
        description=_l("收回后可以修改各段意见，再次定稿为下一版；原来的一版留存备查。"),
    )


def _loaded(panel_id: int) -> tuple[Panel, PanelOpinion | None]:
    """A concluded panel with its opinion; members know of it once it is final."""
    session, actor = db_session(), current_actor()
    panel = concluded_panel_for(session, actor, panel_id)
    opinion = opinion_of(session, panel.id)
    heads = is_head(actor, head_of(session, panel.id))
    if not policy.may_read_opinion(actor, final_of(opinion) is not None, heads):
        raise NotFound
    return panel, opinion


def _standing(panel: Panel, opinion: PanelOpinion | None) -> Version:
    """The final version, or the draft as it is now."""
    return final_of(opinion) or draft_of(db_session(), panel, opinion)


@blueprint.get("/panels/<int:panel_id>/opinion")
@signed_in(*policy.READERS, Role.EXPERT)
def panel_opinion(panel_id: int) -> str:
    """专家组意见书."""
    return _page(*_loaded(panel_id))


def _page(
    panel: Panel, opinion: PanelOpinion | None, finalising: FinaliseForm | None = None,
    taking_back: TakeBackForm | None = None, confirming: SeenForm | None = None,
) -> str:  # fmt: skip
    session, actor = db_session(), current_actor()
    shown, final = _standing(panel, opinion), final_of(opinion) is not None
    ready = YES if final else readiness_of(session, panel)
    head = head_of(session, panel.id)
    heads, confirmed = is_head(actor, head), shown.confirmation is not None
    by = None if opinion is None else session.get(Person, opinion.finalised_by or 0)
    return render_template(
        "reviews/opinion.html", panel=panel, topic=panel.topic, opinion=opinion, shown=shown, content=shown.content,
        final=final, number=number_of(shown.content), by=by, workflow=OPINION, reader=actor.has(*policy.READERS),
        conclusion=NoteKind.CONCLUSION,
        labels={one["id"]: label_of(one, shown.content) for one in shown.content["items"]},
        form=finalising or taking_back or confirming, head=head, heads=heads, confirmation=shown.confirmation,
        confirmed_at=datetime.fromisoformat(shown.confirmation["at"]) if shown.confirmation else None,
        finalise_form=finalising or FinaliseForm(formdata=None, data={"seen": shown.sha256}),
        confirm_form=confirming or SeenForm(formdata=None, data={"seen": shown.sha256}),
        confirming=policy.may_confirm_opinion(heads, panel.state, final, ready, confirmed),
        take_back_form=taking_back or TakeBackForm(formdata=None),
        finalising=policy.may_finalise_opinion(actor, panel.convened_by, panel.state, final, ready),
        taking_back=policy.may_reopen_opinion(actor, panel.convened_by, final),
        writing=policy.may_write_note(actor, panel.state, final, heads),
    )  # fmt: skip


@blueprint.post("/panels/<int:panel_id>/opinion")
@signed_in(Role.OFFICER)
def panel_finalise_opinion(panel_id: int) -> Response | tuple[str, int]:
    """意见书定稿."""
    panel, opinion = _loaded(panel_id)
    form = FinaliseForm()
    if form.validate_on_submit() and attempt(
        form, operations.finalise_opinion, panel, form.seen.data or "", form.without.data or ""
    ):
        flash(_("专家组意见书已定稿，可以下载打印签字。"), "success")
        return _back(panel)
    form.seen.data = _standing(panel, opinion).sha256
    return _page(panel, opinion, finalising=form), 422


@blueprint.post("/panels/<int:panel_id>/opinion/confirm")
@signed_in(Role.EXPERT)
def panel_confirm_opinion(panel_id: int) -> Response | tuple[str, int]:
    """组长确认意见书."""
    panel, opinion = _loaded(panel_id)
    form = SeenForm()
    if form.validate_on_submit() and attempt(form, confirm_opinion, panel, form.seen.data or ""):
        flash(_("您已确认意见书，主持人可以定稿。"), "success")
        return _back(panel)
    form.seen.data = _standing(panel, opinion).sha256
    return _page(panel, opinion, confirming=form), 422


@blueprint.post("/panels/<int:panel_id>/opinion/reopen")
@signed_in(Role.OFFICER)
def panel_reopen_opinion(panel_id: int) -> Response | tuple[str, int]:
    """收回意见书."""
    panel, opinion = _loaded(panel_id)
    form = TakeBackForm()
    if form.validate_on_submit() and attempt(form, operations.reopen_opinion, panel, form.reason.data or ""):
        flash(_("意见书已收回，可以修改后再次定稿。"), "success")
        return _back(panel)
    return _page(panel, opinion, taking_back=form), 422


def _back(panel: Panel) -> Response:
    return redirect(url_for("reviews.panel_opinion", panel_id=panel.id))


@blueprint.get("/panels/<int:panel_id>/opinion.docx")
@signed_in(*policy.READERS, Role.EXPERT)
def export_opinion(panel_id: int) -> FlaskResponse:
    """下载意见书: the version asked for, the one that stands, or (for the office and the auditor) the draft."""
    panel, opinion = _loaded(panel_id)
    shown = _version(panel, opinion)
    may_know = current_actor().has(*policy.READERS)
    content = shown.content if may_know else without_names(shown.content)
    body = written(content, shown.sha256, shown.final_at, speaks_english(), shown.confirmation)
    name = str(_("专家组意见书_%(number)s.docx", number=number_of(content)))
    note_export(name, "panel", panel.id)
    return FlaskResponse(body, headers=attachment_headers(name), content_type=MEDIA_TYPE)


def _version(panel: Panel, opinion: PanelOpinion | None) -> Version:
    if "version" not in request.args:
        return _standing(panel, opinion)
    return version_for(current_actor(), opinion, request.args.get("version", 0, int))
