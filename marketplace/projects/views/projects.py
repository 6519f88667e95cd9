"""The list of projects and the page of one."""

from typing import Any

from flask import Response as FlaskResponse
from flask import render_template
from flask_babel import gettext as _

from marketplace.audit.queries import history_of
from marketplace.core.actor import BUREAU_ROLES, Actor
from marketplace.core.clock import beijing_date
from marketplace.core.text import N_
from marketplace.files.forms import file_links
from marketplace.files.queries import attachments_of
from marketplace.projects import policy, queries
from marketplace.projects.forms import FilterForm
from marketplace.projects.models import OUTCOME_FILES, Milestone, Outcome, Project
from marketplace.projects.reminders import MOMENTS
from marketplace.projects.views.base import blueprint
from marketplace.projects.workflow import PROJECT, ProjectState
from marketplace.web.access import signed_in
from marketplace.web.exports import Sheet, xlsx_response
from marketplace.web.i18n import translate
from marketplace.web.navigation import Entry, add_entry
from marketplace.web.offers import history_rows, offer, stepper
from marketplace.web.paging import page_number, paginate
from marketplace.web.requests import current_actor, db_session, request_now

VIEWERS = frozenset({*policy.READERS, *BUREAU_ROLES})
MOST_EXPORTED = 5000
BOARD_VIEWS = frozenset({"projects.board", "projects.check"})

add_entry(
    Entry(
        60, N_("项目一览"), "projects.index", VIEWERS,
        active=lambda endpoint: endpoint.startswith("projects.") and endpoint not in BOARD_VIEWS,
    )
)  # fmt: skip


@blueprint.get("/projects")
@signed_in(*VIEWERS)
def index() -> str:
    """项目列表: the unit's own, or all."""
    session, actor, now = db_session(), current_actor(), request_now()
    form = FilterForm.asked(queries.cities(session) if policy.sees_all(actor) else [])
    page = paginate(session, queries.projects(actor, form.filters(), now), page_number(), rows=True)
    return render_template(
        "projects/index.html",
        page=page,
        filters=form,
        all_units=policy.sees_all(actor),
        today=beijing_date(now),
    )


@blueprint.get("/projects/export")
@signed_in(*VIEWERS)
def export() -> FlaskResponse:
    """导出 what the filters leave."""
    session, actor, now = db_session(), current_actor(), request_now()
    form = FilterForm.asked(queries.cities(session))
    rows = session.execute(queries.projects(actor, form.filters(), now).limit(MOST_EXPORTED)).all()
    grades = {code: translate(label) for code, label in form.grade.choices or [] if code}
    headings = [
        _("序号"), _("项目编号"), _("项目名称"), _("牵头单位"), _("状态"), _("进度（百分比）"), _("立项日期"),
        _("项目期限"), _("经费（万元）"), _("得分"), _("等级"),
    ]  # fmt: skip
    sheet = Sheet(
        _("项目"), headings, [_line(n, row, grades) for n, row in enumerate(rows, 1)],
        (6, 22, 44, 30, 12, 10, 20, 12, 14, 8, 12),
    )  # fmt: skip
    return xlsx_response(_("项目清单.xlsx"), [sheet], "project")


def _line(number: int, row: Any, grades: dict[str, str]) -> list[Any]:
    project, unit, _coming = row
    return [
        number, project.number, project.title, unit, translate(PROJECT.label(project.state)), project.progress,
        project.opened_at, project.due_on, project.budget_fen / 1_000_000, project.score,
        grades.get(project.grade or "", ""),
    ]  # fmt: skip


@blueprint.get("/projects/<int:project_id>")
@signed_in(*VIEWERS)
def show(project_id: int) -> str:
    """一个项目."""
    session, actor = db_session(), current_actor()
    project = queries.project_for(session, actor, project_id)
    outcome = queries.outcome_of(session, project.id)
    delivered = outcome is not None and outcome.delivered_at is not None
    files = attachments_of(session, OUTCOME_FILES, [outcome.id])[outcome.id] if outcome and delivered else []
    return render_template(
        "projects/show.html",
        project=project,
        outcome=outcome if delivered else None,
        outcome_files=file_links(files),
        steps=steps_of(project, outcome),
        offers=offers_of(actor, project),
        milestone_offers={m.id: milestone_offer(actor, m) for m in project.milestones},
        on_time={m.id: m.reports[0].on_time for m in project.milestones if m.reports},
        reminders=queries.reminders_of(session, project.id),
        moments=MOMENTS,
        history=history_rows(history_of(session, "project", project.id)),
        now=request_now(),
    )


def steps_of(project: Project, outcome: Outcome | None) -> list[dict[str, Any]]:
    """The stages of a project with their moments."""
    end = ProjectState.FAILED if project.state == ProjectState.FAILED else ProjectState.ACCEPTED
    path = (ProjectState.RUNNING, ProjectState.DELIVERED, ProjectState.IN_ACCEPTANCE, end)
    times = {
        str(ProjectState.RUNNING): project.opened_at,
        str(ProjectState.DELIVERED): outcome.delivered_at if outcome else None,
        str(end): project.decided_at,
    }
    return stepper(PROJECT, path, project.state, times)


def offers_of(actor: Actor, project: Project) -> list[dict[str, Any]]:
    """What can be done with the project itself."""
    values: dict[str, Any] = {"project_id": project.id}
    if policy.acts_for_lead(actor, project):
        edit = policy.may_edit_outcome(actor, project)
        return [
            *_next_report(actor, project),
            offer(N_("填写成果"), "projects.outcome_edit", edit, method="get", **values),
            offer(
                N_("核对并提交成果"), "projects.outcome_check", policy.may_deliver(actor, project), method="get",
                tone="secondary", **values,
            ),
        ]  # fmt: skip
    convene = policy.may_convene(actor, project)
    return [offer(N_("组织验收"), "projects.outcome", convene, method="get", **values)]


def _next_report(actor: Actor, project: Project) -> list[dict[str, Any]]:
    """The milestone to report next, named, so that nobody has to look for it in the table."""
    due = next((m for m in project.milestones if policy.may_report(actor, m)), None)
    if due is None:
        return []
    label = translate(N_("提交“%(name)s”报告"), {"name": due.name})
    return [{**milestone_offer(actor, due), "label": label}]


def milestone_offer(actor: Actor, milestone: Milestone) -> dict[str, Any]:
    """What can be done with a milestone: report it, or check the report."""
    values: dict[str, Any] = {"milestone_id": milestone.id}
    if policy.sees_all(actor):
        return offer(
            N_("审核"), "projects.check", policy.may_decide(actor, milestone), method="get", **values
        )
    return offer(
        N_("提交报告"), "projects.report", policy.may_report(actor, milestone), method="get", **values
    )
