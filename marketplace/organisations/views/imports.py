"""Importing people from the Excel template: download, trial run, confirmation (批量导入)."""

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.core.clock import beijing_date
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.files.importing import MOST_FAULTS, sealed, unsealed, uploaded_lines
from marketplace.files.tables import MOST_ROWS, Line
from marketplace.organisations import directory
from marketplace.organisations.forms import ImportForm
from marketplace.organisations.operations import imports
from marketplace.organisations.operations.imports import Checked
from marketplace.organisations.spreadsheet import COLUMNS, LAYOUT, template
from marketplace.organisations.views.base import blueprint
from marketplace.organisations.views.people import MANAGERS
from marketplace.web.access import signed_in
from marketplace.web.exports import XLSX, attachment_headers
from marketplace.web.forms import attempt
from marketplace.web.requests import current_actor, current_uow, db_session, discard, request_now

PURPOSE = "people-import"


@blueprint.get("/manage/people/import")
@signed_in(*MANAGERS)
def import_page() -> str:
    """Where the template is fetched and brought back."""
    return _page(ImportForm(formdata=None))


def _page(form: ImportForm) -> str:
    return render_template("organisations/import.html", form=form, most_rows=MOST_ROWS)


@blueprint.get("/manage/people/import/template.xlsx")
@signed_in(*MANAGERS)
def import_template() -> Response:
    """The template with the units and roles that the actor may fill."""
    actor = current_actor()
    units = directory.units_to_staff(db_session(), actor, beijing_date(request_now()))
    body = template([unit.name for unit in units], directory.roles_to_give(actor))
    return Response(body, headers=attachment_headers("人员导入模板.xlsx"), content_type=XLSX)


@blueprint.post("/manage/people/import/check")
@signed_in(*MANAGERS)
def check_import() -> ResponseReturnValue:
    """The trial run: what would be imported, or what is wrong where."""
    form = ImportForm()
    lines = uploaded_lines(form.file, LAYOUT)
    if lines is None:
        return _page(form), 422
    checked = imports.check(current_uow(), lines)
    discard()
    return _result(form, lines, checked)


def _result(form: ImportForm, lines: list[Line], checked: Checked) -> ResponseReturnValue:
    seal = "" if checked.faults else sealed(PURPOSE, lines)
    page = render_template(
        "organisations/import_check.html", form=form, faults=checked.faults[:MOST_FAULTS], lines=lines,
        number=len(checked.faults), people=checked.newcomers, seal=seal, columns=COLUMNS,
    )  # fmt: skip
    return page, 422 if checked.faults else 200


@blueprint.post("/manage/people/import")
@signed_in(*MANAGERS)
def import_people() -> ResponseReturnValue:
    """Invites everybody of the checked rows, or nobody."""
    form = ImportForm(formdata=None)
    if not attempt(form, _import_sealed, request.form.get("seal", "")):
        return _page(form), 422
    flash(_("导入完成，邀请已发出。"), "success")
    return redirect(url_for("organisations.list_people", state="invited"))


def _import_sealed(uow: UnitOfWork, seal: str) -> None:
    imports.import_people(uow, unsealed(PURPOSE, seal))
