"""Turn sheets into weighted totals (评分表汇总), and drop extremes (去极值), exactly."""

from collections.abc import Sequence
from fractions import Fraction

from marketplace.core.dataclass import dataclass
from marketplace.decision.base import InputError
from marketplace.decision.rubric.checks import marks_of
from marketplace.decision.rubric.shapes import Criterion, Missing, Rule, Sheet

Parts = tuple[Fraction | None, ...]


@dataclass(frozen=True)
class Counted:
    """A sheet that counts: marks and weighted parts by criterion (None = not judged), and their total."""

    expert: str
    marks: Parts
    parts: Parts
    total: Fraction


def trimmed_mean(marks: Sequence[Fraction], low: int = 1, high: int = 1) -> Fraction:
    """Exact mean after dropping `low` lowest and `high` highest marks (去极值平均)."""
    if len(marks) <= low + high:
        raise InputError("marks", f"{len(marks)} marks leave none after dropping {low + high}")
    return mean(sorted(marks)[low : len(marks) - high])


def mean(values: Sequence[Fraction]) -> Fraction:
    """The exact mean of at least one value."""
    return sum(values, Fraction(0)) / len(values)


def count(
    criteria: Sequence[Criterion], item: str, sheets: Sequence[Sheet], rule: Rule
) -> tuple[list[Counted], tuple[str, ...]]:
    """The sheets that count and the experts whose sheet has a criterion they could not judge."""
    counted: list[Counted] = []
    incomplete: list[str] = []
    for sheet in sheets:
        marks = marks_of(criteria, item, sheet)
        if None in marks:
            incomplete.append(sheet.expert)
        if _counts(marks, rule):
            counted.append(_weighted(criteria, sheet.expert, marks))
    return counted, tuple(incomplete)


def split_extremes(sheets: Sequence[Counted]) -> tuple[Counted, list[Counted], Counted]:
    """Lowest, kept and highest sheet; among equal totals the marks decide, so expert names never do."""
    ordered = sorted(sheets, key=_order)
    return ordered[0], ordered[1:-1], ordered[-1]


def _counts(marks: Parts, rule: Rule) -> bool:
    if rule.missing is Missing.LEAVE_OUT_SHEET:
        return None not in marks
    return any(mark is not None for mark in marks)


def _weighted(criteria: Sequence[Criterion], expert: str, marks: Parts) -> Counted:
    weights = [Fraction(criterion.weight) for criterion in criteria]
    judged = sum((w for w, mark in zip(weights, marks, strict=True) if mark is not None), Fraction(0))
    parts = tuple(None if m is None else w * m / judged for w, m in zip(weights, marks, strict=True))
    return Counted(expert, marks, parts, sum((part for part in parts if part is not None), Fraction(0)))


def _order(sheet: Counted) -> tuple[Fraction, tuple[Fraction, ...], str]:
    return sheet.total, tuple(Fraction(-1) if mark is None else mark for mark in sheet.marks), sheet.expert
