"""Pages of declarations."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.core.actor import BUREAU_ROLES, Role
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.files.forms import file_links
from marketplace.files.queries import attachments_of
from marketplace.priority import declarations as operations
from marketplace.priority import policy, queries
from marketplace.priority.forms import DecisionForm, DeclarationForm
from marketplace.priority.models import DECLARATION_FILES, Declaration
from marketplace.priority.views.base import blueprint, rules_of, the_round
from marketplace.web.access import signed_in
from marketplace.web.forms import Form, attempt
from marketplace.web.offers import offer
from marketplace.web.requests import current_actor, db_session, request_now

Page = str | tuple[str, int] | Response


@blueprint.get("/priority/<int:list_id>/declarations")
@signed_in(*policy.VIEWERS)
def declarations(list_id: int) -> str:
    """指标申报: a unit its candidates and criteria, the office everything submitted."""
    plist, session, actor = the_round(list_id), db_session(), current_actor()
    reads_all = policy.reads_all(actor)
    unit = actor.organisation_id or 0
    found = queries.declarations_of(session, plist.id, None if reads_all else unit)
    mine = {} if reads_all else operations.candidates_of(session, plist, unit)
    return render_template(
        "priority/declarations.html", plist=plist, criteria=rules_of(plist).declared, found=found, mine=mine,
        by_key={(one.candidate, one.criterion): one for one in found}, reads_all=reads_all,
        names=queries.candidate_names(session, [one.candidate for one in found]),
        may_declare=policy.may_declare(actor, plist, unit, request_now()), now=request_now(),
    )  # fmt: skip


@blueprint.post("/priority/<int:list_id>/declarations")
@signed_in(*BUREAU_ROLES)
def begin(list_id: int) -> Page:
    """开始填报."""
    made: list[Declaration] = []

    def start(uow: UnitOfWork) -> None:
        candidate, code = request.form.get("candidate", ""), request.form.get("criterion", "")
        made.append(operations.begin_declaration(uow, the_round(list_id), candidate, code))

    attempt(Form(), start)
    return redirect(url_for("priority.declaration", declaration_id=made[0].id))


def _load(declaration_id: int) -> Declaration:
    return queries.declaration_for(db_session(), current_actor(), declaration_id)


@blueprint.get("/priority/declarations/<int:declaration_id>")
@signed_in(*policy.VIEWERS)
def declaration(declaration_id: int) -> str:
    """一项申报: to be filled in, or as it was submitted."""
    one = _load(declaration_id)
    form = DeclarationForm.of(one)
    form.files.belongs_to(DECLARATION_FILES, one.id)
    return _page(one, form, DecisionForm(formdata=None))


def _page(one: Declaration, form: DeclarationForm, decision: DecisionForm) -> str:
    session, actor, now = db_session(), current_actor(), request_now()
    values: dict[str, Any] = {"declaration_id": one.id}
    submit = offer(
        N_("提交申报"), "priority.submit_declaration", policy.may_submit(actor, one, one.plist, now), **values
    )
    submit["fields"] = {"version": one.version}
    own = actor.organisation_id == one.organisation_id and actor.has(*BUREAU_ROLES)
    return render_template(
        "priority/declaration.html", one=one, plist=one.plist, form=form, decision=decision, own=own,
        criterion=operations.criterion_of(one.plist, one.criterion),
        name=queries.candidate_names(session, [one.candidate])[one.candidate],
        files=file_links(attachments_of(session, DECLARATION_FILES, [one.id])[one.id]),
        may_save=policy.may_save(actor, one, one.plist, now),
        may_decide=policy.may_decide(actor, one, one.plist), offers=[submit] if own else [],
    )  # fmt: skip


@blueprint.post("/priority/declarations/<int:declaration_id>")
@signed_in(*BUREAU_ROLES)
def save_declaration(declaration_id: int) -> Page:
    """填报."""
    one, form = _load(declaration_id), DeclarationForm()
    form.files.belongs_to(DECLARATION_FILES, one.id)
    if form.validate() and attempt(
        form, operations.save_declaration, one, form.declared(), form.opened_version()
    ):
        flash(_("申报已保存，须由单位负责人提交。"), "success")
        return redirect(url_for("priority.declaration", declaration_id=declaration_id))
    form.files.hold()
    return _page(_load(declaration_id), form, DecisionForm(formdata=None)), 422


@blueprint.post("/priority/declarations/<int:declaration_id>/submit")
@signed_in(Role.HEAD)
def submit_declaration(declaration_id: int) -> Page:
    """提交申报."""
    one, form = _load(declaration_id), DecisionForm()
    shown = DeclarationForm.of(one)
    if attempt(shown, operations.submit_declaration, one, form.opened_version()):
        flash(_("申报已提交，请等待核定。"), "success")
        return redirect(url_for("priority.declaration", declaration_id=declaration_id))
    return _page(_load(declaration_id), shown, form), 422


@blueprint.post("/priority/declarations/<int:declaration_id>/decide")
@signed_in(Role.OFFICER)
def decide_declaration(declaration_id: int) -> Page:
    """核定申报."""
    one, form = _load(declaration_id), DecisionForm()
    list_id, accepted = one.list_id, form.decision.data == "accept"
    if form.validate() and attempt(
        form, operations.decide_declaration, one, accepted, form.reason.data or "", form.opened_version()
    ):
        flash(_("核定已记录，并已通知申报单位。"), "success")
        return redirect(url_for("priority.declarations", list_id=list_id))
    return _page(_load(declaration_id), DeclarationForm.of(_load(declaration_id)), form), 422
