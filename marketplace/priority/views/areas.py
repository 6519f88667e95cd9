"""Marking mountain and island counties."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.core.actor import PROVINCE_ROLES, Role
from marketplace.core.clock import beijing_date
from marketplace.organisations.models import OrganisationKind
from marketplace.organisations.queries import organisations_in_order
from marketplace.priority import areas as operations
from marketplace.priority import policy, queries
from marketplace.priority.forms import AreaForm
from marketplace.priority.views.base import blueprint
from marketplace.web.access import signed_in
from marketplace.web.forms import attempt
from marketplace.web.requests import current_actor, db_session, request_now

Page = str | tuple[str, int] | Response


@blueprint.get("/priority/areas")
@signed_in(*PROVINCE_ROLES, Role.AUDITOR)
def areas() -> str:
    """山区海岛县标注: which counties are marked, by whom, resting on which document."""
    marks = queries.area_marks(db_session())
    chosen = [mark.organisation_id for mark in marks]
    return _page(AreaForm(formdata=None, data={"counties": chosen}))


def _page(form: AreaForm) -> str:
    today = beijing_date(request_now())
    counties = organisations_in_order(db_session(), [OrganisationKind.COUNTY], today)
    form.counties.choices = [(one.id, one.name) for one in counties]
    return render_template(
        "priority/areas.html", form=form, marks=queries.area_marks(db_session()),
        may_mark=policy.may_draft(current_actor()),
    )  # fmt: skip


@blueprint.post("/priority/areas")
@signed_in(Role.OFFICER)
def mark_areas() -> Page:
    """保存标注."""
    form = AreaForm()
    if form.validate() and attempt(
        form, operations.mark_areas, set(form.counties.data or ()), form.basis.data or ""
    ):
        flash(_("标注已保存。"), "success")
        return redirect(url_for("priority.areas"))
    return _page(form), 422
