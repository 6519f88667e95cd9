"""Importing experts from the Excel template: download, trial run, confirmation (批量导入专家)."""

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.core.actor import Role
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.experts import imports
from marketplace.experts.forms import ImportForm
from marketplace.experts.spreadsheet import COLUMNS, LAYOUT, template
from marketplace.experts.views.base import blueprint
from marketplace.files.importing import MOST_FAULTS, sealed, unsealed, uploaded_lines
from marketplace.files.tables import MOST_ROWS
from marketplace.web.access import signed_in
from marketplace.web.exports import XLSX, attachment_headers
from marketplace.web.forms import attempt
from marketplace.web.requests import current_uow, discard

PURPOSE = "experts-import"


@blueprint.get("/manage/experts/import")
@signed_in(Role.OFFICER)
def import_page() -> str:
    """Where the template is fetched and brought back."""
    return _page(ImportForm(formdata=None))


def _page(form: ImportForm) -> str:
    return render_template("experts/import.html", form=form, most_rows=MOST_ROWS)


@blueprint.get("/manage/experts/import/template.xlsx")
@signed_in(Role.OFFICER)
def import_template() -> Response:
    """The template."""
    return Response(template(), headers=attachment_headers("专家导入模板.xlsx"), content_type=XLSX)


@blueprint.post("/manage/experts/import/check")
@signed_in(Role.OFFICER)
def check_import() -> ResponseReturnValue:
    """The trial run: who would join, or what is wrong where."""
    form = ImportForm()
    lines = uploaded_lines(form.file, LAYOUT)
    if lines is None:
        return _page(form), 422
    checked = imports.check(current_uow(), lines)
    number = len(checked.faults)
    page = render_template(
        "experts/import_check.html", form=form, faults=checked.faults[:MOST_FAULTS], lines=lines, number=number,
        columns=COLUMNS, seal="" if number else sealed(PURPOSE, lines),
    )  # fmt: skip
    discard()
    return page, 422 if number else 200


@blueprint.post("/manage/experts/import")
@signed_in(Role.OFFICER)
def import_experts() -> ResponseReturnValue:
    """Everybody of the checked rows joins, or nobody."""
    form = ImportForm(formdata=None)
    if not attempt(form, _import_sealed, request.form.get("seal", "")):
        return _page(form), 422
    flash(_("导入完成，人员已入库。"), "success")
    return redirect(url_for("experts.index"))


def _import_sealed(uow: UnitOfWork, seal: str) -> None:
    imports.import_experts(uow, unsealed(PURPOSE, seal))
