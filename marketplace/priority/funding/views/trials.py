"""Trying other terms: typed here, computed by the worker, shown beside the official plan at an address of its own."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from marketplace.core.actor import PROVINCE_ROLES
from marketplace.core.errors import Invalid, NotFound
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.priority.funding import policy
from marketplace.priority.funding.forms import TrialForm
from marketplace.priority.funding.models import FundingTrial
from marketplace.priority.funding.queries import terms_in_force
from marketplace.priority.funding.terms import Terms, terms_from_dict
from marketplace.priority.funding.trial_checks import at_fields, compared
from marketplace.priority.funding.trials import (
    Basis,
    basis_of,
    computation_of,
    result_of_trial,
    trial_for,
    trials_of,
    try_terms,
)
from marketplace.priority.funding.views.page import Page, funding_round, plan_shown, rules_in_words
from marketplace.priority.models import PriorityList
from marketplace.priority.policy import READERS
from marketplace.priority.queries import person_names
from marketplace.priority.views.base import blueprint
from marketplace.web.access import signed_in
from marketplace.web.forms import attempt, place_problems
from marketplace.web.i18n import speaks_english, translate_problem
from marketplace.web.requests import current_actor, db_session, request_now
from marketplace.web.rows import change_rows

CHANGES = ("enters", "leaves", "amount", "same")


@blueprint.get("/priority/<int:list_id>/funding/what-if")
@signed_in(*READERS)
def funding_what_if(list_id: int) -> Page:
    """资金假设测算: begins with the official terms."""
    plist = funding_round(list_id)
    official = terms_in_force(db_session(), list_id)
    if official is None or plist.state == "draft":
        raise NotFound
    return _page(plist, TrialForm.of(terms_from_dict(official.rules)), None)


@blueprint.post("/priority/<int:list_id>/funding/what-if")
@signed_in(*PROVINCE_ROLES)
def try_funding(list_id: int) -> Page:
    """试算."""
    plist, form = funding_round(list_id), TrialForm()
    if change_rows(form):
        return _page(plist, form, None)
    made: list[int] = []

    def operation(uow: UnitOfWork) -> None:
        made.append(try_terms(uow, plist, form.terms()).id)

    if form.validate() and attempt(form, operation):
        flash(_("已提交试算。"), "success")
        return redirect(url_for("priority.funding_trial", list_id=list_id, trial_id=made[0]))
    return _page(funding_round(list_id), form, None), 422


@blueprint.get("/priority/<int:list_id>/funding/what-if/<int:trial_id>")
@signed_in(*READERS)
def funding_trial(list_id: int, trial_id: int) -> Page:
    """One trial: its terms, how far it is, its plan beside the official one."""
    plist = funding_round(list_id)
    trial = trial_for(db_session(), plist, trial_id)
    return _page(plist, TrialForm.of(terms_from_dict(trial.terms)), trial)


def _page(plist: PriorityList, form: TrialForm, trial: FundingTrial | None) -> str:
    session, actor = db_session(), current_actor()
    basis = basis_of(session, plist, request_now())
    shown = _shown(form, trial, basis) if trial is not None else {}
    trials = trials_of(session, plist.id)
    return render_template(
        "priority/funding/trial.html", plist=plist, form=form, trial=trial,
        number=basis.number if isinstance(basis, Basis) else None,
        problem="" if isinstance(basis, Basis) else translate_problem(basis),
        may_try=policy.may_try(actor, plist), names=person_names(session, [one.asked_by for one in trials]),
        trials=[_listed(one) for one in trials], english=speaks_english(), **shown,
    )  # fmt: skip


def _listed(one: FundingTrial) -> dict[str, Any]:
    terms = terms_from_dict(one.terms)
    return {"row": one, "terms": terms, "rules": rules_in_words(terms)}


def _shown(form: TrialForm, trial: FundingTrial, basis: Basis | object) -> dict[str, Any]:
    """The state of the trial and, once it is there, its result; what contradicts itself stands at its field."""
    computation = computation_of(db_session(), trial)
    watched = computation if policy.may_try(current_actor(), trial.plist) else None
    if not isinstance(basis, Basis):
        return {"computation": watched}
    terms = terms_from_dict(trial.terms)
    found = result_of_trial(computation, basis, terms)
    if not isinstance(found, Mapping):
        return {"computation": watched, "waiting": translate_problem(found)}
    if found["status"] == "infeasible":
        _tell(form, found)
    return {"computation": watched, "result": _result(found, basis, terms), **_beside(found, basis)}


def _tell(form: TrialForm, found: Mapping[str, Any]) -> None:
    language = "en" if speaks_english() else "zh"
    for where, changes in at_fields(found).items():
        for one in changes:
            place_problems(form, Invalid({where: one[language]}))


def _result(found: Mapping[str, Any], basis: Basis, terms: Terms) -> dict[str, Any]:
    """In the form of a plan."""
    payload = basis.with_terms(terms)
    settled = {"amounts": {}, "spent": found["spent"], "broken": []}
    plan = {"terms": payload["terms"], "requests": payload["requests"], "proposal": found}
    return plan_shown({**plan, "deviations": [], "settled": settled})


def _beside(found: Mapping[str, Any], basis: Basis) -> dict[str, Any]:
    """Who enters, who leaves, whose money changes, and what both plans say at large."""
    official = basis.proposal
    if official is None or found["status"] not in ("plan", "empty"):
        return {"official": official}
    rows = compared(official, found)
    return {
        "official": official,
        "rows": rows,
        "changes": {name: [row["key"] for row in rows if row["change"] == name] for name in CHANGES},
    }
