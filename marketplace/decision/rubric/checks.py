"""Refuse bad rubrics and sheets, naming the field and the rule (录入校验)."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from marketplace.decision.base import InputError
from marketplace.decision.rubric.shapes import DEFAULT_RULE, Criterion, Rule, Sheet


def check_criteria(criteria: Sequence[Criterion], rule: Rule = DEFAULT_RULE) -> None:
    """Refuse a rubric whose weights do not sum to exactly 100, or a rule that cannot work."""
    codes = [criterion.code for criterion in criteria]
    unique(codes, "criteria")
    for criterion in criteria:
        _weight(criterion)
    total = sum((Fraction(criterion.weight) for criterion in criteria), Fraction(0))
    if total != 100:
        raise InputError("criteria", f"weights must sum to exactly 100, not {float(total):g}")
    if rule.trim_from < 3:
        raise InputError("rule.trim_from", "dropping two sheets needs at least 3")
    if rule.tie_break is not None and rule.tie_break not in codes:
        raise InputError("rule.tie_break", f"no criterion {rule.tie_break!r}")


def unique(names: Sequence[str], where: str) -> None:
    """Refuse a name that is given twice."""
    if len(set(names)) != len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise InputError(where, f"given twice: {', '.join(twice)}")


def _weight(criterion: Criterion) -> None:
    where = f"criteria[{criterion.code}].weight"
    if isinstance(criterion.weight, bool) or not isinstance(criterion.weight, Decimal | int):
        raise InputError(where, "must be Decimal or int")
    if not Decimal(criterion.weight).is_finite() or criterion.weight <= 0:
        raise InputError(where, "must be above 0")


def _mark(sheet: Sheet, code: str, where: str) -> Fraction | None:
    if code not in sheet.marks:
        raise InputError(where, "mark missing; say None when not able to judge")
    value = sheet.marks[code]
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, Decimal | int):
        raise InputError(where, "must be Decimal or int")
    if not Decimal(value).is_finite() or not 0 <= value <= 100:
        raise InputError(where, f"mark must lie in 0–100, not {value}")
    return Fraction(value)


def marks_of(criteria: Sequence[Criterion], item: str, sheet: Sheet) -> tuple[Fraction | None, ...]:
    """The sheet's marks in the order of the criteria, all of them; None = not able to judge."""
    where = f"items[{item}].sheets[{sheet.expert}]"
    unknown = set(sheet.marks) - {criterion.code for criterion in criteria}
    if unknown:
        raise InputError(where, f"unknown criterion {', '.join(sorted(unknown))}")
    return tuple(_mark(sheet, criterion.code, f"{where}[{criterion.code}]") for criterion in criteria)
