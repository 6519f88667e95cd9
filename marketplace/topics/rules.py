"""本批次规则: what a challenge list fixes for all its topics, frozen at publication and judged by for ever after.

Defaults follow the practice collected for this field; every number can be changed while the list is a draft.
"""

from collections.abc import Mapping
from dataclasses import asdict, field
from decimal import Decimal
from typing import Any

from marketplace.core.dataclass import dataclass
from marketplace.core.errors import Problem
from marketplace.core.text import N_

OFFICIAL = ("announced", "calibrated")
"""Whose figure decides (正式得分): the announced rule."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """评审指标: weight in whole per cent; anchors are one sentence for A, B, C and D; all marks are 0–100."""

    code: str
    label: str
    weight: int
    anchors: tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Rubric:
    """评分表: weights sum to 100; ``tie_break`` names the criterion that decides equal totals."""

    name: str
    criteria: tuple[Criterion, ...]
    tie_break: str
    pass_line: int = 60


@dataclass(frozen=True, slots=True)
class GradeLine:
    """等级线: ``code`` from ``least`` points upwards; ``points`` is what the grade earns in the ledger."""

    code: str
    label: str
    least: int
    points: int


@dataclass(frozen=True, slots=True)
class ListRules:
    """All rules of one challenge list. ``trim_from``: from this many sheets on, one highest and one lowest total are
    dropped. ``notice_days`` are working days. ``partner_share`` is per cent of the lead's points.

    ``official`` says whose figure decides (one of ``OFFICIAL``). ``scores_per_item``: each bid is scored by that many
    of the panel (None: by all). ``disagreement``: when an item's highest and lowest total lie further apart, an extra
    expert is called (None: never). ``anchor``: all score one item first. ``blind``: until the result the experts know
    the bids by code names only (盲评).
    """

    bid_rubric: Rubric
    outcome_rubric: Rubric
    grades: tuple[GradeLine, ...]
    panel_size: int = 5
    trim_from: int = 5
    notice_days: int = 5
    bid_window_days: int = 30
    running_limit: int = 2
    partners_limit: int = 5
    partner_share: int = 50
    points_valid_years: int = 3
    priority_cap: int = 10
    reason_below: int = 60
    official: str = "announced"
    scores_per_item: int | None = None
    disagreement: int | None = 20
    anchor: bool = False
    blind: bool = False
    categories: tuple[str, ...] = field(default_factory=tuple)

    def grade_of(self, score: Decimal) -> GradeLine:
        """验收等级: the first line the score reaches, from the top."""
        ordered = sorted(self.grades, key=lambda line: -line.least)
        return next((line for line in ordered if score >= line.least), ordered[-1])

    def to_dict(self) -> dict[str, Any]:
        """Plain values for the database."""
        return asdict(self)


def _anchors(a: str, b: str, c: str, d: str) -> tuple[str, str, str, str]:
    return (a, b, c, d)


BID_RUBRIC = Rubric(
    N_("揭榜评审"),
    (
        Criterion("goals", N_("目标契合与指标先进性"), 20, _anchors(
            N_("完全覆盖榜题要求，指标明显领先"), N_("覆盖榜题要求，指标较先进"),
            N_("基本覆盖，指标一般"), N_("覆盖不足或指标不明"))),
        Criterion("plan", N_("方案科学可行"), 30, _anchors(
            N_("路线清晰，难点有可靠对策"), N_("路线合理，对策基本可行"),
            N_("路线可行但对策不足"), N_("路线不清或难以实施"))),
        Criterion("basis", N_("工作基础与条件"), 15, _anchors(
            N_("有成熟成果和充分条件"), N_("有相关成果，条件较好"), N_("基础一般"), N_("缺少基础或条件"))),
        Criterion("team", N_("团队与组织保障"), 15, _anchors(
            N_("分工明确，保障有力"), N_("分工较明确，有保障"), N_("分工和保障一般"), N_("团队或保障不足"))),
        Criterion("milestones", N_("里程碑清晰可考核"), 10, _anchors(
            N_("节点、交付物、佐证一一对应"), N_("节点清楚，多数可考核"), N_("节点较粗"), N_("难以考核"))),
        Criterion("replication", N_("可复制可推广"), 10, _anchors(
            N_("条件明确，可直接推广"), N_("稍加调整可推广"), N_("推广条件较多"), N_("难以推广"))),
    ),
    tie_break="plan",
)  # fmt: skip

OUTCOME_RUBRIC = Rubric(
    N_("成果验收"),
    (
        Criterion("indicators", N_("任务指标完成"), 45, _anchors(
            N_("全部完成或超额完成"), N_("主要指标完成"), N_("多数指标完成"), N_("完成不足"))),
        Criterion("quality", N_("成果质量"), 20, _anchors(
            N_("质量优，可直接采用"), N_("质量较好"), N_("质量一般"), N_("质量不合要求"))),
        Criterion("effect", N_("实施应用成效"), 15, _anchors(
            N_("成效显著，有数据支撑"), N_("成效较好"), N_("成效一般"), N_("成效不明显"))),
        Criterion("adopters", N_("采用单位评价"), 10, _anchors(
            N_("采用单位高度认可"), N_("评价较好"), N_("评价一般"), N_("未采用或评价差"))),
        Criterion("records", N_("经费与档案规范"), 10, _anchors(
            N_("规范完整"), N_("较规范"), N_("基本规范"), N_("不规范"))),
    ),
    tie_break="indicators",
)  # fmt: skip

GRADES = (
    GradeLine("excellent", N_("优秀"), 90, 10),
    GradeLine("good", N_("良好"), 80, 6),
    GradeLine("pass", N_("合格"), 60, 2),
    GradeLine("fail", N_("不合格"), 0, -5),
)

CATEGORIES = (
    N_("标准制定"),
    N_("标准库建设"),
    N_("标准化研究"),
    N_("标准化培训"),
    N_("试点示范"),
    N_("信息化融合"),
)

DEFAULT_RULES = ListRules(BID_RUBRIC, OUTCOME_RUBRIC, GRADES, categories=CATEGORIES)


def rubric_from_dict(value: Mapping[str, Any]) -> Rubric:
    """One rubric as stored (评分表)."""
    criteria = tuple(
        Criterion(item["code"], item["label"], item["weight"], _anchors(*item["anchors"]))
        for item in value["criteria"]
    )
    return Rubric(value["name"], criteria, value["tie_break"], value["pass_line"])


def rules_from_dict(value: Mapping[str, Any]) -> ListRules:
    """The rules as stored. What a list published before a setting existed has never announced does not hold for it."""
    later = {
        "official": "announced", "scores_per_item": None, "disagreement": None, "anchor": False, "blind": False,
    }  # fmt: skip
    simple = {
        key: value[key]
        for key in (
            "panel_size", "trim_from", "notice_days", "bid_window_days", "running_limit", "partners_limit",
            "partner_share", "points_valid_years", "priority_cap", "reason_below",
        )
    }  # fmt: skip
    return ListRules(
        bid_rubric=rubric_from_dict(value["bid_rubric"]),
        outcome_rubric=rubric_from_dict(value["outcome_rubric"]),
        grades=tuple(GradeLine(**line) for line in value["grades"]),
        categories=tuple(value["categories"]),
        **simple,
        **{key: value.get(key, before) for key, before in later.items()},
    )


BOUNDS = {
    "bid_window_days": (7, 365),
    "panel_size": (5, 25),
    "trim_from": (3, 99),
    "reason_below": (0, 100),
    "notice_days": (1, 30),
    "running_limit": (1, 50),
    "partners_limit": (0, 20),
    "partner_share": (0, 100),
    "points_valid_years": (1, 10),
    "priority_cap": (0, 100),
}
"""What each number may be."""

OPTIONAL_BOUNDS = {"scores_per_item": (3, 25), "disagreement": (5, 100)}
"""The same for those that may stay empty."""


def rule_problems(rules: ListRules) -> dict[str, Problem]:
    """What is wrong with the rules: field name to Chinese msgid. Empty when they may be published."""
    problems: dict[str, Problem] = {}
    for name, (least, most) in BOUNDS.items():
        if not least <= getattr(rules, name) <= most:
            problems[name] = (N_("请填写%(least)s到%(most)s"), {"least": least, "most": most})
    problems |= _panel_problems(rules)
    for key, rubric in (("bid", rules.bid_rubric), ("outcome", rules.outcome_rubric)):
        if wrong := _rubric_problem(rubric):
            problems[f"{key}_rubric"] = wrong
        if rubric.tie_break not in {criterion.code for criterion in rubric.criteria}:
            problems[f"{key}_tie_break"] = N_("请选择列出的一项")
        if not 0 <= rubric.pass_line <= 100:
            problems[f"{key}_pass_line"] = (N_("请填写%(least)s到%(most)s"), {"least": 0, "most": 100})
    if "panel_size" not in problems and rules.panel_size % 2 == 0:
        problems["panel_size"] = N_("评审组人数须为不少于5人的单数")
    lines = [line.least for line in rules.grades]
    if not lines or lines != sorted(set(lines), reverse=True) or lines[-1] != 0 or lines[0] > 100:
        problems["grades"] = N_("等级线须从高到低且最低一级从0分起")
    elif len({line.code for line in rules.grades}) != len(lines):
        problems["grades"] = N_("等级名称不能重复")
    return problems


def _panel_problems(rules: ListRules) -> dict[str, Problem]:
    problems: dict[str, Problem] = {}
    for name, (least, most) in OPTIONAL_BOUNDS.items():
        typed = getattr(rules, name)
        if typed is not None and not least <= typed <= most:
            problems[name] = (N_("请填写%(least)s到%(most)s，或留空"), {"least": least, "most": most})
    wanted = rules.scores_per_item
    if "scores_per_item" not in problems and wanted is not None and wanted > rules.panel_size:
        problems["scores_per_item"] = N_("不能多于评审组人数")
    if rules.official not in OFFICIAL:
        problems["official"] = N_("请选择列出的一项")
    return problems


def _rubric_problem(rubric: Rubric) -> str | None:
    if sum(criterion.weight for criterion in rubric.criteria) != 100:
        return N_("各项权重之和必须等于100")
    if any(criterion.weight <= 0 for criterion in rubric.criteria):
        return N_("每项权重必须大于0")
    if len({criterion.code for criterion in rubric.criteria}) != len(rubric.criteria):
        return N_("评审指标不能重复")
    if any(not anchor for criterion in rubric.criteria for anchor in criterion.anchors):
        return N_("每项指标都要写明四档说明，每行一档")
    return None
