"""The outcome: filling in, checking, delivering, returning, convening, and its page."""

from flask import Response as FlaskResponse
from flask import flash, jsonify, redirect, render_template, url_for
from flask_babel import gettext as _

from marketplace.audit.queries import history_of
from marketplace.core.actor import BUREAU_ROLES, Role
from marketplace.files.forms import file_links
from marketplace.files.queries import attachments_of
from marketplace.projects import outcomes, policy, queries
from marketplace.projects.forms import OpinionForm, OutcomeForm
from marketplace.projects.models import OUTCOME_FILES, Outcome
from marketplace.projects.views.base import Page, blueprint
from marketplace.projects.views.projects import VIEWERS, steps_of
from marketplace.reviews.queries.panels import panel_of_subject
from marketplace.reviews.queries.results import results_of
from marketplace.reviews.workflow import SubjectKind
from marketplace.web.access import signed_in
from marketplace.web.forms import attempt
from marketplace.web.i18n import translate_problem
from marketplace.web.offers import history_rows
from marketplace.web.requests import current_actor, current_uow, db_session, request_now


def _load(project_id: int) -> Outcome:
    return queries.outcome_for(db_session(), current_actor(), project_id)


@blueprint.get("/projects/<int:project_id>/outcome")
@signed_in(*VIEWERS)
def outcome(project_id: int) -> str:
    """成果: promised against delivered; after the decision also score and opinions, without names."""
    return _outcome_page(_load(project_id), OpinionForm(formdata=None))


def _outcome_page(found: Outcome, form: OpinionForm) -> str:
    session, actor, project = db_session(), current_actor(), found.project
    result = None
    if policy.may_read_opinions(actor, project):
        result = results_of(session, SubjectKind.OUTCOME, [found.id]).get(found.id)
    panel = panel_of_subject(session, SubjectKind.OUTCOME, found.id) if policy.sees_all(actor) else None
    return render_template(
        "projects/outcome.html", outcome=found, project=project, form=form, result=result, panel=panel,
        files=file_links(attachments_of(session, OUTCOME_FILES, [found.id])[found.id]),
        steps=steps_of(project, found), may_edit=policy.may_edit_outcome(actor, project),
        may_convene=policy.may_convene(actor, project), is_officer=actor.has(Role.OFFICER),
        own=policy.acts_for_lead(actor, project), may_recuse=policy.may_request_recusal(actor, project),
        history=history_rows(history_of(session, "project", project.id)),
    )  # fmt: skip


@blueprint.get("/projects/<int:project_id>/outcome/edit")
@signed_in(*BUREAU_ROLES)
def outcome_edit(project_id: int) -> Page:
    """填写成果. Once delivered the page shows it instead."""
    found = _load(project_id)
    if not policy.may_edit_outcome(current_actor(), found.project):
        return redirect(url_for("projects.outcome", project_id=project_id))
    form = OutcomeForm.of(found)
    form.files.belongs_to(OUTCOME_FILES, found.id)
    return _edit_page(found, form)


def _edit_page(found: Outcome, form: OutcomeForm) -> str:
    files = attachments_of(db_session(), OUTCOME_FILES, [found.id])[found.id]
    return render_template(
        "projects/outcome_edit.html", outcome=found, project=found.project, form=form, kept=file_links(files)
    )


@blueprint.post("/projects/<int:project_id>/outcome/draft")
@signed_in(*BUREAU_ROLES)
def outcome_autosave(project_id: int) -> FlaskResponse | tuple[FlaskResponse, int]:
    """暂存 while typing: texts only."""
    found, form = _load(project_id), OutcomeForm()
    if not (
        form.validate() and attempt(form, outcomes.save_outcome, found, form.texts(), form.opened_version())
    ):
        return jsonify(errors=form.errors), 422
    db_session().flush()
    return jsonify(saved_at=request_now().isoformat(), version=found.version)


@blueprint.post("/projects/<int:project_id>/outcome/save")
@signed_in(*BUREAU_ROLES)
def outcome_save(project_id: int) -> Page:
    """保存成果, then on to the check."""
    found, form = _load(project_id), OutcomeForm()
    form.files.belongs_to(OUTCOME_FILES, found.id)
    if form.validate() and attempt(form, outcomes.save_outcome, found, form.draft(), form.opened_version()):
        flash(_("成果已保存。"), "success")
        return redirect(url_for("projects.outcome_check", project_id=project_id))
    return _edit_page(_load(project_id), form), 422


@blueprint.get("/projects/<int:project_id>/outcome/check")
@signed_in(*BUREAU_ROLES)
def outcome_check(project_id: int) -> Page:
    """核对并提交."""
    found = _load(project_id)
    if not policy.may_edit_outcome(current_actor(), found.project):
        return redirect(url_for("projects.outcome", project_id=project_id))
    return _check_page(found)


def _check_page(found: Outcome) -> str:
    session, actor = db_session(), current_actor()
    files = attachments_of(session, OUTCOME_FILES, [found.id])[found.id]
    problems = outcomes.outcome_problems(found, len(files))
    return render_template(
        "projects/outcome_check.html", outcome=found, project=found.project, files=file_links(files),
        problems=[translate_problem(problem) for problem in problems.values()],
        verdict=policy.may_deliver(actor, found.project),
    )  # fmt: skip


@blueprint.post("/projects/<int:project_id>/outcome/deliver")
@signed_in(*BUREAU_ROLES)
def outcome_deliver(project_id: int) -> Page:
    """提交成果."""
    found, form = _load(project_id), OpinionForm()
    if attempt(form, outcomes.deliver_outcome, found, form.opened_version()):
        flash(_("成果已提交，等待省局组织验收。"), "success")
        return redirect(url_for("projects.outcome", project_id=project_id))
    return _check_page(_load(project_id)), 422


@blueprint.post("/projects/<int:project_id>/outcome/return")
@signed_in(Role.OFFICER)
def outcome_return(project_id: int) -> Page:
    """退回补充."""
    found, form = _load(project_id), OpinionForm()
    if form.validate() and attempt(form, outcomes.return_outcome, found, form.opinion.data):
        flash(_("成果已退回补充。"), "success")
        return redirect(url_for("projects.show", project_id=project_id))
    return _outcome_page(_load(project_id), form), 422


@blueprint.post("/projects/<int:project_id>/outcome/convene")
@signed_in(Role.OFFICER)
def convene(project_id: int) -> Page:
    """组织验收: opens the panel; its page is next."""
    panel = outcomes.convene_acceptance(current_uow(), _load(project_id))
    flash(_("已组建验收评审组，请选择专家。"), "success")
    return redirect(url_for("reviews.panel", panel_id=panel.id))
