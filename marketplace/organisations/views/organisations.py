"""The register of organisations (机构管理)."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from marketplace.audit.queries import history_of
from marketplace.core.actor import Role
from marketplace.core.clock import beijing_date
from marketplace.core.text import N_, tidy
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.organisations import directory, policy
from marketplace.organisations.forms import (
    EndOrganisationForm,
    NewOrganisationForm,
    OrganisationFilterForm,
    OrganisationForm,
)
from marketplace.organisations.labels import KIND_LABELS
from marketplace.organisations.models import Organisation, OrganisationKind
from marketplace.organisations.naming import unit_name
from marketplace.organisations.operations import organisations as operations
from marketplace.organisations.operations.organisations import Foundation, Names
from marketplace.organisations.queries import exists_on, organisation_for, organisations_in_order
from marketplace.organisations.views.base import blueprint
from marketplace.web.access import signed_in
from marketplace.web.forms import attempt
from marketplace.web.i18n import translate
from marketplace.web.navigation import Entry, add_entry
from marketplace.web.offers import history_rows
from marketplace.web.paging import page_number, paginate
from marketplace.web.requests import current_actor, db_session, request_now

READERS = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)

PAGES = ("_organisation", "_organisations")

add_entry(
    Entry(
        76,
        N_("机构管理"),
        "organisations.list_organisations",
        frozenset(READERS),
        active=lambda endpoint: endpoint.startswith("organisations.") and endpoint.endswith(PAGES),
    )
)


@blueprint.get("/manage/organisations")
@signed_in(*READERS)
def list_organisations() -> str:
    """All organisations in official order."""
    session, form = db_session(), OrganisationFilterForm(formdata=request.args)
    form.kind.choices = [
        ("", _("全部")),
        *((str(kind), translate(label)) for kind, label in KIND_LABELS.items()),
    ]
    today = None if form.ended.data else beijing_date(request_now())
    query = directory.organisations_query(tidy(form.q.data)[:80], form.kind.data or "", today)
    page = paginate(session, query, page_number())
    counts = directory.staff_counts(session, [unit.id for unit in page.items])
    may = policy.may_manage_organisations(current_actor())
    return render_template("organisations/organisations.html", page=page, form=form, counts=counts, may=may)


def _prepared(form: NewOrganisationForm) -> NewOrganisationForm:
    cities = organisations_in_order(db_session(), [OrganisationKind.MUNICIPAL], beijing_date(request_now()))
    form.parent_id.choices = [("", _("（不选）")), *((str(city.id), unit_name(city.name)) for city in cities)]
    kinds = [kind for kind in OrganisationKind if kind != OrganisationKind.PROVINCE]
    form.kind.choices = [("", _("请选择")), *((str(kind), translate(KIND_LABELS[kind])) for kind in kinds)]
    return form


@blueprint.get("/manage/organisations/new")
@signed_in(Role.SYSTEM_ADMIN)
def new_organisation() -> str:
    """The form of a new organisation."""
    form = _prepared(NewOrganisationForm(formdata=None))
    form.valid_from.data = beijing_date(request_now())
    return render_template("organisations/new_organisation.html", form=form)


@blueprint.post("/manage/organisations")
@signed_in(Role.SYSTEM_ADMIN)
def add_organisation() -> ResponseReturnValue:
    """Adds it."""
    form = _prepared(NewOrganisationForm())
    if not form.validate() or not attempt(form, _add, form):
        return render_template("organisations/new_organisation.html", form=form), 422
    flash(_("机构已新增。"), "success")
    return redirect(url_for("organisations.list_organisations", q=form.code.data))


def _names(form: OrganisationForm) -> Names:
    return Names(form.name.data or "", form.short_name.data or "", form.name_en.data or "")


def _add(uow: UnitOfWork, form: NewOrganisationForm) -> None:
    parent = int(form.parent_id.data) if form.parent_id.data else None
    day = form.valid_from.data or beijing_date(uow.now)
    foundation = Foundation(OrganisationKind(form.kind.data), form.code.data or "", parent, day)
    operations.add_organisation(uow, _names(form), foundation)


def _load(organisation_id: int) -> Organisation:
    return organisation_for(db_session(), current_actor(), organisation_id)


def _page(organisation: Organisation, form: OrganisationForm, ending: EndOrganisationForm) -> str:
    session, today = db_session(), beijing_date(request_now())
    people = directory.staff_counts(session, [organisation.id]).get(organisation.id, 0)
    below = directory.count_units_below(session, organisation.id, today)
    parent = session.scalar(select(Organisation).where(Organisation.id == organisation.parent_id))
    return render_template(
        "organisations/organisation.html", organisation=organisation, parent=parent, form=form, ending=ending,
        people=people, below=below, ended=not exists_on(organisation, today),
        may=policy.may_manage_organisations(current_actor()),
        may_end=policy.may_end_organisation(current_actor(), people, below),
        history=history_rows(history_of(session, "organisation", organisation.id)),
    )  # fmt: skip


def _forms(organisation: Organisation) -> tuple[OrganisationForm, EndOrganisationForm]:
    ending = EndOrganisationForm(formdata=None)
    ending.last_day.data = beijing_date(request_now())
    return OrganisationForm(formdata=None, obj=organisation), ending


@blueprint.get("/manage/organisations/<int:organisation_id>")
@signed_in(*READERS)
def show_organisation(organisation_id: int) -> str:
    """One organisation: names, validity, history."""
    organisation = _load(organisation_id)
    return _page(organisation, *_forms(organisation))


@blueprint.post("/manage/organisations/<int:organisation_id>")
@signed_in(Role.SYSTEM_ADMIN)
def save_organisation(organisation_id: int) -> ResponseReturnValue:
    """Renames it."""
    organisation, form = _load(organisation_id), OrganisationForm()
    if not form.validate() or not attempt(
        form, operations.rename, organisation, _names(form), form.opened_version()
    ):
        return _page(_load(organisation_id), form, _forms(organisation)[1]), 422
    flash(_("机构信息已保存。"), "success")
    return _back(organisation_id)


@blueprint.post("/manage/organisations/<int:organisation_id>/end")
@signed_in(Role.SYSTEM_ADMIN)
def end_organisation(organisation_id: int) -> ResponseReturnValue:
    """Ends it."""
    organisation, form = _load(organisation_id), EndOrganisationForm()
    if not form.validate() or not attempt(
        form, operations.end_organisation, organisation, form.last_day.data
    ):
        return _page(_load(organisation_id), _forms(organisation)[0], form), 422
    flash(_("机构已撤销。"), "success")
    return _back(organisation_id)


def _back(organisation_id: int) -> Response:
    return redirect(url_for("organisations.show_organisation", organisation_id=organisation_id))
