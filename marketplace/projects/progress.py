"""Progress, punctuality and grade of a project (进度、按期、等级). Pure."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Protocol

from marketplace.projects.workflow import MilestoneState
from marketplace.topics.rules import GradeLine, ListRules


class Weighted(Protocol):
    """A milestone as far as progress is concerned."""

    @property
    def state(self) -> str: ...

    @property
    def weight(self) -> int: ...


def progress_of(milestones: Iterable[Weighted]) -> int:
    """项目进度: the sum of passed weights in per cent, never a self-declared figure."""
    return sum(one.weight for one in milestones if one.state == MilestoneState.PASSED)


def all_passed(milestones: Iterable[Weighted]) -> bool:
    """True when nothing is left to be checked."""
    return all(one.state == MilestoneState.PASSED for one in milestones)


def grade_of(rules: ListRules, score: Decimal) -> tuple[GradeLine, bool]:
    """验收等级 by the list's frozen lines, and whether the outcome is accepted: every line but the lowest accepts."""
    line = rules.grade_of(score)
    lowest = min(rules.grades, key=lambda one: one.least)
    return line, line.code != lowest.code
