"""What the trail's codes are called (审计用语)."""

from collections.abc import Iterator, Mapping
from typing import Any

from marketplace.audit.chain import Fault
from marketplace.core.events import Event
from marketplace.core.text import N_

SUBJECTS = {
    "challenge_list": N_("榜单"),
    "topic": N_("榜题"),
    "bid": N_("揭榜申请"),
    "panel": N_("评审组"),
    "score_sheet": N_("评分表"),
    "expert": N_("专家"),
    "recusal": N_("回避申请"),
    "project": N_("项目"),
    "priority_list": N_("优先名单"),
    "attachment": N_("附件"),
    "organisation": N_("单位"),
    "person": N_("人员"),
    "computation": N_("后台计算"),
    "mail": N_("邮件"),
    "job": N_("定时任务"),
    "audit": N_("审计记录"),
    "request": N_("被拒绝的操作"),
}
OWNERS = {
    "milestone": N_("里程碑"),
    "outcome": N_("项目成果"),
    "declaration": N_("指标申报"),
    "score_workbook": N_("离线评分表"),
}
"""What else a file may belong to: parts of the objects above."""
OUTCOMES = {"done": N_("已办理"), "refused": N_("被拒绝"), "failed": N_("未成功")}
OUTCOME_TONES = {"done": "neutral", "refused": "warning", "failed": "danger"}
FAULTS: dict[Fault, str] = {
    Fault.CHANGED: N_("有记录的内容被改动"),
    Fault.MISSING: N_("有记录被移除"),
    Fault.UNLINKED: N_("有记录脱离审计链"),
    Fault.ANCHOR: N_("审计链与往日的存证不符"),
}
"""What a walk along the chain can find."""
DETAILS = {
    "section": N_("栏目"),
    "sections": N_("标记栏目"),
    "number": N_("编号"),
    "count": N_("数量"),
    "kind": N_("类别"),
    "name": N_("名称"),
    "owner_kind": N_("所属对象"),
    "on_time": N_("按时"),
    "rung": N_("提醒级别"),
    "publish_at": N_("发榜时间"),
    "points": N_("积分"),
    "amount": N_("金额（万元）"),
    "confirmed": N_("是否确认"),
    "meeting_name": N_("会议名称"),
    "meeting_on": N_("会议日期"),
    "what": N_("内容"),
    "method": N_("方法"),
    "path": N_("地址"),
    "job": N_("任务"),
    "bytes": N_("字节数"),
    "erased": N_("彻底删除数量"),
    "erased_bytes": N_("彻底删除字节数"),
    "error": N_("错误"),
    "fault": N_("问题"),
    "organisation_name": N_("单位"),
    "cause": N_("原因"),
    "partner": N_("参与单位"),
    "told": N_("是否已征询"),
    "how": N_("方式"),
    "seed": N_("随机种子"),
    "term_to": N_("聘期至"),
    "all_in": N_("是否齐全"),
    "agreed": N_("是否同意"),
    "disputed": N_("需会议审议项数"),
    "account": N_("账号"),
    "email": N_("邮箱"),
    "posts": N_("任职"),
    "role": N_("角色"),
    "fields": N_("修改的项目"),
    "former_name": N_("原名称"),
    "last_day": N_("最后一天"),
    "sheets": N_("评分表"),
    "until": N_("截至"),
    "workbook": N_("工作簿编号"),
    "late": N_("是否中途"),
    "seated": N_("是否原组成员"),
    "mended": N_("是否补缺"),
    "marked": N_("是否标注"),
    "criterion": N_("指标代码"),
    "value": N_("申报数值"),
    "accepted": N_("是否认可"),
    "weights": N_("权重"),
    "sha256": N_("文件指纹"),
    "chain_sha256": N_("链尾指纹"),
    "content_sha256": N_("内容指纹"),
    "terms_sha256": N_("条款指纹"),
    "rules_sha256": N_("规则指纹"),
    "protocol_sha256": N_("规程指纹"),
    "record_sha256": N_("记录指纹"),
    "result_sha256": N_("结果指纹"),
    "inputs_sha256": N_("输入数据指纹"),
    "earlier_sha256": N_("原评分表指纹"),
}
"""Names of details."""
VALUES: dict[str, Mapping[Any, str]] = {
    "fault": FAULTS,
    "how": {
        "password": N_("密码登录"),
        "demo": N_("演示登录"),
        "own": N_("本人修改"),
        "reset": N_("邮件重置"),
        "invitation": N_("接受邀请"),
    },
    "cause": {
        "own": N_("本人结束"),
        "asked": N_("有人取消"),
        "superseded": N_("已有新的计算"),
    },
    "kind": {
        "award": N_("立项"),
        "none": N_("不予立项"),
        "assignment": N_("评审对象分配"),
        "panel_analysis": N_("评分分析"),
        "round_ranking": N_("名单排名"),
        "funding_plan": N_("资金方案"),
        "funding_trial": N_("资金试算"),
    },
}
"""Detail → code → what it is called; the steps of the story bind theirs where everything is wired."""
HIDDEN = frozenset(
    {
        "opinion", "score", "grade", "candidates", "chosen", "order", "wins", "pairs", "items", "levels", "words",
        "from_seat", "to_seat", "candidate", "selected",
    }
)  # fmt: skip
"""Shown elsewhere (the opinion has its own column, a draw its own page), database numbers, or none of an
administrator's business."""


def subject_label(kind: str) -> str:
    """The Chinese name of a kind of object or of an owner of files, or its code."""
    return SUBJECTS.get(kind) or OWNERS.get(kind, kind)


def shown_details(details: dict[str, Any]) -> dict[str, Any]:
    """Details without database numbers (a gap in them would tell of what is sealed), scores and opinions."""
    return {
        key: value
        for key, value in details.items()
        if key not in HIDDEN and not key.endswith(("_id", "_ids"))
    }


def event_kinds() -> dict[str, dict[str, str]]:
    """Kind of object → {event's name: its label}, of all events that the program knows."""
    found: dict[str, dict[str, str]] = {}
    for kind in known_events():
        found.setdefault(kind.subject_kind, {})[kind.__name__] = kind.audit_label
    return found


def known_events() -> list[type[Event]]:
    """All events that the program knows, by name."""
    named = {kind for kind in _below(Event) if hasattr(kind, "audit_label")}
    return sorted(named, key=lambda event: event.__name__)


def _below(kind: type[Event]) -> Iterator[type[Event]]:
    for child in kind.__subclasses__():
        yield child
        yield from _below(child)
