"""假设测算: numbers come with the address, nothing is stored."""

from typing import Any

from flask import render_template, request
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from marketplace.core.errors import Invalid, NotFound, Problem
from marketplace.priority import policy, queries
from marketplace.priority.forms import whatif_form
from marketplace.priority.inputs import inputs_for
from marketplace.priority.models import PriorityList
from marketplace.priority.ranking import ranked_and_excluded
from marketplace.priority.rules import rules_from_dict
from marketplace.priority.snapshots import fresh_problem, result_of
from marketplace.priority.views.base import blueprint, the_round
from marketplace.priority.whatif import compared, imagine, scenario_problems
from marketplace.web.access import signed_in
from marketplace.web.forms import place_problems
from marketplace.web.requests import current_actor, db_session, request_now

Page = str | tuple[str, int] | Response


@blueprint.get("/priority/<int:list_id>/what-if")
@signed_in(*policy.VIEWERS)
def what_if(list_id: int) -> Page:
    """假设测算 beside the official ranking, which stays as it is."""
    plist = the_round(list_id)
    if not policy.may_read_rows(current_actor(), plist):
        raise NotFound
    basis = _basis(plist)
    rules, places = rules_from_dict(basis["rules"]), basis["list"]["places"]
    form = whatif_form(rules, places, request.args if request.args else None)
    rows, good = _imagined(form, basis) if request.args else ([], True)
    return render_template(
        "priority/whatif.html", plist=plist, basis=basis, form=form, criteria=rules.to_dict()["criteria"], rows=rows,
        changes=compared(basis["rows"], places, rows) if rows else None,
        official={row["key"]: row["rank"] for row in basis["rows"]},
    ), 200 if good else 422  # fmt: skip


def _imagined(form: FlaskForm, basis: dict[str, Any]) -> tuple[list[dict[str, Any]], bool]:
    """The imagined rows; problems stand beside their fields."""
    if not form.validate():
        return [], False
    rules, scenario = rules_from_dict(basis["rules"]), form.scenario()
    problems: dict[str, Problem] = scenario_problems(rules, scenario)
    rows: list[dict[str, Any]] = []
    if not problems:
        rows, problems = imagine(rules, basis["inputs"], basis["calibration"], scenario)
    place_problems(form, Invalid(problems))
    return rows, not problems


def _basis(plist: PriorityList) -> dict[str, Any]:
    """What the imagination starts from: the snapshot in force, else what has been computed, else the present data."""
    session = db_session()
    snapshots = queries.snapshots_of(session, plist.id)
    if snapshots:
        return dict(snapshots[0].content)
    inputs, found = inputs_for(session, plist, request_now()), result_of(session, plist.id)
    frame: dict[str, Any] = {"list": {"places": plist.places}, "rules": plist.rules, "number": None}
    if fresh_problem(plist, found, inputs) is None and found is not None and found.result is not None:
        return {**frame, "inputs": found.payload["inputs"], **found.result}
    rows, _excluded = ranked_and_excluded(rules_from_dict(plist.rules), inputs)
    return {**frame, "inputs": inputs, "rows": rows, "calibration": None}
