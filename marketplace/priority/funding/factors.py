"""Strategic factors (战略系数): how much more a point above the cut-off counts for projects that policy favours.

They never touch score or rank: only the value for which the plan competes. Bounded, and frozen with the terms.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from marketplace.core.dataclass import dataclass
from marketplace.core.errors import Problem
from marketplace.core.text import N_
from marketplace.decision.explanation import Named

LEAST_FACTOR, MOST_FACTOR = Decimal("1.00"), Decimal("2.00")
MOST_FACTORS = 10
LONGEST_FIELD = 60
FIELD = "field:"
ONE = Decimal(1)

FAVOURED: dict[str, tuple[str, str]] = {
    "level:county": ("县级单位的项目", "projects of county units"),
    "level:municipal": ("市级单位的项目", "projects of municipal units"),
    "level:direct_unit": ("省局直属单位的项目", "projects of the province's own units"),
    "area:1": ("山区海岛县的项目", "projects of mountain and island counties"),
}
"""Whom a factor may favour, in both languages; besides, any one field of topics (``field:公务用车``)."""


@dataclass(frozen=True, slots=True)
class Factor:
    """战略系数: ``factor`` with two decimals for the projects of ``subject``."""

    subject: str
    factor: str


@dataclass(frozen=True, slots=True)
class Applied:
    """What applies to one project: the highest of its factors and why; 1 and nothing when none does."""

    factor: Decimal
    said: Named | None


def subject_named(subject: str) -> Named:
    """Whom the factor is about, in words."""
    if subject in FAVOURED:
        return Named(*FAVOURED[subject])
    field = subject.removeprefix(FIELD)
    return Named(f"“{field}”领域的项目", f"projects in the field “{field}”")


def rule_named(one: Factor) -> Named:
    """The whole rule: 山区海岛县的项目按1.20计."""
    about = subject_named(one.subject)
    return Named(f"{about.zh}，战略系数{one.factor}", f"{about.en}: strategic factor {one.factor}")


def belongs(line: Mapping[str, Any], subject: str) -> bool:
    """Whether a request is about such a project."""
    by, value = subject.split(":", 1)
    return bool(line["area"]) if by == "area" else bool(line[by] == value)


def applied(factors: Sequence[Factor], line: Mapping[str, Any]) -> Applied:
    """就高不累加: several factors are not multiplied, the highest counts."""
    own = [one for one in factors if belongs(line, one.subject) and Decimal(one.factor) > ONE]
    if not own:
        return Applied(ONE, None)
    best = max(own, key=lambda one: Decimal(one.factor))
    return Applied(Decimal(best.factor), subject_named(best.subject))


def factors_problems(factors: Sequence[Factor]) -> dict[str, Problem]:
    """What is wrong with them: field name to msgid."""
    problems: dict[str, Problem] = {}
    for number, one in enumerate(factors):
        if not _is_subject(one.subject):
            problems[f"factors.{number}.subject"] = N_("请选择系数对象")
        elif any(other.subject == one.subject for other in factors[:number]):
            problems[f"factors.{number}.subject"] = N_("同一类对象只能设一个战略系数")
        if not _is_factor(one.factor):
            problems[f"factors.{number}.factor"] = (
                N_("战略系数填写%(least)s至%(most)s，最多两位小数"),
                {"least": f"{LEAST_FACTOR}", "most": f"{MOST_FACTOR}"},
            )
    if len(factors) > MOST_FACTORS:
        problems["factors"] = (N_("最多设%(most)s个战略系数"), {"most": MOST_FACTORS})
    return problems


def _is_subject(subject: str) -> bool:
    field = subject.removeprefix(FIELD)
    return subject in FAVOURED or (subject != field and 0 < len(field) <= LONGEST_FIELD)


def _is_factor(text: str) -> bool:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return False
    return value.is_finite() and LEAST_FACTOR <= value <= MOST_FACTOR and value == round(value, 2)
