"""专家库: list, enrol, change."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.core.actor import Role
from marketplace.core.clock import beijing_date
from marketplace.core.errors import NotFound
from marketplace.core.text import N_
from marketplace.experts import operations
from marketplace.experts.forms import ExpertForm, NewExpertForm
from marketplace.experts.models import Expert
from marketplace.experts.policy import READERS
from marketplace.experts.queries import experts as pool
from marketplace.experts.queries import people_to_enrol
from marketplace.organisations.models import Person
from marketplace.web.access import signed_in
from marketplace.web.forms import attempt
from marketplace.web.navigation import Entry, add_entry
from marketplace.web.paging import page_number, paginate
from marketplace.web.requests import db_session, request_now

blueprint = Blueprint("experts", __name__)

add_entry(
    Entry(
        55, N_("专家库"), "experts.index", frozenset(READERS),
        active=lambda endpoint: endpoint.startswith("experts."),
    )
)  # fmt: skip


@blueprint.get("/manage/experts")
@signed_in(*READERS)
def index() -> str:
    """The pool."""
    page = paginate(db_session(), pool(), page_number())
    return render_template("experts/index.html", page=page, today=beijing_date(request_now()))


@blueprint.get("/manage/experts/new")
@signed_in(Role.OFFICER)
def new() -> str:
    """专家入库."""
    form = NewExpertForm(formdata=None)
    form.term_from.data, form.technical.data = beijing_date(request_now()), True
    return _new_page(form)


def _new_page(form: NewExpertForm) -> str:
    people = people_to_enrol(db_session())
    form.person_id.choices = people
    return render_template("experts/edit.html", form=form, expert=None, people=people)


@blueprint.post("/manage/experts")
@signed_in(Role.OFFICER)
def enrol() -> Response | tuple[str, int]:
    """专家入库."""
    form = NewExpertForm()
    form.person_id.choices = people_to_enrol(db_session())
    if form.validate_on_submit():
        person = db_session().get(Person, form.person_id.data)
        if person is None:
            raise NotFound
        if attempt(form, operations.enrol_expert, person, form.profile()):
            flash(_("专家已入库。"), "success")
            return redirect(url_for("experts.index"))
    return _new_page(form), 422


@blueprint.get("/manage/experts/<int:expert_id>")
@signed_in(Role.OFFICER)
def show(expert_id: int) -> str:
    """专家信息."""
    found = _expert(expert_id)
    form = ExpertForm(
        formdata=None, obj=found, data={"fields_text": "、".join(found.fields), "version": str(found.version)}
    )
    return render_template("experts/edit.html", form=form, expert=found, people=[])


def _expert(expert_id: int) -> Expert:
    found = db_session().get(Expert, expert_id)
    if found is None:
        raise NotFound
    return found


@blueprint.post("/manage/experts/<int:expert_id>")
@signed_in(Role.OFFICER)
def change(expert_id: int) -> Response | tuple[str, int]:
    """修改专家信息."""
    found, form = _expert(expert_id), ExpertForm()
    if form.validate_on_submit() and attempt(
        form, operations.change_expert, found, form.profile(), form.opened_version()
    ):
        flash(_("专家信息已保存。"), "success")
        return redirect(url_for("experts.index"))
    return render_template("experts/edit.html", form=form, expert=found, people=[]), 422
