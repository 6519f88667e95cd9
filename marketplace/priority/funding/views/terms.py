"""Setting the terms."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from marketplace.core.actor import Role
from marketplace.core.clock import beijing_date
from marketplace.priority.funding import operations, policy, queries
from marketplace.priority.funding.forms import ReasonForm, TermsForm
from marketplace.priority.funding.views.page import Page, funding_page, funding_round
from marketplace.priority.models import PriorityList
from marketplace.priority.views.base import blueprint
from marketplace.web.access import signed_in
from marketplace.web.forms import attempt
from marketplace.web.requests import current_actor, db_session, request_now
from marketplace.web.rows import change_rows


def _page(plist: PriorityList, form: TermsForm) -> str:
    known = queries.terms_of(db_session(), plist.id)
    is_change = any(one.state != "draft" for one in known)
    return render_template("priority/funding/terms.html", plist=plist, form=form, is_change=is_change)


@blueprint.get("/priority/<int:list_id>/funding/terms")
@signed_in(Role.OFFICER)
def edit_terms(list_id: int) -> Page:
    """拟定资金规则."""
    plist = funding_round(list_id)
    if not policy.may_draft_terms(current_actor(), plist):
        return redirect(url_for("priority.funding", list_id=list_id))
    known = queries.terms_of(db_session(), list_id)
    form = TermsForm.of(known[0] if known else None, beijing_date(request_now()).year)
    return _page(plist, form)


@blueprint.post("/priority/<int:list_id>/funding/terms")
@signed_in(Role.OFFICER)
def draft_terms(list_id: int) -> Page:
    """保存资金规则."""
    plist, form = funding_round(list_id), TermsForm()
    if change_rows(form):
        return _page(plist, form)
    if form.validate() and attempt(
        form, operations.draft_terms, plist, form.terms(), form.reason.data or "", form.opened_version()
    ):
        flash(_("资金规则已保存，请另一人确认。"), "success")
        return redirect(url_for("priority.funding", list_id=list_id))
    return _page(funding_round(list_id), form), 422


@blueprint.post("/priority/<int:list_id>/funding/terms/<int:number>/confirm")
@signed_in(Role.APPROVER)
def confirm_terms(list_id: int, number: int) -> Page:
    """确认并公布资金规则."""
    plist, form = funding_round(list_id), ReasonForm()
    terms = queries.terms_for(db_session(), list_id, number)
    if attempt(form, operations.confirm_terms, plist, terms, form.opened_version()):
        flash(_("资金规则已确认并公布。"), "success")
        return redirect(url_for("priority.funding", list_id=list_id))
    return funding_page(funding_round(list_id), form), 422
