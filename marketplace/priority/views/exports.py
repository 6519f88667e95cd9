"""A round as a workbook."""

from typing import Any

from flask import Response
from flask_babel import gettext as _

from marketplace.core.errors import NotFound
from marketplace.priority import policy, queries
from marketplace.priority.held import Held
from marketplace.priority.models import PriorityList, Snapshot
from marketplace.priority.snapshots import result_of
from marketplace.priority.views.base import (
    TIER_LABELS,
    blueprint,
    decided,
    listed_keys,
    name_of,
    paragraph_of,
    said,
    the_round,
)
from marketplace.priority.views.rounds import live
from marketplace.web.access import signed_in
from marketplace.web.exports import Sheet, xlsx_response
from marketplace.web.i18n import translate
from marketplace.web.requests import current_actor, db_session


@blueprint.get("/priority/<int:list_id>/export")
@signed_in(*policy.VIEWERS)
def export(list_id: int) -> Response:
    """导出 the list as it stands: the snapshot in force, or the preview."""
    plist = the_round(list_id)
    if not policy.may_read_rows(current_actor(), plist):
        raise NotFound
    snapshots: Any = queries.snapshots_of(db_session(), list_id)
    return _workbook(plist, snapshots[0] if snapshots else None)


@blueprint.get("/priority/<int:list_id>/snapshots/<int:number>/export")
@signed_in(*policy.VIEWERS)
def export_snapshot(list_id: int, number: int) -> Response:
    """导出一次快照."""
    found = queries.snapshot_for(db_session(), current_actor(), list_id, number)
    return _workbook(the_round(list_id), found)


def _workbook(plist: PriorityList, found: Snapshot | None) -> Response:
    content = found.content if found else live(plist, result_of(db_session(), plist.id))
    number = f"-{found.number}" if found else ""
    sheets = [
        _rows_sheet(content),
        _basis_sheet(content),
        _excluded_sheet(content),
        _facts_sheet(plist, found),
    ]
    return xlsx_response(f"{plist.code}{number}.xlsx", sheets, "priority_list", plist.id)


def _rows_sheet(content: dict[str, Any]) -> Sheet:
    criteria = content["rules"]["criteria"]
    headings = [
        _("名次"), _("列入"), _("对象"), _("牵头单位"),
        *(_("%(name)s（%(weight)s%%）", name=name_of(one), weight=one["weight"]) for one in criteria),
        _("基础分"), _("有效积分"), _("成效加分"), _("总分"), _("按期里程碑"), _("里程碑报告数"),
        _("名次区间从"), _("名次区间到"), _("进入名额的可能（%）"), _("结论"), _("会议决定"), _("会议理由"),
        _("会议名称"), _("会议日期"), _("说明"),
    ]  # fmt: skip
    listed, decisions = listed_keys(content), decided(content)
    rows = [
        [
            row["rank"], _("是") if row["key"] in listed else _("否"), row["label"], row["unit"],
            *(float(part["contribution"]) for part in row["parts"]),
            float(row["base"]), float(row["points"]), float(row["priority"]), float(row["total"]), *row["on_time"],
            *_worth(content, row["key"], decisions.get(row["key"])),
        ]
        for row in content["rows"]
    ]  # fmt: skip
    widths = (
        7, 8, 30, 24, *(12 for _one in criteria), 10, 10, 10, 10, 12, 12, 10, 10, 12, 14, 12, 30, 24, 13, 56,
    )  # fmt: skip
    return Sheet(_("名单"), headings, rows, widths)


def _worth(content: dict[str, Any], key: str, decision: dict[str, Any] | None) -> list[Any]:
    assessment = content["assessment"]
    if not assessment:
        return ["", "", "", "", "", "", "", "", ""]
    one = assessment["rows"][key]
    return [
        one["lo"], one["hi"], one["chance"] / 10, translate(TIER_LABELS[one["tier"]]), *_meeting(decision),
        paragraph_of(content, key),
    ]  # fmt: skip


def _meeting(decision: dict[str, Any] | None) -> list[Any]:
    """What the meeting decided and why, which meeting and when; a decision that waits for the second person says so."""
    if decision is None:
        return ["", "", "", ""]
    held = Held.of(decision.get("meeting")) or Held("", None)
    found = _("入选") if decision["selected"] else _("不入选")
    return [
        _("%(decision)s（待第二人确认）", decision=found) if decision["pending"] else found,
        decision["reason"],
        held.name,
        held.on or "",
    ]


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


def _excluded_sheet(content: dict[str, Any]) -> Sheet:
    rows = [[row["label"], row["unit"], said(row)] for row in content["excluded"]]
    return Sheet(_("不予列入"), [_("对象"), _("牵头单位"), _("理由")], rows, (40, 30, 60))


def _facts_sheet(plist: PriorityList, found: Snapshot | None) -> Sheet:
    rows: list[list[Any]] = [
        [_("名单编号"), plist.code],
        [_("名单名称"), plist.title],
        [_("名额"), plist.places],
    ]
    if plist.rules_sha256:
        rows.append([_("规则摘要"), plist.rules_sha256])
    if found:
        rows += [[_("快照"), found.number], [_("冻结时间"), found.taken_at], ["SHA-256", found.sha256]]
    else:
        rows.append([_("状态"), _("预览，尚未发布")])
    return Sheet(_("说明"), [_("项目"), _("内容")], rows, (16, 76))
