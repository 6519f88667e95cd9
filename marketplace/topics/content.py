"""The text of a topic (榜题内容): what it consists of, in which sections it is edited, as plain values and back."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from dataclasses import field as made_by
from datetime import datetime
from decimal import Decimal
from typing import Any

from marketplace.core.dataclass import dataclass
from marketplace.core.ids import random_code
from marketplace.core.money import wan_to_fen
from marketplace.core.text import N_


@dataclass(frozen=True, slots=True)
class Deliverable:
    """交付成果 with its acceptance criteria (验收标准). ``key`` never changes: bids refer to it."""

    key: str
    name: str
    kind: str
    acceptance: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Milestone:
    """建议里程碑: due in the ``month``-th month of the project, proven by ``evidence`` (佐证材料)."""

    name: str
    month: int
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExpectedStandard:
    """预期形成的标准: level, beginning of the number, remark; all empty when none is expected."""

    level: str = ""
    prefix: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class TopicContent:
    """All that is announced about a topic. Money in 分; no budget (无资金) when both bounds are None."""

    title: str = ""
    category: str = ""
    field: str = ""
    seed_clause: str = ""
    plan_metric: str = ""
    expected_standard: ExpectedStandard = made_by(default_factory=ExpectedStandard)
    background: str = ""
    objectives: tuple[str, ...] = ()
    deliverables: tuple[Deliverable, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    duration_months: int = 12
    budget_min_fen: int | None = None
    budget_max_fen: int | None = None
    eligible_levels: tuple[str, ...] = ()
    joint_allowed: bool = True
    award_mode: str = "single"
    max_awardees: int = 1
    deadline: datetime | None = None


SECTIONS: dict[str, tuple[str, ...]] = {
    "basics": ("title", "category", "field", "seed_clause", "plan_metric", "expected_standard"),
    "aims": ("background", "objectives"),
    "deliverables": ("deliverables",),
    "milestones": ("duration_months", "milestones"),
    "budget": ("budget_min_fen", "budget_max_fen"),
    "terms": ("eligible_levels", "joint_allowed", "award_mode", "max_awardees", "deadline"),
}
"""Which fields are edited and saved together."""

SECTION_LABELS: dict[str, str] = {
    "basics": N_("基本信息"),
    "aims": N_("背景与目标"),
    "deliverables": N_("交付成果与验收标准"),
    "milestones": N_("周期与里程碑"),
    "budget": N_("经费"),
    "terms": N_("揭榜条件与截止"),
}

FIELD_LABELS: dict[str, str] = {
    "title": N_("榜题名称"),
    "category": N_("类别"),
    "field": N_("业务领域"),
    "seed_clause": N_("行动计划依据"),
    "plan_metric": N_("对应的计划指标"),
    "expected_standard": N_("预期标准"),
    "background": N_("背景与问题"),
    "objectives": N_("目标"),
    "deliverables": N_("交付成果"),
    "milestones": N_("里程碑"),
    "duration_months": N_("完成周期"),
    "budget_min_fen": N_("经费下限"),
    "budget_max_fen": N_("经费上限"),
    "eligible_levels": N_("可揭榜单位"),
    "joint_allowed": N_("联合揭榜"),
    "award_mode": N_("立项方式"),
    "max_awardees": N_("最多立项家数"),
    "deadline": N_("揭榜截止时间"),
}


def section_of(field_name: str) -> str:
    """The section in which a field is edited."""
    return next(section for section, fields in SECTIONS.items() if field_name in fields)


def plain(value: Any) -> Any:
    """The value with lists for tuples, as it comes back from JSON."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def columns_of(content: TopicContent) -> dict[str, Any]:
    """The values as the table's columns hold them."""
    return {name: plain(value) for name, value in asdict(content).items()}


def to_plain(content: TopicContent) -> dict[str, Any]:
    """Plain values for the published version and its hash."""
    return {
        **columns_of(content),
        "deadline": content.deadline.isoformat() if content.deadline else None,
    }


def from_plain(value: Mapping[str, Any]) -> TopicContent:
    """The content from plain values (table columns or a published version)."""
    simple = {name: value[name] for name in FIELD_LABELS if name not in _STRUCTURED}
    deadline = value["deadline"]
    return TopicContent(
        **simple,
        expected_standard=ExpectedStandard(
            **{k: v or "" for k, v in dict(value["expected_standard"]).items()}
        ),
        objectives=tuple(value["objectives"]),
        deliverables=tuple(
            Deliverable(d["key"], d["name"], d["kind"], tuple(d["acceptance"])) for d in value["deliverables"]
        ),
        milestones=tuple(Milestone(m["name"], m["month"], tuple(m["evidence"])) for m in value["milestones"]),
        eligible_levels=tuple(value["eligible_levels"]),
        deadline=datetime.fromisoformat(deadline) if isinstance(deadline, str) else deadline,
    )


_STRUCTURED = frozenset(
    {"expected_standard", "objectives", "deliverables", "milestones", "eligible_levels", "deadline"}
)


def from_json(value: Mapping[str, Any]) -> TopicContent:
    """One topic of the reference file: money in 万元, deliverables without keys, no deadline."""
    budget = value["budget_wan"] or {"min": None, "max": None}
    deliverables = [{**item, "key": f"d{number}"} for number, item in enumerate(value["deliverables"], 1)]
    return from_plain(
        {
            **value,
            "deliverables": deliverables,
            "budget_min_fen": _fen(budget["min"]),
            "budget_max_fen": _fen(budget["max"]),
            "joint_allowed": value["consortium_allowed"],
            "deadline": None,
        }
    )


def _fen(wan: int | str | None) -> int | None:
    return None if wan is None else wan_to_fen(Decimal(wan))


def with_keys(deliverables: Iterable[Deliverable], known: Iterable[str]) -> tuple[Deliverable, ...]:
    """New deliverables get a key of their own; a key that this topic never had, or one given twice, is replaced."""
    allowed = set(known)
    keyed = []
    for item in deliverables:
        key = item.key if item.key in allowed else f"n{random_code(6).lower()}"
        allowed.discard(item.key)
        keyed.append(replace(item, key=key))
    return tuple(keyed)
