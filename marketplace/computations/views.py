"""How far a computation is, for the small script that asks, and the button that cancels it."""

from typing import Any

from flask import Blueprint, flash, redirect, request
from flask.blueprints import BlueprintSetupState
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.computations.models import FAILURES
from marketplace.computations.operations import cancel as cancel_computation
from marketplace.computations.queries import computation_for
from marketplace.computations.workflow import COMPUTATION, UNFINISHED
from marketplace.web.access import signed_in
from marketplace.web.i18n import translate
from marketplace.web.requests import current_actor, current_uow, db_session
from marketplace.web.views import local_target

blueprint = Blueprint("computations", __name__)


@blueprint.record_once
def words(state: BlueprintSetupState) -> None:
    """Labels for the status macro, wherever it stands."""
    state.app.jinja_env.globals.update(
        computation_labels=COMPUTATION.labels,
        computation_failures={str(code): text for code, text in FAILURES.items()},
    )


@blueprint.get("/computations/<int:computation_id>")
@signed_in()
def status(computation_id: int) -> dict[str, Any]:
    """进度: how far it is, in words and per cent."""
    found = computation_for(db_session(), current_actor(), computation_id)
    return {
        "ended": found.state not in UNFINISHED,
        "label": translate(COMPUTATION.label(found.state)),
        "progress": found.progress,
        "note": translate(found.note),
    }


@blueprint.post("/computations/<int:computation_id>/cancel")
@signed_in()
def cancel(computation_id: int) -> Response:
    """取消计算."""
    cancel_computation(current_uow(), computation_for(db_session(), current_actor(), computation_id))
    flash(_("计算已取消。"), "success")
    return redirect(local_target(request.form.get("next")))
