"""申请专家回避: the lead unit names experts who should not judge its outcome; the panel stays unknown to it."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.core.actor import BUREAU_ROLES
from marketplace.core.errors import NotFound
from marketplace.core.verdict import require
from marketplace.projects import policy, queries
from marketplace.projects.models import Outcome
from marketplace.projects.views.base import blueprint
from marketplace.reviews import operations as reviews
from marketplace.reviews.forms import RecusalRequestForm
from marketplace.reviews.register import public_names, requests_of
from marketplace.reviews.views.recusals import ENTRY_TONES
from marketplace.reviews.workflow import RECUSAL, SubjectKind
from marketplace.web.access import signed_in
from marketplace.web.forms import attempt
from marketplace.web.requests import current_actor, db_session


def _loaded(project_id: int) -> Outcome:
    """An own outcome that has been delivered: before that there is no panel to be asked about."""
    found = queries.outcome_for(db_session(), current_actor(), project_id)
    if found.delivered_at is None or not policy.acts_for_lead(current_actor(), found.project):
        raise NotFound
    return found


def _page(outcome: Outcome, form: RecusalRequestForm) -> str:
    session = db_session()
    form.offer(public_names(session))
    return render_template(
        "projects/recusals.html", outcome=outcome, project=outcome.project, form=form,
        requests=requests_of(session, SubjectKind.OUTCOME, outcome.id),
        asking=policy.may_request_recusal(current_actor(), outcome.project),
        entry_workflow=RECUSAL, entry_tones=ENTRY_TONES,
    )  # fmt: skip


@blueprint.get("/projects/<int:project_id>/outcome/recusals")
@signed_in(*BUREAU_ROLES)
def recusals(project_id: int) -> str:
    """What this unit has asked, and what the province answered."""
    return _page(_loaded(project_id), RecusalRequestForm(formdata=None))


@blueprint.post("/projects/<int:project_id>/outcome/recusals")
@signed_in(*BUREAU_ROLES)
def request_recusal(project_id: int) -> Response | tuple[str, int]:
    """申请专家回避."""
    outcome, form = _loaded(project_id), RecusalRequestForm()
    require(policy.may_request_recusal(current_actor(), outcome.project))
    form.offer(public_names(db_session()))
    if form.validate_on_submit() and attempt(
        form, reviews.request_recusal, outcome.project.topic, SubjectKind.OUTCOME, outcome.id, form.request()
    ):
        flash(_("申请已提交，省局决定后会以邮件告知。"), "success")
        return redirect(url_for("projects.recusals", project_id=project_id))
    return _page(_loaded(project_id), form), 422
