"""Drawing up a round and its rules."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.core.actor import Role
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.priority import operations, policy
from marketplace.priority.forms import ListForm, NewListForm
from marketplace.priority.models import PriorityList
from marketplace.priority.views.base import blueprint, the_round
from marketplace.web.access import signed_in
from marketplace.web.forms import attempt
from marketplace.web.requests import current_actor
from marketplace.web.rows import change_rows

Page = str | tuple[str, int] | Response


def _page(form: ListForm, plist: PriorityList | None) -> str:
    return render_template("priority/edit.html", form=form, plist=plist)


@blueprint.get("/priority/new")
@signed_in(Role.OFFICER)
def new() -> str:
    """拟定轮次."""
    return _page(NewListForm.fresh(), None)


@blueprint.post("/priority")
@signed_in(Role.OFFICER)
def create() -> Page:
    """拟定轮次."""
    form, made = NewListForm(), []
    if change_rows(form):
        return _page(form, None)

    def draft(uow: UnitOfWork) -> None:
        made.append(
            operations.draft_list(
                uow, form.kind.data, form.title.data or "", form.places.data, form.rules(), form.declare_until.data
            )
        )  # fmt: skip

    if form.validate() and attempt(form, draft):
        flash(_("名单已拟定，规则公布前可以修改。"), "success")
        return redirect(url_for("priority.show", list_id=made[0].id))
    return _page(form, None), 422


@blueprint.get("/priority/<int:list_id>/edit")
@signed_in(Role.OFFICER)
def edit(list_id: int) -> Page:
    """修改轮次草稿."""
    plist = the_round(list_id)
    if not policy.may_revise(current_actor(), plist):
        return redirect(url_for("priority.show", list_id=list_id))
    return _page(ListForm.of(plist), plist)


@blueprint.post("/priority/<int:list_id>")
@signed_in(Role.OFFICER)
def revise(list_id: int) -> Page:
    """修改轮次草稿."""
    plist, form = the_round(list_id), ListForm()
    if change_rows(form):
        return _page(form, plist)

    def save(uow: UnitOfWork) -> None:
        operations.revise_list(
            uow, plist, form.title.data or "", form.places.data, form.rules(), form.opened_version(),
            form.declare_until.data,
        )  # fmt: skip

    if form.validate() and attempt(form, save):
        flash(_("名单已保存。"), "success")
        return redirect(url_for("priority.show", list_id=list_id))
    return _page(form, the_round(list_id)), 422
