"""Asking for money."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from marketplace.core.actor import BUREAU_ROLES, Role
from marketplace.core.errors import NotFound
from marketplace.core.text import N_
from marketplace.priority.funding import operations, policy, queries
from marketplace.priority.funding.forms import ReasonForm, RequestForm
from marketplace.priority.funding.models import FundingRequest, FundingTerms
from marketplace.priority.funding.terms import terms_from_dict
from marketplace.priority.funding.views.page import TONES, Page, funding_round
from marketplace.priority.funding.workflow import FUNDING_REQUEST
from marketplace.priority.models import PriorityList
from marketplace.priority.policy import VIEWERS
from marketplace.priority.views.base import blueprint
from marketplace.web.access import signed_in
from marketplace.web.forms import Form, attempt
from marketplace.web.offers import offer
from marketplace.web.requests import current_actor, db_session, request_now

WRITERS = frozenset({*BUREAU_ROLES, Role.OFFICER})


def _terms(plist: PriorityList) -> FundingTerms:
    found = queries.terms_in_force(db_session(), plist.id)
    if found is None:
        raise NotFound
    return found


@blueprint.get("/priority/<int:list_id>/funding/requests/<int:project_id>")
@signed_in(*VIEWERS)
def funding_request(list_id: int, project_id: int) -> Page:
    """资金申请: the form for those who may change it, else what was asked for."""
    plist = funding_round(list_id)
    found, terms = queries.request_of(db_session(), list_id, project_id), _terms(plist)
    if found is None:
        return _form_page(plist, project_id, None, RequestForm.of(terms_from_dict(terms.rules), None))
    found = queries.request_for(db_session(), current_actor(), list_id, project_id)
    if not policy.may_save(current_actor(), plist, queries.until_of(terms), found, request_now()):
        return _show_page(plist, found, ReasonForm(formdata=None))
    return _form_page(plist, project_id, found, RequestForm.of(terms_from_dict(terms.rules), found))


def _form_page(plist: PriorityList, project_id: int, found: FundingRequest | None, form: Form) -> str:
    terms = _terms(plist)
    project = queries.project_for(db_session(), current_actor(), project_id)
    return render_template(
        "priority/funding/request.html", plist=plist, project=project, request_row=found, form=form,
        terms=terms_from_dict(terms.rules), until=queries.until_of(terms), labels=FUNDING_REQUEST.labels, tones=TONES,
        offers=_offers(plist, found) if found else [],
    )  # fmt: skip


def _show_page(plist: PriorityList, found: FundingRequest, form: Form) -> str:
    return render_template(
        "priority/funding/request_reading.html", plist=plist, request_row=found, form=form,
        labels=FUNDING_REQUEST.labels, tones=TONES, offers=_offers(plist, found),
        may_return=policy.may_return(current_actor(), plist, found),
    )  # fmt: skip


def _offers(plist: PriorityList, one: FundingRequest) -> list[dict[str, Any]]:
    actor, now = current_actor(), request_now()
    until = queries.until_of(_terms(plist))
    values: dict[str, Any] = {"list_id": plist.id, "project_id": one.project_id}
    if not actor.has(*WRITERS):
        return []
    if FUNDING_REQUEST.allows(one.state, "submit"):
        verdict = policy.may_submit(actor, plist, until, one, now)
        found = offer(N_("提交资金申请"), "priority.submit_funding_request", verdict, **values)
    elif actor.has(*BUREAU_ROLES):
        verdict = policy.may_withdraw(actor, plist, until, one, now)
        found = offer(
            N_("撤回资金申请"), "priority.withdraw_funding_request", verdict, tone="secondary", **values
        )
    else:
        return []
    return [{**found, "fields": {"version": one.version}}]


@blueprint.post("/priority/<int:list_id>/funding/requests/<int:project_id>")
@signed_in(*WRITERS)
def save_funding_request(list_id: int, project_id: int) -> Page:
    """保存资金申请."""
    plist, form = funding_round(list_id), RequestForm()
    project = queries.project_for(db_session(), current_actor(), project_id)
    lines = form.lines(terms_from_dict(_terms(plist).rules))
    if form.validate() and attempt(
        form, operations.save_request, plist, project, lines, form.purpose.data or "", form.opened_version()
    ):
        flash(_("资金申请已保存。"), "success")
        return redirect(url_for("priority.funding_request", list_id=list_id, project_id=project_id))
    found = queries.request_of(db_session(), list_id, project_id)
    return _form_page(funding_round(list_id), project_id, found, form), 422


@blueprint.post("/priority/<int:list_id>/funding/requests/<int:project_id>/submit")
@signed_in(*WRITERS)
def submit_funding_request(list_id: int, project_id: int) -> Page:
    """提交资金申请."""
    return _done(list_id, project_id, operations.submit_request, _("资金申请已提交。"))


@blueprint.post("/priority/<int:list_id>/funding/requests/<int:project_id>/withdraw")
@signed_in(Role.HEAD)
def withdraw_funding_request(list_id: int, project_id: int) -> Page:
    """撤回资金申请."""
    return _done(
        list_id, project_id, operations.withdraw_request, _("资金申请已撤回，截止前可以修改后重新提交。")
    )


def _done(list_id: int, project_id: int, operation: Any, told: str) -> Page:
    plist, form = funding_round(list_id), RequestForm()
    found = queries.request_for(db_session(), current_actor(), list_id, project_id)
    if attempt(form, operation, plist, found, form.opened_version()):
        flash(told, "success")
        return redirect(url_for("priority.funding_request", list_id=list_id, project_id=project_id))
    again = queries.request_for(db_session(), current_actor(), list_id, project_id)
    kept = RequestForm.of(terms_from_dict(_terms(plist).rules), again)
    kept.form_errors = [text for field in form for text in field.errors] + list(form.form_errors)
    return _form_page(funding_round(list_id), project_id, again, kept), 422


@blueprint.post("/priority/<int:list_id>/funding/requests/<int:project_id>/return")
@signed_in(Role.OFFICER)
def return_funding_request(list_id: int, project_id: int) -> Page:
    """退回资金申请."""
    plist, form = funding_round(list_id), ReasonForm()
    found = queries.request_for(db_session(), current_actor(), list_id, project_id)
    if form.validate() and attempt(
        form, operations.return_request, plist, found, form.reason.data or "", form.opened_version()
    ):
        flash(_("资金申请已退回。"), "success")
        return redirect(url_for("priority.funding", list_id=list_id))
    again = queries.request_for(db_session(), current_actor(), list_id, project_id)
    return _show_page(funding_round(list_id), again, form), 422
