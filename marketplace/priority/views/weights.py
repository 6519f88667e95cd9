"""Weights by pairwise comparison, in the page."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.core.actor import PROVINCE_ROLES, Role
from marketplace.core.text import N_
from marketplace.priority import policy, queries, weighing
from marketplace.priority.evaluation import preview
from marketplace.priority.forms import CompareForm, judgement_label
from marketplace.priority.inputs import inputs_for
from marketplace.priority.models import PriorityList
from marketplace.priority.pairwise import by_spread, own_weights, pairs
from marketplace.priority.views.base import blueprint, name_of, rules_of, the_round
from marketplace.web.access import signed_in
from marketplace.web.forms import attempt
from marketplace.web.offers import offer
from marketplace.web.requests import current_actor, db_session, request_now

Page = str | tuple[str, int] | Response


@blueprint.get("/priority/<int:list_id>/weights")
@signed_in(*PROVINCE_ROLES, Role.AUDITOR)
def weights(list_id: int) -> str:
    """两两比较: one's own judgements, the group's weights, how consistent they are and what would mend it."""
    plist = the_round(list_id)
    return _page(plist, _form(plist))


def _codes(plist: PriorityList) -> list[str]:
    return [one.code for one in rules_of(plist).criteria]


def _form(plist: PriorityList) -> CompareForm:
    mine = weighing.opinions_of(plist).get(str(current_actor().person_id), {})
    return CompareForm.of(_codes(plist), mine, plist.version)


def _page(plist: PriorityList, form: CompareForm) -> str:
    actor, rules, codes = current_actor(), rules_of(plist), _codes(plist)
    may_judge = policy.may_revise(actor, plist)
    adopt = offer(N_("采用为本轮权重"), "priority.adopt_weights", may_judge, list_id=plist.id)
    adopt["fields"] = {"version": plist.version}
    return render_template(
        "priority/weights.html", plist=plist, rules=rules.to_dict(), form=form,
        names=[name_of(one) for one in rules.to_dict()["criteria"]], pairs=pairs(codes),
        may_judge=may_judge, found=weighing.weighed(plist), officers=_officers(plist), check=_check(plist),
        offers=[adopt], judgement_label=judgement_label,
    )  # fmt: skip


def _officers(plist: PriorityList) -> list[dict[str, Any]]:
    """Each officer who compared: name, own weights, own consistency."""
    opinions, codes = weighing.opinions_of(plist), _codes(plist)
    found = weighing.weighed(plist)
    names = queries.person_names(db_session(), [int(person) for person in opinions])
    ratios = found.cr_by_officer if found else ()
    return [
        {"name": names[int(person)], "weights": own_weights(codes, given), "cr": cr}
        for (person, given), cr in zip(opinions.items(), ratios, strict=False)
    ]


def _check(plist: PriorityList) -> dict[str, int] | None:
    """Entropy weights of the present candidates, as a check only."""
    rules = rules_of(plist)
    inputs = inputs_for(db_session(), plist, request_now())
    rows = preview({"rules": rules.to_dict(), "inputs": inputs})["rows"]
    return by_spread(rules.criteria, [[part["mark"] for part in row["parts"]] for row in rows])


@blueprint.post("/priority/<int:list_id>/weights")
@signed_in(Role.OFFICER)
def save_weights(list_id: int) -> Page:
    """填写两两比较."""
    plist, form = the_round(list_id), CompareForm()
    while len(form.pairs) < len(pairs(_codes(plist))):
        form.pairs.append_entry()
    given = form.judgements(_codes(plist))
    if form.validate() and attempt(form, weighing.judge, plist, given, form.opened_version()):
        flash(_("比较已保存。"), "success")
        return redirect(url_for("priority.weights", list_id=list_id))
    return _page(the_round(list_id), form), 422


@blueprint.post("/priority/<int:list_id>/weights/adopt")
@signed_in(Role.OFFICER)
def adopt_weights(list_id: int) -> Page:
    """采用两两比较得出的权重."""
    plist, posted = the_round(list_id), CompareForm()
    form = _form(plist)
    if attempt(form, weighing.adopt, plist, posted.opened_version()):
        flash(_("权重已采用。"), "success")
        return redirect(url_for("priority.show", list_id=list_id))
    return _page(the_round(list_id), form), 422
