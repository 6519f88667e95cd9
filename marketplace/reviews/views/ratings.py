"""评价专家履职: the office's marks for the members of a concluded panel."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from werkzeug.wrappers import Response

from marketplace.core.actor import Role
from marketplace.core.errors import NotFound
from marketplace.core.working_days import end_of_working_days
from marketplace.experts.models import ExpertRating
from marketplace.reviews import operations, policy
from marketplace.reviews.models import Panel, Seat
from marketplace.reviews.operations.ratings import MOST_REASON, Mark
from marketplace.reviews.queries.panels import panel_for, seats_of
from marketplace.reviews.todos import RATING_DAYS
from marketplace.reviews.views.base import blueprint
from marketplace.reviews.workflow import PanelState, SeatState
from marketplace.web.access import signed_in
from marketplace.web.fields import WholeField
from marketplace.web.forms import Form, LongTextField, attempt
from marketplace.web.requests import current_actor, db_session


def _loaded(panel_id: int) -> tuple[Panel, list[Seat], dict[int, ExpertRating]]:
    """A concluded panel, the members who scored, and the marks they have."""
    session = db_session()
    panel = panel_for(session, current_actor(), panel_id)
    if panel.state != PanelState.CONCLUDED:
        raise NotFound
    members = [seat for seat in seats_of(session, panel.id) if seat.state == SeatState.CONFIRMED]
    query = select(ExpertRating).where(ExpertRating.seat_id.in_([seat.id for seat in members]))
    return panel, members, {one.seat_id: one for one in session.scalars(query)}


def _form_class(members: list[Seat]) -> type[Form]:
    fields: dict[str, Any] = {}
    for seat in members:
        fields[f"score_{seat.id}"] = WholeField(_l("评价分"))
        fields[f"reason_{seat.id}"] = LongTextField(_l("评价理由"), most=MOST_REASON)
    return type("RatingsForm", (Form,), fields)


@blueprint.get("/panels/<int:panel_id>/ratings")
@signed_in(*policy.READERS)
def panel_ratings(panel_id: int) -> str:
    """The members with the marks they have."""
    panel, members, known = _loaded(panel_id)
    data: dict[str, Any] = {}
    for key, rating in known.items():
        data |= {f"score_{key}": rating.score, f"reason_{key}": rating.reason}
    return _page(panel, members, known, _form_class(members)(formdata=None, data=data))


def _page(panel: Panel, members: list[Seat], known: dict[int, ExpertRating], form: Form) -> str:
    due = end_of_working_days(panel.concluded_at, RATING_DAYS) if panel.concluded_at else None
    return render_template(
        "reviews/ratings.html", panel=panel, topic=panel.topic, members=members, known=known, form=form, due=due,
        rating=policy.may_rate(current_actor(), panel.state, SeatState.CONFIRMED),
    )  # fmt: skip


@blueprint.post("/panels/<int:panel_id>/ratings")
@signed_in(Role.OFFICER)
def rate_members(panel_id: int) -> Response | tuple[str, int]:
    """保存评价; members whose fields stay empty can be rated later."""
    panel, members, known = _loaded(panel_id)
    form = _form_class(members)()
    if form.validate_on_submit() and attempt(form, operations.rate_members, panel, _marks(form, members)):
        flash(_("评价已保存。"), "success")
        return redirect(url_for("reviews.panel", panel_id=panel_id))
    return _page(panel, members, known, form), 422


def _marks(form: Form, members: list[Seat]) -> dict[int, Mark]:
    """What was typed; a reason without a mark is a mark that is missing."""
    marks = {}
    for seat in members:
        score, reason = form[f"score_{seat.id}"].data, form[f"reason_{seat.id}"].data or ""
        if score is not None or reason:
            marks[seat.id] = Mark(-1 if score is None else score, reason)
    return marks
