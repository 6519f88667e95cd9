"""Pages of the ledger and of priority lists."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask import Response as FlaskResponse
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.audit.queries import history_of
from marketplace.core.actor import Role
from marketplace.core.text import N_
from marketplace.priority import operations, policy, queries
from marketplace.priority.forms import KIND_LABELS, ListForm, NewListForm, ReasonForm
from marketplace.priority.models import PriorityKind, PriorityList, Snapshot
from marketplace.priority.ranking import differences
from marketplace.priority.workflow import PRIORITY_LIST, PriorityState
from marketplace.topics.rules import DEFAULT_RULES, GRADES
from marketplace.web.access import signed_in
from marketplace.web.exports import Sheet, xlsx_response
from marketplace.web.forms import attempt
from marketplace.web.i18n import translate
from marketplace.web.navigation import Entry, add_entry
from marketplace.web.offers import history_rows, offer, stepper
from marketplace.web.paging import page_number, paginate
from marketplace.web.requests import current_actor, current_uow, db_session, request_now

blueprint = Blueprint("priority", __name__)
LEDGER_VIEWS = frozenset({"priority.ledger", "priority.unit_ledger"})
Page = str | tuple[str, int] | Response

add_entry(
    Entry(
        70, N_("优先名单"), "priority.index", policy.VIEWERS,
        active=lambda endpoint: endpoint.startswith("priority.") and endpoint not in LEDGER_VIEWS,
    )
)  # fmt: skip
add_entry(Entry(71, N_("成效积分"), "priority.ledger", policy.VIEWERS, active=LEDGER_VIEWS.__contains__))


@blueprint.context_processor
def words() -> dict[str, Any]:
    """Labels for the templates of this blueprint."""
    return {
        "kind_labels": {str(kind): label for kind, label in KIND_LABELS.items()},
        "state_labels": PRIORITY_LIST.labels,
        "grade_labels": {line.code: line.label for line in GRADES},
    }


def _load(list_id: int) -> PriorityList:
    return queries.list_for(db_session(), current_actor(), list_id)


@blueprint.get("/priority")
@signed_in(*policy.VIEWERS)
def index() -> str:
    """优先名单."""
    actor = current_actor()
    page = paginate(db_session(), queries.lists(actor), page_number())
    return render_template("priority/index.html", page=page, may_draft=policy.may_draft(actor))


@blueprint.get("/priority/new")
@signed_in(Role.OFFICER)
def new() -> str:
    """拟定名单."""
    data = {"kind": PriorityKind.PILOT.value, "places": 10, "priority_cap": DEFAULT_RULES.priority_cap}
    return render_template("priority/edit.html", form=NewListForm(formdata=None, data=data), plist=None)


@blueprint.post("/priority")
@signed_in(Role.OFFICER)
def create() -> Page:
    """拟定名单."""
    form, made = NewListForm(), []

    def draft(uow: Any) -> None:
        made.append(
            operations.draft_list(uow, form.kind.data, form.title.data, form.places.data or 0, form.rules())
        )

    if form.validate() and attempt(form, draft):
        flash(_("名单已拟定，发布前可以修改。"), "success")
        return redirect(url_for("priority.show", list_id=made[0].id))
    return render_template("priority/edit.html", form=form, plist=None), 422


@blueprint.get("/priority/<int:list_id>/edit")
@signed_in(Role.OFFICER)
def edit(list_id: int) -> Page:
    """修改名单草稿."""
    plist = _load(list_id)
    if not policy.may_revise(current_actor(), plist):
        return redirect(url_for("priority.show", list_id=list_id))
    return render_template("priority/edit.html", form=ListForm.of(plist), plist=plist)


@blueprint.post("/priority/<int:list_id>")
@signed_in(Role.OFFICER)
def revise(list_id: int) -> Page:
    """修改名单草稿."""
    plist, form = _load(list_id), ListForm()
    if form.validate() and attempt(
        form, operations.revise_list, plist, form.title.data, form.places.data or 0, form.rules(),
        form.opened_version(),
    ):  # fmt: skip
        flash(_("名单已保存。"), "success")
        return redirect(url_for("priority.show", list_id=list_id))
    return render_template("priority/edit.html", form=form, plist=_load(list_id)), 422


@blueprint.get("/priority/<int:list_id>")
@signed_in(*policy.VIEWERS)
def show(list_id: int) -> str:
    """一份名单: the live preview of a draft, or the snapshot in force."""
    return _show_page(_load(list_id), ReasonForm(formdata=None))


def _show_page(plist: PriorityList, form: ReasonForm) -> str:
    session, actor = db_session(), current_actor()
    snapshots = queries.snapshots_of(session, plist.id)
    content = snapshots[0].content if snapshots else operations.content_of(current_uow(), plist, 1)
    return render_template(
        "priority/show.html", plist=plist, snapshots=snapshots, content=content, form=form,
        steps=_steps(plist, snapshots),
        offers=_offers(plist), may_correct=policy.may_correct(actor, plist), reads_all=policy.reads_all(actor),
        history=history_rows(history_of(session, "priority_list", plist.id)),
    )  # fmt: skip


def _steps(plist: PriorityList, snapshots: Sequence[Snapshot]) -> list[dict[str, Any]]:
    published = snapshots[-1].taken_at if snapshots else None
    times = {str(PriorityState.DRAFT): plist.created_at, str(PriorityState.PUBLISHED): published}
    return stepper(PRIORITY_LIST, (PriorityState.DRAFT, PriorityState.PUBLISHED), plist.state, times)


def _offers(plist: PriorityList) -> list[dict[str, Any]]:
    actor = current_actor()
    values: dict[str, Any] = {"list_id": plist.id}
    if not policy.reads_all(actor) or plist.state != PriorityState.DRAFT:
        return []
    publish = offer(N_("冻结并发布"), "priority.publish", policy.may_publish(actor, plist), **values)
    publish["fields"] = {"version": plist.version}
    revise_ = policy.may_revise(actor, plist)
    return [
        publish,
        offer(N_("修改"), "priority.edit", revise_, method="get", tone="secondary", **values),
    ]


@blueprint.post("/priority/<int:list_id>/publish")
@signed_in(Role.APPROVER)
def publish(list_id: int) -> Page:
    """冻结并发布."""
    plist, form = _load(list_id), ReasonForm()
    if attempt(form, operations.publish_list, plist, form.opened_version()):
        flash(_("名单已冻结并发布。"), "success")
        return redirect(url_for("priority.show", list_id=list_id))
    return _show_page(_load(list_id), form), 422


@blueprint.post("/priority/<int:list_id>/correct")
@signed_in(Role.APPROVER)
def correct(list_id: int) -> Page:
    """更正并形成新快照."""
    plist, form = _load(list_id), ReasonForm()
    if form.validate() and attempt(
        form, operations.correct_list, plist, form.reason.data, form.opened_version()
    ):
        flash(_("已形成新的快照。"), "success")
        return redirect(url_for("priority.show", list_id=list_id))
    return _show_page(_load(list_id), form), 422


@blueprint.get("/priority/<int:list_id>/snapshots/<int:number>")
@signed_in(*policy.VIEWERS)
def snapshot(list_id: int, number: int) -> str:
    """一次快照, checked against its hash and recomputed, with what changed since the one before."""
    session, actor = db_session(), current_actor()
    found = queries.snapshot_for(session, actor, list_id, number)
    before = queries.snapshot_of(session, list_id, number - 1)
    return render_template(
        "priority/snapshot.html", snapshot=found, content=found.content, plist=_load(list_id),
        verification=operations.verify_snapshot(found),
        changes=differences(before.content["rows"], found.content["rows"]) if before else [],
        before=before, reads_all=policy.reads_all(actor),
    )  # fmt: skip


@blueprint.get("/priority/<int:list_id>/export")
@signed_in(*policy.VIEWERS)
def export(list_id: int) -> FlaskResponse:
    """导出 the list as it stands: the snapshot in force, or the preview."""
    plist = _load(list_id)
    snapshots: Any = queries.snapshots_of(db_session(), list_id)
    return _workbook(plist, snapshots[0] if snapshots else None)


@blueprint.get("/priority/<int:list_id>/snapshots/<int:number>/export")
@signed_in(*policy.VIEWERS)
def export_snapshot(list_id: int, number: int) -> FlaskResponse:
    """导出一次快照."""
    found = queries.snapshot_for(db_session(), current_actor(), list_id, number)
    return _workbook(_load(list_id), found)


def _workbook(plist: PriorityList, found: Snapshot | None) -> FlaskResponse:
    content = found.content if found else operations.content_of(current_uow(), plist, 1)
    number = f"-{found.number}" if found else ""
    sheets = [_rows_sheet(content), _basis_sheet(content), _facts_sheet(plist, found)]
    return xlsx_response(f"{plist.code}{number}.xlsx", sheets, "priority_list", plist.id)


def _rows_sheet(content: dict[str, Any]) -> Sheet:
    headings = [
        _("名次"), _("列入"), _("对象"), _("牵头单位"), _("成果得分"), _("有效积分"), _("倾斜分"), _("总分"),
        _("按期里程碑"), _("里程碑报告数"),
    ]  # fmt: skip
    rows = [
        [
            row["rank"], _("是") if row["rank"] <= content["list"]["places"] else _("否"), row["label"], row["unit"],
            float(row["base"]), float(row["points"]), float(row["priority"]), float(row["total"]), *row["on_time"],
        ]
        for row in content["rows"]
    ]  # fmt: skip
    return Sheet(_("名单"), headings, rows, (6, 6, 40, 30, 10, 10, 10, 10, 12, 12))


def _basis_sheet(content: dict[str, Any]) -> Sheet:
    headings = [_("名次"), _("对象"), _("依据"), _("项目编号"), _("说明"), _("分值"), _("有效期至")]
    rows = []
    for row in content["rows"]:
        rows += [
            [row["rank"], row["label"], _("成果得分"), one["number"], one["title"], float(one["score"]), ""]
            for one in row["outcomes"]
        ]
        rows += [
            [
                row["rank"], row["label"], _("成效积分"), one["number"], translate(one["reason"]),
                float(one["points"]), one["valid_until"][:10],
            ]
            for one in row["entries"]
        ]  # fmt: skip
    return Sheet(_("依据"), headings, rows, (6, 40, 12, 24, 40, 10, 14))


def _facts_sheet(plist: PriorityList, found: Snapshot | None) -> Sheet:
    rows: list[list[Any]] = [
        [_("名单编号"), plist.code],
        [_("名单名称"), plist.title],
        [_("名额"), plist.places],
    ]
    if found:
        rows += [[_("快照"), found.number], [_("冻结时间"), found.taken_at], ["SHA-256", found.sha256]]
    else:
        rows.append([_("状态"), _("预览，尚未发布")])
    return Sheet(_("说明"), [_("项目"), _("内容")], rows, (16, 80))


@blueprint.get("/ledger")
@signed_in(*policy.VIEWERS)
def ledger() -> Page:
    """成效积分: all units for the province, one's own for a unit."""
    actor, now = current_actor(), request_now()
    if not policy.reads_all(actor):
        return redirect(url_for("priority.unit_ledger", organisation_id=actor.organisation_id))
    page = paginate(db_session(), queries.sums(now), page_number(), rows=True)
    return render_template("priority/ledgers.html", page=page)


@blueprint.get("/ledger/<int:organisation_id>")
@signed_in(*policy.VIEWERS)
def unit_ledger(organisation_id: int) -> str:
    """一个单位的成效积分, entry by entry."""
    session, actor, now = db_session(), current_actor(), request_now()
    unit = queries.unit_for(session, actor, organisation_id)
    entries = queries.entries_of(session, unit.id)
    valid = sum((e.points for e in entries if e.earned_at <= now < e.valid_until), start=0)
    return render_template(
        "priority/ledger.html",
        unit=unit,
        entries=entries,
        valid=valid,
        now=now,
        reads_all=policy.reads_all(actor),
    )
