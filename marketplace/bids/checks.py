"""What a bid still lacks before it may be submitted (提交前检查). Pure; drafts are never judged by this."""

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

from marketplace.bids.content import BidContent, Source
from marketplace.core.dataclass import dataclass
from marketplace.core.errors import Problem
from marketplace.core.text import N_


@dataclass(frozen=True, slots=True)
class Demand:
    """What the topic asks (榜题要求): deliverables as key and name, duration in months, the province's money in 分."""

    deliverables: tuple[tuple[str, str], ...]
    duration_months: int
    provincial_fen: int = 0
    joint_allowed: bool = True
    partners_limit: int = 5


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing to mend: where (section and field) and what (a msgid with parameters)."""

    section: str
    field: str
    message: str
    params: dict[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def problem(self) -> Problem:
        """For ``Invalid``."""
        return (self.message, self.params)


def problems(content: BidContent, demand: Demand, partners: int = 0) -> list[Gap]:
    """Everything that keeps the bid from being submitted, in the order of the form."""
    return [gap for check in _CHECKS for gap in check(content, demand, partners)]


def _basics(content: BidContent, demand: Demand, partners: int) -> Iterator[Gap]:
    yield from _missing(
        content, "basics", leader_name=N_("请填写项目负责人姓名"), leader_title=N_("请填写项目负责人职务或职称"),
        leader_phone=N_("请填写项目负责人联系电话"),
    )  # fmt: skip
    if partners and not demand.joint_allowed:
        yield Gap("basics", "partners", N_("本榜题不接受联合揭榜，请移除参与单位"))
    if partners > demand.partners_limit:
        yield Gap("basics", "partners", N_("参与单位最多%(most)s家"), {"most": demand.partners_limit})


def _goals(content: BidContent, demand: Demand, partners: int) -> Iterator[Gap]:
    yield from _missing(content, "goals", understanding=N_("请填写对榜题的理解、现状与问题"))
    names = dict(demand.deliverables)
    for key in content.uncovered(names):
        yield Gap("goals", "indicators", N_("交付成果“%(name)s”还没有考核指标和目标值"), {"name": names[key]})
    for number, line in enumerate(content.indicators, 1):
        if line.deliverable_key not in names:
            yield Gap("goals", "indicators", N_("第%(row)s行指标没有对应的交付成果"), {"row": number})
        elif not line.proof and line.target:
            yield Gap("goals", "indicators", N_("第%(row)s行指标缺少验证方式"), {"row": number})


def _plan(content: BidContent, demand: Demand, partners: int) -> Iterator[Gap]:
    yield from _missing(content, "plan", approach=N_("请填写工作方案与技术路线"))


def _milestones(content: BidContent, demand: Demand, partners: int) -> Iterator[Gap]:
    rows = content.milestones
    if len(rows) < 2:
        yield Gap("milestones", "milestones", N_("至少填写两个里程碑"))
    for number, line in enumerate(rows, 1):
        if not (line.name and line.deliverable and line.evidence):
            yield Gap(
                "milestones", "milestones", N_("第%(row)s个里程碑缺少名称、交付物或佐证材料"), {"row": number}
            )
        if line.month is None or not 1 <= line.month <= demand.duration_months:
            yield Gap(
                "milestones", "milestones", N_("第%(row)s个里程碑的完成月份须在第1至第%(most)s个月之间"),
                {"row": number, "most": demand.duration_months},
            )  # fmt: skip
    yield from _weights([line.weight for line in rows])


def _weights(weights: list[int | None]) -> Iterator[Gap]:
    given = [weight for weight in weights if weight is not None]
    if not given:
        return
    if len(given) < len(weights) or min(given) < 1 or sum(given) != 100:
        yield Gap(
            "milestones", "milestones", N_("里程碑权重须全部填写、均大于0且合计为100（全部留空则平均分配）")
        )


def _team(content: BidContent, demand: Demand, partners: int) -> Iterator[Gap]:
    if not content.team:
        yield Gap("team", "team", N_("至少填写一名团队成员"))
    for number, line in enumerate(content.team, 1):
        if not (line.name and line.unit and line.task):
            yield Gap("team", "team", N_("第%(row)s名成员缺少姓名、单位或分工"), {"row": number})
    yield from _missing(content, "team", basis=N_("请填写工作基础"))


def _budget(content: BidContent, demand: Demand, partners: int) -> Iterator[Gap]:
    if content.total_fen == 0 and not content.budget_statement:
        yield Gap("budget", "budget_statement", N_("预算为零时请说明工作如何保障"))
    if content.fen_from(Source.PROVINCIAL) > demand.provincial_fen:
        message = (
            N_("省级经费不能超过榜题预算上限") if demand.provincial_fen else N_("本榜题不安排省级经费，请改列其他来源")
        )  # fmt: skip
        yield Gap("budget", "budget", message)
    for number, line in enumerate(content.budget, 1):
        if line.fen and not line.subject:
            yield Gap("budget", "budget", N_("第%(row)s行预算缺少支出科目"), {"row": number})


def _guarantee(content: BidContent, demand: Demand, partners: int) -> Iterator[Gap]:
    yield from _missing(
        content, "guarantee", organisation=N_("请填写组织与条件保障"), replication=N_("请填写预期成果与推广价值"),
        risks=N_("请填写风险分析"),
    )  # fmt: skip


def _pledge(content: BidContent, demand: Demand, partners: int) -> Iterator[Gap]:
    if not content.pledged:
        yield Gap("pledge", "pledged", N_("请确认承诺书"))


def _missing(content: BidContent, section: str, **messages: str) -> Iterator[Gap]:
    for name, message in messages.items():
        if not getattr(content, name):
            yield Gap(section, name, message)


_CHECKS: tuple[Callable[[BidContent, Demand, int], Iterator[Gap]], ...] = (
    _basics, _goals, _plan, _milestones, _team, _budget, _guarantee, _pledge,
)  # fmt: skip
