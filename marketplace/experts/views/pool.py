"""专家库与人才库: list, enrol, look at, change."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.audit.queries import history_of
from marketplace.core.actor import Role
from marketplace.core.clock import beijing_date
from marketplace.core.errors import NotFound
from marketplace.core.text import N_, tidy
from marketplace.experts import operations, policy
from marketplace.experts.engagements import engagements_of
from marketplace.experts.forms import ExpertForm, NewExpertForm, PoolFilterForm, known
from marketplace.experts.labels import KIND_LABELS, LANGUAGE_LABELS
from marketplace.experts.models import Expert, ExpertKind
from marketplace.experts.policy import READERS
from marketplace.experts.queries import expert_for, people_to_enrol, standings
from marketplace.experts.queries import experts as members
from marketplace.experts.standing import UNRATED
from marketplace.experts.views.base import blueprint
from marketplace.organisations.models import Person
from marketplace.web.access import signed_in
from marketplace.web.forms import attempt
from marketplace.web.i18n import translate
from marketplace.web.navigation import Entry, add_entry
from marketplace.web.offers import history_rows, offer
from marketplace.web.paging import page_number, paginate
from marketplace.web.requests import current_actor, db_session, request_now

add_entry(
    Entry(
        55, N_("专家库"), "experts.index", frozenset(READERS),
        active=lambda endpoint: endpoint.startswith("experts.") and endpoint != "experts.own",
    )
)  # fmt: skip


@blueprint.get("/manage/experts")
@signed_in(*READERS)
def index() -> str:
    """The pool, one kind or both."""
    form = PoolFilterForm(formdata=request.args)
    form.kind.choices = [
        ("", _("全部")),
        *((str(kind), translate(label)) for kind, label in KIND_LABELS.items()),
    ]
    kind = form.kind.data if form.kind.data in set(ExpertKind) else ""
    page = paginate(db_session(), members(kind or "", tidy(form.q.data)[:80]), page_number())
    today = beijing_date(request_now())
    return render_template(
        "experts/index.html", page=page, form=form, today=today, kinds=KIND_LABELS, unrated=UNRATED,
        standings=standings(db_session(), [one.id for one in page.items], today),
    )  # fmt: skip


@blueprint.get("/manage/experts/new")
@signed_in(Role.OFFICER)
def new() -> str:
    """专家入库 or 人才入库."""
    form = NewExpertForm(formdata=None)
    form.term_from.data, form.technical.data = beijing_date(request_now()), True
    form.kind.data = ExpertKind.TALENT if request.args.get("kind") == ExpertKind.TALENT else ExpertKind.EXPERT
    form.languages.data = ["zh"]
    return _new_page(form)


def _new_page(form: NewExpertForm) -> str:
    people = people_to_enrol(db_session(), form.kind.data)
    form.person_id.choices = people
    return render_template("experts/edit.html", form=form, expert=None, people=people, kind=form.kind.data)


@blueprint.post("/manage/experts")
@signed_in(Role.OFFICER)
def enrol() -> Response | tuple[str, int]:
    """专家入库."""
    form = NewExpertForm()
    form.person_id.choices = people_to_enrol(db_session(), form.kind.data)
    if form.validate_on_submit():
        person = db_session().get(Person, form.person_id.data)
        if person is None:
            raise NotFound
        if attempt(form, operations.enrol_expert, person, form.profile()):
            flash(_("已入库。"), "success")
            return redirect(url_for("experts.index"))
    return _new_page(form), 422


def _loaded(expert_id: int) -> Expert:
    return expert_for(db_session(), current_actor(), expert_id)


@blueprint.get("/manage/experts/<int:expert_id>")
@signed_in(*READERS)
def show(expert_id: int) -> str:
    """专家信息 with the panels she has sat on."""
    found, session, actor = _loaded(expert_id), db_session(), current_actor()
    change = offer(
        N_("修改信息"), "experts.edit", policy.may_manage_experts(actor), method="get", expert_id=found.id
    )
    today = beijing_date(request_now())
    return render_template(
        "experts/show.html", expert=found, today=today, offers=[change], kinds=KIND_LABELS,
        standing=standings(session, [found.id], today).get(found.id, UNRATED),
        languages=LANGUAGE_LABELS, engagements=engagements_of(session, found.id),
        history=history_rows(history_of(session, "expert", found.id)),
    )  # fmt: skip


@blueprint.get("/manage/experts/<int:expert_id>/edit")
@signed_in(Role.OFFICER)
def edit(expert_id: int) -> str:
    """修改专家信息."""
    found = _loaded(expert_id)
    form = ExpertForm(formdata=None, obj=found, data=known(found))
    return render_template("experts/edit.html", form=form, expert=found, people=[], kind=found.kind)


@blueprint.post("/manage/experts/<int:expert_id>")
@signed_in(Role.OFFICER)
def change(expert_id: int) -> Response | tuple[str, int]:
    """修改专家信息."""
    found, form = _loaded(expert_id), ExpertForm()
    if form.validate_on_submit() and attempt(
        form, operations.change_expert, found, form.profile(), form.opened_version()
    ):
        flash(_("专家信息已保存。"), "success")
        return redirect(url_for("experts.show", expert_id=expert_id))
    return render_template("experts/edit.html", form=form, expert=found, people=[], kind=found.kind), 422
