"""The words for a topic's codes and values; every text is a msgid or made of what people typed."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from marketplace.core.clock import to_beijing
from marketplace.core.money import fen_to_wan
from marketplace.core.text import N_
from marketplace.topics.content import FIELD_LABELS
from marketplace.topics.workflow import ListState, TopicState

LEVEL_LABELS = {
    "municipal": N_("市级机关事务管理部门"),
    "county": N_("县（市、区）机关事务管理部门"),
    "direct_unit": N_("省局直属单位"),
}
LEVEL_SHORT = {"municipal": N_("市局"), "county": N_("县局"), "direct_unit": N_("直属单位")}
DELIVERABLE_KINDS = (
    N_("标准文本"),
    N_("报告"),
    N_("制度"),
    N_("工具"),
    N_("手册"),
    N_("案例"),
    N_("课程"),
    N_("数据"),
)
"""Suggested; any other word may be typed."""
AWARD_LABELS = {"single": N_("单一揭榜"), "race": N_("赛马制")}
STANDARD_LEVELS = {
    "national": N_("国家标准"),
    "industry": N_("行业标准"),
    "provincial": N_("省级地方标准"),
    "municipal": N_("市级地方标准"),
    "group": N_("团体标准"),
    "internal": N_("内部标准"),
}
PLAN_METRICS = {
    "standards_30": N_("制定标准不少于30项"),
    "standards_implementation": N_("标准实施应用"),
    "standard_system": N_("标准体系"),
    "standard_library": N_("标准库"),
    "review_system": N_("标准复审机制"),
    "evaluation_system": N_("评价体系"),
    "quality_system": N_("质量管理体系"),
    "bases_5": N_("实训基地不少于5个"),
    "training_yearly": N_("每年培训不少于1次"),
    "talent_pool": N_("人才库和专家库"),
    "national_pilot": N_("国家级试点"),
    "pilot_conversion": N_("试点成果转化"),
    "yrd_unified": N_("长三角区域统一标准"),
}
TONES = {
    TopicState.DRAFT: "neutral",
    TopicState.IN_APPROVAL: "warning",
    TopicState.SCHEDULED: "info",
    TopicState.OPEN: "progress",
    TopicState.IN_REVIEW: "info",
    TopicState.AWARDED: "success",
    TopicState.COMPLETED: "success",
    TopicState.NO_AWARD: "neutral",
    TopicState.WITHDRAWN: "danger",
    ListState.DRAFT: "neutral",
    ListState.PUBLISHED: "success",
    ListState.CLOSED: "neutral",
}

Translate = Callable[[str], str]


def joined(parts: Iterable[str], t: Translate) -> str:
    """Several words in one line."""
    return t(N_("、")).join(parts)


def text_of(name: str, value: Any, t: Translate) -> str:
    """A field's plain value as words; empty for nothing."""
    if value is None or value in ("", [], {}, ()):
        return ""
    if name in _WORDED:
        return _WORDED[name](value, t)
    if isinstance(value, list | tuple):
        return "\n".join(str(item) for item in value)
    return str(value)


def _levels(value: Iterable[str], t: Translate) -> str:
    return joined((t(LEVEL_LABELS.get(level, level)) for level in value), t)


def _deadline(value: Any, _t: Translate) -> str:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return f"{to_beijing(moment):%Y-%m-%d %H:%M:%S}"


def _standard(value: Mapping[str, str], t: Translate) -> str:
    level = t(STANDARD_LEVELS[value["level"]]) if value.get("level") in STANDARD_LEVELS else ""
    note = value.get("note") or ""
    parts = (level, value.get("prefix") or "", "" if t(note) == level else note)
    return " ".join(part for part in parts if part)


def _deliverables(value: Any, t: Translate) -> str:
    items = [value] if isinstance(value, Mapping) else value
    return "\n".join(
        "\n".join([f"{i['name']}（{t(i['kind'])}）", *(f"· {a}" for a in i["acceptance"])]) for i in items
    )


def _milestones(value: Any, t: Translate) -> str:
    items = [value] if isinstance(value, Mapping) else value
    months = t(N_("第%(month)s个月"))
    lines = (
        (f"{months % {'month': i['month']}} {i['name']}", *(f"· {e}" for e in i["evidence"])) for i in items
    )
    return "\n".join("\n".join(line) for line in lines)


def _wan(value: int, t: Translate) -> str:
    return f"{fen_to_wan(value):,} {t(N_('万元'))}"


_WORDED: dict[str, Callable[[Any, Translate], str]] = {
    "eligible_levels": _levels,
    "joint_allowed": lambda value, t: t(N_("允许") if value else N_("不允许")),
    "award_mode": lambda value, t: t(AWARD_LABELS.get(value, value)),
    "deadline": _deadline,
    "expected_standard": _standard,
    "deliverables": _deliverables,
    "milestones": _milestones,
    "budget_min_fen": _wan,
    "budget_max_fen": _wan,
    "plan_metric": lambda value, t: t(PLAN_METRICS.get(value, value)),
    "category": lambda value, t: t(value),
    "duration_months": lambda value, t: t(N_("%(n)s 个月")) % {"n": value},
}


def said(values: Mapping[str, Any], t: Translate = str) -> dict[str, str]:
    """Several fields as label → words, for a page that shows two texts side by side."""
    return {FIELD_LABELS[name]: text_of(name, value, t) for name, value in values.items()}


def change_rows(changes: Iterable[Mapping[str, Any]], t: Translate) -> list[dict[str, str]]:
    """Differences of two versions for the ``diff`` macro."""
    return [
        {
            "label": t(FIELD_LABELS[change["field"]]) + (f" {change['number']}" if change["number"] else ""),
            "old": _said_or_nothing(change["field"], change["old"], t),
            "new": _said_or_nothing(change["field"], change["new"], t),
        }
        for change in changes
    ]


def _said_or_nothing(name: str, value: Any, t: Translate) -> str:
    return "" if value is None else text_of(name, value, t)
