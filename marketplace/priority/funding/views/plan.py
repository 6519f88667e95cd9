"""Computing the plan, and where the meeting deviates from it."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from marketplace.core.actor import PROVINCE_ROLES, Role
from marketplace.core.errors import NotFound
from marketplace.priority.funding import operations, queries
from marketplace.priority.funding.forms import DeviationForm, ReasonForm
from marketplace.priority.funding.models import FundingDeviation
from marketplace.priority.funding.plan import Standing, standing_of
from marketplace.priority.funding.terms import terms_from_dict
from marketplace.priority.funding.views.page import Page, funding_page, funding_round
from marketplace.priority.models import PriorityList
from marketplace.priority.opinions import first_day, last_held
from marketplace.priority.policy import may_record
from marketplace.priority.views.base import blueprint
from marketplace.web.access import signed_in
from marketplace.web.forms import Form, attempt
from marketplace.web.requests import current_actor, db_session, request_now


def _back(list_id: int, told: str) -> Page:
    flash(told, "success")
    return redirect(url_for("priority.funding", list_id=list_id))


@blueprint.post("/priority/<int:list_id>/funding/plan")
@signed_in(*PROVINCE_ROLES)
def plan_funding(list_id: int) -> Page:
    """测算资助方案."""
    plist, form = funding_round(list_id), ReasonForm()
    if attempt(form, operations.plan_funding, plist):
        return _back(list_id, _("已提交测算。"))
    return funding_page(funding_round(list_id), form), 422


def _standing(plist: PriorityList, project_id: int) -> tuple[Standing, dict[str, Any]]:
    """The plan and its row for a project."""
    found = standing_of(db_session(), plist, request_now())
    if isinstance(found, Standing) and may_record(current_actor(), plist):
        key = f"project:{project_id}"
        for row in found.proposal["rows"]:
            if row["key"] == key:
                return found, row
    raise NotFound


def _page(plist: PriorityList, project_id: int, form: Form) -> str:
    standing, row = _standing(plist, project_id)
    line = next(line for line in standing.payload["requests"] if line["key"] == row["key"])
    return render_template(
        "priority/funding/deviation.html", plist=plist, row=row, line=line, form=form, project_id=project_id,
        first_day=first_day(plist),
    )  # fmt: skip


@blueprint.get("/priority/<int:list_id>/funding/deviate/<int:project_id>")
@signed_in(*PROVINCE_ROLES)
def deviate(list_id: int, project_id: int) -> Page:
    """提出偏离."""
    plist = funding_round(list_id)
    standing, row = _standing(plist, project_id)
    amounts = standing.settled.amounts.get(row["key"], [0] * len(row["amounts"]))
    held = last_held(db_session(), FundingDeviation, plist.id)
    form = DeviationForm.of(terms_from_dict(standing.payload["terms"]), amounts, held)
    return _page(plist, project_id, form)


@blueprint.post("/priority/<int:list_id>/funding/deviate/<int:project_id>")
@signed_in(*PROVINCE_ROLES)
def propose_deviation(list_id: int, project_id: int) -> Page:
    """提出偏离."""
    plist, form = funding_round(list_id), DeviationForm()
    standing, _row = _standing(plist, project_id)
    amounts = form.amounts(terms_from_dict(standing.payload["terms"]))
    if form.validate() and attempt(
        form, operations.propose_deviation, plist, project_id, amounts, form.reason.data or "", form.held()
    ):
        return _back(list_id, _("偏离意见已提出，请另一人确认。"))
    return _page(funding_round(list_id), project_id, form), 422


@blueprint.post("/priority/<int:list_id>/funding/deviations/<int:deviation_id>/confirm")
@signed_in(Role.APPROVER)
def confirm_deviation(list_id: int, deviation_id: int) -> Page:
    """确认偏离."""
    plist, form = funding_round(list_id), ReasonForm()
    one = queries.deviation_for(db_session(), plist, deviation_id)
    if attempt(form, operations.confirm_deviation, plist, one, form.opened_version()):
        return _back(list_id, _("偏离意见已确认。"))
    return funding_page(funding_round(list_id), form), 422


@blueprint.post("/priority/<int:list_id>/funding/deviations/<int:deviation_id>/refuse")
@signed_in(Role.APPROVER)
def refuse_deviation(list_id: int, deviation_id: int) -> Page:
    """不予确认."""
    plist, form = funding_round(list_id), ReasonForm()
    one = queries.deviation_for(db_session(), plist, deviation_id)
    if form.validate() and attempt(
        form, operations.refuse_deviation, plist, one, form.reason.data or "", form.opened_version()
    ):
        return _back(list_id, _("已记录不予确认。"))
    return funding_page(funding_round(list_id), form), 422
