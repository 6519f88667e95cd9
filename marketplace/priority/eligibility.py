"""资格条件: every condition is a rule that answers with its reason. Pure: plain values in, verdicts out."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from marketplace.core.clock import add_months, beijing_date
from marketplace.core.dataclass import dataclass
from marketplace.core.text import N_
from marketplace.core.verdict import YES, Verdict, no
from marketplace.priority.rules import Conditions
from marketplace.topics.rules import GRADES

SELECTED_YEARS = 3
GRADE_ORDER = tuple(line.code for line in sorted(GRADES, key=lambda line: line.least))
GRADE_LABELS = {line.code: line.label for line in GRADES}
LEVEL_LABELS = {
    "municipal": N_("市级"),
    "county": N_("县级"),
    "direct_unit": N_("省局直属单位"),
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """候选对象 as the conditions see it: its unit, the outcomes still counted, what else is on record."""

    key: str
    label: str
    unit: Mapping[str, Any]
    outcomes: Sequence[Mapping[str, Any]]
    failed: Sequence[Mapping[str, Any]]
    selected: Sequence[Mapping[str, Any]]


def recent(moment: str, at: datetime, months: int) -> bool:
    """True when the moment lies at most so many months before ``at``, by Beijing dates."""
    return beijing_date(datetime.fromisoformat(moment)) >= add_months(beijing_date(at), -months)


def level(one: Candidate, conditions: Conditions, _at: datetime) -> Verdict:
    """单位层级."""
    if one.unit["level"] in conditions.levels:
        return YES
    return no(N_("本轮不面向%(level)s单位"), level=LEVEL_LABELS.get(one.unit["level"], one.unit["level"]))


def grade(one: Candidate, conditions: Conditions, _at: datetime) -> Verdict:
    """有效成果: at least one outcome of the wanted grade, not too old."""
    least = GRADE_ORDER.index(conditions.least_grade)
    reached = any(
        GRADE_ORDER.index(found["grade"]) >= least for found in one.outcomes if found["grade"] in GRADE_ORDER
    )
    if reached:
        return YES
    params = {"grade": GRADE_LABELS[conditions.least_grade], "months": conditions.within_months}
    return no(N_("近%(months)s个月内没有达到“%(grade)s”的验收成果"), **params)


def failed(one: Candidate, conditions: Conditions, at: datetime) -> Verdict:
    """不合格记录: none within the time."""
    months = conditions.failed_months
    found = [line for line in one.failed if months and recent(line["decided_at"], at, months)]
    if not found:
        return YES
    return no(
        N_("近%(months)s个月内有成果验收不合格（%(number)s）"), months=months, number=found[0]["number"]
    )


def selected(one: Candidate, conditions: Conditions, at: datetime) -> Verdict:
    """不重复入选: not over-represented on earlier lists of the same kind."""
    found = [line for line in one.selected if recent(line["at"], at, 12 * SELECTED_YEARS)]
    if not conditions.selected_most or len(found) < conditions.selected_most:
        return YES
    params = {"years": SELECTED_YEARS, "times": len(found), "most": conditions.selected_most}
    return no(N_("近%(years)s年已入选同类名单%(times)s次，上限%(most)s次"), **params)


CONDITIONS = (level, grade, failed, selected)


def eligible(one: Candidate, conditions: Conditions, at: datetime) -> Verdict:
    """资格审查: the first condition that does not hold, or YES."""
    verdicts = (condition(one, conditions, at) for condition in CONDITIONS)
    return next((verdict for verdict in verdicts if not verdict), YES)
