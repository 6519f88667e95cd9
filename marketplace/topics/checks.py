"""What is wrong with a topic's text: what may not even be saved, and what is missing before it is submitted."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from marketplace.core.errors import Problem
from marketplace.core.money import MOST_FEN
from marketplace.core.text import N_
from marketplace.organisations.models import LEAD_KINDS
from marketplace.topics.content import SECTIONS, TopicContent
from marketplace.topics.rules import ListRules
from marketplace.topics.wording import PLAN_METRICS, STANDARD_LEVELS

LEAST_WINDOW = timedelta(days=7)
"""A topic stays open for at least this long after publication."""
MOST_MONTHS = 60
MOST_AWARDEES = 5
MOST_ROWS = 20
LENGTHS = {
    "title": 120,
    "category": 40,
    "field": 60,
    "seed_clause": 60,
    "plan_metric": 40,
    "background": 5000,
}
Found = tuple[str, Problem]


def malformed(content: TopicContent, section: str | None = None) -> dict[str, Problem]:
    """What no draft may hold: too long, negative, contradictory, forged."""
    return _only(section, dict(_malformed(content)))


def problems(content: TopicContent, section: str | None, rules: ListRules) -> dict[str, Problem]:
    """All that stands against submitting, of one section or of the whole: field name → msgid."""
    return {**_only(section, dict(_missing(content, rules))), **malformed(content, section)}


def deadline_problem(deadline: datetime | None, published_at: datetime) -> Problem | None:
    """揭榜期限: bureaus need time to prepare."""
    if deadline is not None and deadline < published_at + LEAST_WINDOW:
        return N_("揭榜截止时间须至少在发榜之后7天"), {}
    return None


def _only(section: str | None, found: dict[str, Problem]) -> dict[str, Problem]:
    if section is None:
        return found
    return {name: problem for name, problem in found.items() if name.split(".")[0] in SECTIONS[section]}


def _malformed(content: TopicContent) -> Iterator[Found]:
    for name, most in LENGTHS.items():
        if len(getattr(content, name)) > most:
            yield name, (N_("不能超过%(most)s字"), {"most": most})
    for name in ("objectives", "deliverables", "milestones"):
        if len(getattr(content, name)) > MOST_ROWS:
            yield name, (N_("最多%(most)s行"), {"most": MOST_ROWS})
    for place, value, most in _nested(content):
        if len(value) > most:
            yield place, (N_("不能超过%(most)s字"), {"most": most})
    if content.plan_metric and content.plan_metric not in PLAN_METRICS:
        yield "plan_metric", N_("请选择列出的一项")
    if content.expected_standard.level and content.expected_standard.level not in STANDARD_LEVELS:
        yield "expected_standard.level", N_("请选择列出的一项")
    if not 0 <= content.duration_months <= MOST_MONTHS:
        yield "duration_months", (N_("请填写1到%(most)s个月"), {"most": MOST_MONTHS})
    for number, milestone in enumerate(content.milestones):
        if not 0 <= milestone.month <= MOST_MONTHS:
            yield f"milestones.{number}.month", (N_("请填写1到%(most)s个月"), {"most": MOST_MONTHS})
    yield from _malformed_budget(content)
    yield from _malformed_terms(content)


def _nested(content: TopicContent) -> Iterator[tuple[str, str, int]]:
    """Every text within a row: where it stands, what it says, how long it may be."""
    yield "expected_standard.start", content.expected_standard.prefix, 20
    yield "expected_standard.note", content.expected_standard.note, 100
    for number, text in enumerate(content.objectives):
        yield f"objectives.{number}.text", text, 300
    for number, item in enumerate(content.deliverables):
        yield f"deliverables.{number}.name", item.name, 200
        yield f"deliverables.{number}.kind", item.kind, 40
        yield f"deliverables.{number}.acceptance", "\n".join(item.acceptance), 3000
    for number, step in enumerate(content.milestones):
        yield f"milestones.{number}.name", step.name, 200
        yield f"milestones.{number}.evidence", "\n".join(step.evidence), 3000


def _malformed_budget(content: TopicContent) -> Iterator[Found]:
    least, most = content.budget_min_fen, content.budget_max_fen
    for name, value in (("budget_min_fen", least), ("budget_max_fen", most)):
        if value is not None and not 0 <= value <= MOST_FEN:
            yield name, N_("请填写0以上的金额，单位万元，最多两位小数")
    if least is None and most is not None:
        yield "budget_min_fen", N_("填了上限就要填下限；没有资金请两项都不填")
    if least is not None and most is not None and most < least:
        yield "budget_max_fen", N_("上限不能小于下限")


def _malformed_terms(content: TopicContent) -> Iterator[Found]:
    if content.award_mode not in ("single", "race"):
        yield "award_mode", N_("请选择列出的一项")
    if not 1 <= content.max_awardees <= MOST_AWARDEES:
        yield "max_awardees", (N_("请填写1到%(most)s家"), {"most": MOST_AWARDEES})
    elif content.award_mode == "single" and content.max_awardees != 1:
        yield "max_awardees", N_("单一揭榜只能立项1家；多家并行请选择赛马制")
    if any(level not in LEAD_KINDS for level in content.eligible_levels):
        yield "eligible_levels", N_("请选择列出的一项")


def _missing(content: TopicContent, rules: ListRules) -> Iterator[Found]:
    for name, problem in (
        ("title", N_("请填写榜题名称")),
        ("field", N_("请填写业务领域")),
        ("background", N_("请说明背景和要解决的问题")),
        ("objectives", N_("请至少写一条目标")),
        ("deliverables", N_("请至少列出一项交付成果")),
        ("milestones", N_("请至少建议一个里程碑")),
        ("eligible_levels", N_("请选择哪些单位可以揭榜")),
        ("deadline", N_("请填写揭榜截止时间")),
    ):
        if not getattr(content, name):
            yield name, problem
    if content.category not in rules.categories:
        yield "category", N_("请从榜单的类别中选择")
    if content.budget_min_fen is not None and content.budget_max_fen is None:
        yield "budget_max_fen", N_("填了下限就要填上限；没有资金请两项都不填")
    if content.award_mode == "race" and content.max_awardees < 2:
        yield "max_awardees", N_("赛马制至少立项2家")
    yield from _missing_deliverables(content)
    yield from _missing_milestones(content)


def _missing_deliverables(content: TopicContent) -> Iterator[Found]:
    for number, item in enumerate(content.deliverables):
        if not item.name:
            yield f"deliverables.{number}.name", N_("请填写成果名称")
        if not item.kind:
            yield f"deliverables.{number}.kind", N_("请填写成果形式")
        if not item.acceptance:
            yield f"deliverables.{number}.acceptance", N_("请至少写一条验收标准，揭榜单位要逐条响应")


def _missing_milestones(content: TopicContent) -> Iterator[Found]:
    if content.duration_months < 1:
        yield "duration_months", (N_("请填写1到%(most)s个月"), {"most": MOST_MONTHS})
    before = 0
    for number, item in enumerate(content.milestones):
        if not item.name:
            yield f"milestones.{number}.name", N_("请填写里程碑名称")
        if not item.evidence:
            yield f"milestones.{number}.evidence", N_("请至少写一项佐证材料")
        if not before < item.month:
            yield f"milestones.{number}.month", N_("里程碑的月份要逐个递增，从第1个月起")
        elif item.month > content.duration_months:
            yield f"milestones.{number}.month", N_("里程碑不能晚于完成周期")
        before = max(before, item.month)
