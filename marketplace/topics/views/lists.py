"""Challenge lists and their rules (榜单与本批次规则)."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from marketplace.audit.queries import history_of
from marketplace.core.actor import Role
from marketplace.core.clock import beijing_date
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.topics import operations, policy
from marketplace.topics.forms.decisions import PlainForm
from marketplace.topics.forms.lists import ListForm, RulesForm
from marketplace.topics.models import ChallengeList
from marketplace.topics.queries import all_lists, rules_of, topics_by_list
from marketplace.topics.views.base import READERS, Page, blueprint, the_list
from marketplace.web.access import signed_in
from marketplace.web.forms import attempt
from marketplace.web.offers import history_rows, offer
from marketplace.web.paging import page_number, paginate
from marketplace.web.requests import current_actor, current_uow, db_session, request_now
from marketplace.web.rows import change_rows


@blueprint.get("/manage/lists")
@signed_in(*READERS)
def lists() -> Page:
    """榜单管理."""
    session = db_session()
    page = paginate(session, all_lists(), page_number())
    return render_template(
        "topics/lists.html",
        page=page,
        counts=topics_by_list(session, [item.id for item in page.items]),
        new=offer(N_("新建榜单"), "topics.new_list", policy.may_draft(current_actor()), method="get"),
    )


@blueprint.get("/manage/lists/new")
@signed_in(Role.OFFICER)
def new_list() -> Page:
    """起草榜单."""
    return render_template(
        "topics/new_list.html", form=ListForm(data={"year": beijing_date(request_now()).year})
    )


@blueprint.post("/manage/lists/new")
@signed_in(Role.OFFICER)
def create_list() -> Page:
    """Creates the draft."""
    form = ListForm()
    if not (form.validate_on_submit() and attempt(form, _draft, form)):
        return render_template("topics/new_list.html", form=form), 422
    flash(_("榜单草稿已建立，请核对规则。"), "success")
    return redirect(url_for("topics.lists"))


def _draft(uow: UnitOfWork, form: ListForm) -> ChallengeList:
    return operations.draft_list(
        uow, title=form.title.data, year=form.year.data or 0, code=form.code.data or ""
    )


@blueprint.get("/manage/lists/<int:list_id>")
@signed_in(*READERS)
def show_list(list_id: int) -> Page:
    """One list: its rules, to be edited or frozen."""
    found = the_list(list_id)
    return _list_page(found, RulesForm.of(rules_of(found), found.version))


def _list_page(found: ChallengeList, form: RulesForm, status: int = 200) -> Page:
    actor, session = current_actor(), db_session()
    return render_template(
        "topics/list.html",
        list=found,
        form=form.offer(),
        rules=rules_of(found),
        may_change=policy.may_change_rules(actor, found),
        may_publish=policy.may_publish_list(actor, found),
        publish_form=PlainForm(formdata=None, data={"version": found.version}),
        history=history_rows(history_of(session, "challenge_list", found.id)),
        counts=topics_by_list(session, [found.id]),
    ), status


@blueprint.post("/manage/lists/<int:list_id>/rules")
@signed_in(Role.OFFICER)
def save_rules(list_id: int) -> Page:
    """保存规则."""
    found = the_list(list_id)
    form = RulesForm.of(rules_of(found), found.version)
    if change_rows(form):
        return _list_page(found, form)
    if not (form.validate_on_submit() and attempt(form, _change, found, form)):
        return _list_page(found, form, 422)
    flash(_("规则已保存。"), "success")
    return redirect(url_for("topics.show_list", list_id=found.id))


def _change(uow: UnitOfWork, found: ChallengeList, form: RulesForm) -> None:
    operations.change_list_rules(uow, found, form.rules(), form.opened_version())


@blueprint.post("/manage/lists/<int:list_id>/publish")
@signed_in(Role.APPROVER)
def publish_list(list_id: int) -> Page:
    """发布榜单并冻结规则."""
    found, form = the_list(list_id), PlainForm()
    operations.publish_list(current_uow(), found, form.opened_version())
    flash(_("榜单已发布，规则已冻结。"), "success")
    return redirect(url_for("topics.show_list", list_id=found.id))
