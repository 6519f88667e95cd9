"""Rules of a priority round (轮次规则): who may take part, what counts, with which weight; frozen once announced.

Every criterion is on a fixed scale of 0–100, so that a candidate who drops out changes nobody else's score.
"""

from collections.abc import Mapping
from dataclasses import asdict
from enum import StrEnum
from typing import Any

from marketplace.core.canonical import sha256_hex
from marketplace.core.dataclass import dataclass
from marketplace.core.errors import Problem
from marketplace.core.text import N_
from marketplace.topics.rules import GRADES

MOST_CRITERIA = 9
MOST_CAP = 30
MOST_PLACES = 500
MOST_FULL = 100_000
LONGEST_LABEL = 40


LEVELS = ("municipal", "county", "direct_unit")
"""Kinds of units that may lead; named here so that the worker's child needs no tables."""


class Source(StrEnum):
    """Where a criterion's figure comes from (指标来源)."""

    OUTCOME = "outcome"  # 成果验收得分
    POINTS = "points"  # 有效成效积分
    ON_TIME = "on_time"  # 里程碑按期率
    DECLARED = "declared"  # 单位申报、省局核定


SOURCE_LABELS = {
    Source.OUTCOME: N_("成果验收得分"),
    Source.POINTS: N_("有效成效积分"),
    Source.ON_TIME: N_("里程碑按期率"),
    Source.DECLARED: N_("单位申报、省局核定"),
}
WITH_FULL = (Source.POINTS, Source.DECLARED)
"""Sources whose figure has no natural scale: ``full`` says which figure is worth 100."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """评选指标: ``weight`` in whole per cent; ``full`` is the figure worth 100 marks (满分值)."""

    code: str
    label: str
    label_en: str
    weight: int
    source: str
    full: int | None = None


@dataclass(frozen=True, slots=True)
class Conditions:
    """资格条件. ``least_grade``: grade of an outcome not older than ``within_months``; ``failed_months``: no failed
    outcome in this time; ``selected_most``: so often selected in three years and no more; ``per_unit``: projects of one
    unit in a round of projects. 0 stands for no limit."""

    least_grade: str = "pass"
    levels: tuple[str, ...] = LEVELS
    within_months: int = 36
    failed_months: int = 0
    selected_most: int = 0
    per_unit: int = 0


OUTCOME_ONLY = (Criterion("outcome", N_("成果质量"), "Quality of outcomes", 100, Source.OUTCOME),)
DEFAULT_CRITERIA = (
    Criterion("outcome", N_("成果质量"), "Quality of outcomes", 80, Source.OUTCOME),
    Criterion("on_time", N_("按期完成"), "Milestones on time", 20, Source.ON_TIME),
)


@dataclass(frozen=True, slots=True)
class RoundRules:
    """轮次规则: ``priority_cap`` bounds the bonus (成效加分), shown apart from the base score. Ties: total, then
    base score, then punctuality, then official order. ``weighing``: typed, or ahp with the
    officers' ``comparisons``."""

    priority_cap: int = 10
    criteria: tuple[Criterion, ...] = OUTCOME_ONLY
    conditions: Conditions = Conditions()
    weighing: str = "typed"
    comparisons: tuple[dict[str, str], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain values for the database and the snapshot."""
        value = asdict(self)
        value["criteria"] = [asdict(criterion) for criterion in self.criteria]
        value["conditions"]["levels"] = list(self.conditions.levels)
        value["comparisons"] = [dict(one) for one in self.comparisons]
        return {**value, "ties": ["total", "base", "on_time", "official_order"]}

    @property
    def declared(self) -> tuple[Criterion, ...]:
        """The criteria that units declare themselves."""
        return tuple(one for one in self.criteria if one.source == Source.DECLARED)


def rules_from_dict(value: Mapping[str, Any]) -> RoundRules:
    """The rules as stored; what an older list does not have is the default."""
    criteria = tuple(Criterion(**one) for one in value.get("criteria", ())) or OUTCOME_ONLY
    found = dict(value.get("conditions", {}))
    if "levels" in found:
        found["levels"] = tuple(found["levels"])
    return RoundRules(
        int(value["priority_cap"]), criteria, Conditions(**found), value.get("weighing", "typed"),
        tuple(dict(one) for one in value.get("comparisons", ())),
    )  # fmt: skip


def rules_sha256(rules: Mapping[str, Any], places: int, terms_sha256: str | None = None) -> str:
    """规则摘要: announced before any result is computed; the terms of a funding round (资金规则) are part of it."""
    terms = {} if terms_sha256 is None else {"terms_sha256": terms_sha256}
    return sha256_hex({"places": places, "rules": rules, **terms})


def rule_problems(rules: RoundRules, places: int) -> dict[str, Problem]:
    """What is wrong with the rules: field name to msgid. Empty when they may be kept."""
    problems: dict[str, Problem] = {}
    if not 1 <= places <= MOST_PLACES:
        problems["places"] = (N_("请填写1至%(most)s的整数"), {"most": MOST_PLACES})
    if not 0 <= rules.priority_cap <= MOST_CAP:
        problems["priority_cap"] = (N_("请填写0至%(most)s的整数"), {"most": MOST_CAP})
    elif rules.priority_cap and any(one.source == Source.POINTS for one in rules.criteria):
        problems["priority_cap"] = N_("积分已经作为指标计分，不能再作加分：请把加分上限改为0，或去掉该指标")
    return problems | _criteria_problems(rules.criteria) | _condition_problems(rules)


def _criteria_problems(criteria: tuple[Criterion, ...]) -> dict[str, Problem]:
    problems: dict[str, Problem] = {}
    for number, one in enumerate(criteria):
        problems |= {f"criteria.{number}.{name}": wrong for name, wrong in _criterion_problems(one).items()}
    if not 1 <= len(criteria) <= MOST_CRITERIA:
        problems["criteria"] = (N_("请设1至%(most)s项指标"), {"most": MOST_CRITERIA})
    elif len({one.code for one in criteria}) != len(criteria) or len({one.label for one in criteria}) != len(
        criteria
    ):
        problems["criteria"] = N_("指标不能重复")
    elif (total := sum(one.weight for one in criteria)) != 100:
        problems["criteria"] = (N_("各项权重之和必须等于100，现在是%(total)s"), {"total": total})
    return problems


def _criterion_problems(one: Criterion) -> dict[str, Problem]:
    problems: dict[str, Problem] = {}
    if not one.label or len(one.label) > LONGEST_LABEL:
        problems["label"] = (N_("请填写名称，不超过%(most)s字"), {"most": LONGEST_LABEL})
    if not 1 <= one.weight <= 100:
        problems["weight"] = (N_("请填写1至%(most)s的整数"), {"most": 100})
    if one.source not in set(Source):
        problems["source"] = N_("请选择列出的一项")
    elif one.source in WITH_FULL and not 1 <= (one.full or 0) <= MOST_FULL:
        problems["full"] = N_("请填写满分值：数值达到多少得100分")
    return problems


def _condition_problems(rules: RoundRules) -> dict[str, Problem]:
    found, problems = rules.conditions, dict[str, Problem]()
    if found.least_grade not in {line.code for line in GRADES if line.points > 0}:
        problems["least_grade"] = N_("请选择列出的一项")
    if not found.levels or not set(found.levels) <= set(LEVELS):
        problems["levels"] = N_("请至少选择一类单位")
    bounds = {
        "within_months": (1, 120),
        "failed_months": (0, 120),
        "selected_most": (0, 20),
        "per_unit": (0, 50),
    }
    for name, (least, most) in bounds.items():
        if not least <= getattr(found, name) <= most:
            problems[name] = (N_("请填写%(least)s到%(most)s"), {"least": least, "most": most})
    return problems
