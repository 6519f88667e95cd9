"""本人信息: what an expert keeps up to date herself, and where she has judged."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.core.actor import Role
from marketplace.core.text import N_
from marketplace.experts import operations
from marketplace.experts.engagements import engagements_of
from marketplace.experts.forms import OwnProfileForm, known
from marketplace.experts.labels import KIND_LABELS
from marketplace.experts.models import Expert
from marketplace.experts.queries import own_expert
from marketplace.experts.views.base import blueprint
from marketplace.web.access import signed_in
from marketplace.web.forms import attempt
from marketplace.web.navigation import Entry, add_entry
from marketplace.web.requests import current_actor, db_session

add_entry(Entry(65, N_("我的专家信息"), "experts.own", frozenset({Role.EXPERT})))


@blueprint.get("/account/expert")
@signed_in()
def own() -> str:
    """我的专家信息."""
    found = own_expert(db_session(), current_actor())
    return _page(found, OwnProfileForm(formdata=None, obj=found, data=known(found)))


def _page(expert: Expert, form: OwnProfileForm) -> str:
    past = engagements_of(db_session(), expert.id, own=True)
    return render_template("experts/own.html", expert=expert, form=form, engagements=past, kinds=KIND_LABELS)


@blueprint.post("/account/expert")
@signed_in()
def change_own() -> Response | tuple[str, int]:
    """维护本人信息."""
    found, form = own_expert(db_session(), current_actor()), OwnProfileForm()
    if form.validate_on_submit() and attempt(
        form, operations.change_own_profile, found, form.own_profile(), form.opened_version()
    ):
        flash(_("您的信息已保存，省局可以看到修改记录。"), "success")
        return redirect(url_for("experts.own"))
    return _page(found, form), 422
