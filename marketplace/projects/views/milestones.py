"""Reporting a milestone, the officers' board, and the check."""

from typing import Any

from flask import Response as FlaskResponse
from flask import flash, jsonify, redirect, render_template, url_for
from flask_babel import gettext as _

from marketplace.core.actor import BUREAU_ROLES, Role
from marketplace.core.text import N_
from marketplace.files.forms import file_links
from marketplace.files.queries import attachments_of
from marketplace.projects import operations, policy, queries
from marketplace.projects.forms import BoardForm, OpinionForm, ReportForm
from marketplace.projects.models import MILESTONE_FILES, Milestone
from marketplace.projects.views.base import Page, blueprint
from marketplace.web.access import signed_in
from marketplace.web.forms import attempt
from marketplace.web.navigation import Entry, add_entry
from marketplace.web.paging import PER_PAGE, page_number
from marketplace.web.paging import Page as Rows
from marketplace.web.requests import current_actor, db_session, request_now

add_entry(
    Entry(
        61, N_("里程碑看板"), "projects.board", frozenset(policy.READERS),
        active=lambda endpoint: endpoint in {"projects.board", "projects.check"},
    )
)  # fmt: skip

BOARD_TABS = (
    ("", N_("全部")),
    ("to_check", N_("待审核")),
    ("overdue", N_("已逾期")),
    ("soon", N_("30天内到期")),
    ("passed", N_("已通过")),
)


@blueprint.get("/manage/milestones")
@signed_in(*policy.READERS)
def board() -> str:
    """里程碑看板: what waits for a check first, then what is due."""
    session, now = db_session(), request_now()
    form = BoardForm.asked(queries.cities(session))
    filters, number = form.filters(), page_number()
    total = queries.board_size(session, filters, now)
    rows = queries.board(session, filters, now, PER_PAGE, (number - 1) * PER_PAGE)
    return render_template(
        "projects/board.html", page=Rows(rows, number, total), filters=form, view=filters.view, board_tabs=BOARD_TABS,
        capped=total == queries.MOST_BOARD, most=queries.MOST_BOARD, now=now,
    )  # fmt: skip


@blueprint.get("/projects/milestones/<int:milestone_id>/report")
@signed_in(*BUREAU_ROLES)
def report(milestone_id: int) -> Page:
    """里程碑报告. Who may not report (any more) sees why."""
    milestone = queries.milestone_for(db_session(), current_actor(), milestone_id)
    form = ReportForm(formdata=None, data={**milestone.draft, "version": str(milestone.version)})
    form.files.belongs_to(MILESTONE_FILES, milestone.id)
    return _report_page(milestone, form)


def _submitted(milestone: Milestone) -> ReportForm:
    form = ReportForm()
    form.files.belongs_to(MILESTONE_FILES, milestone.id)
    return form


def _report_page(milestone: Milestone, form: ReportForm) -> str:
    files = attachments_of(db_session(), MILESTONE_FILES, [milestone.id])[milestone.id]
    return render_template(
        "projects/report.html", milestone=milestone, project=milestone.project, form=form, kept=file_links(files),
        verdict=policy.may_report(current_actor(), milestone), now=request_now(),
    )  # fmt: skip


@blueprint.post("/projects/milestones/<int:milestone_id>/draft")
@signed_in(*BUREAU_ROLES)
def report_autosave(milestone_id: int) -> FlaskResponse | tuple[FlaskResponse, int]:
    """暂存 while typing: texts only."""
    milestone = queries.milestone_for(db_session(), current_actor(), milestone_id)
    form = ReportForm()
    saved = form.validate() and attempt(
        form, operations.save_report_draft, milestone, form.texts(), form.opened_version()
    )
    if not saved:
        return jsonify(errors=form.errors), 422
    db_session().flush()
    return jsonify(saved_at=request_now().isoformat(), version=milestone.version)


@blueprint.post("/projects/milestones/<int:milestone_id>/save")
@signed_in(*BUREAU_ROLES)
def report_save(milestone_id: int) -> Page:
    """保存草稿, with its files."""
    milestone = queries.milestone_for(db_session(), current_actor(), milestone_id)
    form = _submitted(milestone)
    if form.validate() and attempt(
        form, operations.save_report_draft, milestone, form.draft(), form.opened_version()
    ):
        flash(_("草稿已保存。"), "success")
        return redirect(url_for("projects.report", milestone_id=milestone_id))
    return _refused(milestone_id, form)


@blueprint.post("/projects/milestones/<int:milestone_id>/report")
@signed_in(*BUREAU_ROLES)
def report_submit(milestone_id: int) -> Page:
    """提交里程碑报告."""
    milestone = queries.milestone_for(db_session(), current_actor(), milestone_id)
    form = _submitted(milestone)
    if form.validate() and attempt(
        form, operations.report_milestone, milestone, form.draft(), form.opened_version()
    ):
        flash(_("报告已提交，省局审核后会邮件通知。"), "success")
        return redirect(url_for("projects.show", project_id=milestone.project_id))
    return _refused(milestone_id, form)


def _refused(milestone_id: int, form: ReportForm) -> Page:
    """The same page with what was typed and chosen."""
    return _report_page(queries.milestone_for(db_session(), current_actor(), milestone_id), form), 422


@blueprint.get("/manage/milestones/<int:milestone_id>")
@signed_in(*policy.READERS)
def check(milestone_id: int) -> str:
    """审核里程碑."""
    milestone = queries.milestone_for(db_session(), current_actor(), milestone_id)
    form = OpinionForm(formdata=None, data={"version": str(milestone.version)})
    return _check_page(milestone, form)


def _check_page(milestone: Milestone, form: OpinionForm) -> str:
    return render_template(
        "projects/check.html", milestone=milestone, project=milestone.project, form=form,
        reports=list(reversed(milestone.reports)), verdict=policy.may_decide(current_actor(), milestone),
    )  # fmt: skip


@blueprint.post("/manage/milestones/<int:milestone_id>/pass")
@signed_in(Role.OFFICER)
def pass_(milestone_id: int) -> Page:
    """审核通过."""
    return _decide(milestone_id, operations.pass_milestone, _("里程碑已通过。"))


@blueprint.post("/manage/milestones/<int:milestone_id>/return")
@signed_in(Role.OFFICER)
def return_(milestone_id: int) -> Page:
    """退回整改."""
    return _decide(milestone_id, operations.return_milestone, _("里程碑已退回。"))


def _decide(milestone_id: int, verb: Any, done: str) -> Page:
    milestone = queries.milestone_for(db_session(), current_actor(), milestone_id)
    form = OpinionForm()
    if form.validate() and attempt(form, verb, milestone, form.opinion.data, form.opened_version()):
        flash(done, "success")
        return redirect(url_for("projects.board"))
    return _check_page(queries.milestone_for(db_session(), current_actor(), milestone_id), form), 422
