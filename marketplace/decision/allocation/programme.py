"""The funding programme (资金分配模型): yes or no for each project, exact in whole amounts.

The value does not depend on how much above its minimum a project gets, so the choice is made with the minimums;
what is left then tops up by rank.
"""

import time
from collections.abc import Sequence
from fractions import Fraction
from math import gcd

from marketplace.core.dataclass import dataclass
from marketplace.decision.allocation.checker import violations
from marketplace.decision.allocation.problem import Request
from marketplace.decision.arrays import Bools, Floats, Ints, np
from marketplace.decision.linear import Programme, Rows, deadline

SAME_VALUE = 1e-7


@dataclass(frozen=True)
class Choice:
    """Who is funded [P] (None: none found), the proven bound of the value, its gap, whether infeasible."""

    funded: Bools | None
    value: float
    bound: float
    gap: float
    infeasible: bool


def best_value(given: Request, time_s: float, forced: Sequence[int] = ()) -> Choice:
    """The plan of the largest value, with some projects forced in."""
    lower, upper = _limits(given, forced)
    if (lower > upper).any():
        return Choice(None, 0.0, 0.0, 0.0, True)
    return _exact(given, given.value, rules_as_rows(given), lower, upper, time_s)


def optimum(
    given: Request, aim: Floats, time_s: float, limits: Sequence[int | None] | None = None
) -> Fraction | None:
    """The largest Σ aim over feasible plans, for whole aims; `limits` overrides the groups' money limits."""
    lower, upper = _limits(given, ())
    whole = np.ones(given.size, dtype=bool)
    found = Programme(aim, rules_as_rows(given, limits), lower, upper, whole).solve(time_s)
    return None if found.x is None else Fraction(round(float(aim @ np.round(found.x))))


def tidy(given: Request, first: Choice, time_s: float) -> Choice:
    """Among plans of the same value the cheapest, then the one with the lowest numbers: one answer for all."""
    if first.funded is None:
        return first
    end, best = time.perf_counter() + time_s, first.funded
    rows = rules_as_rows(given)
    _at_least(rows, given.value, first.value - SAME_VALUE * max(1.0, abs(first.value)))
    cost = given.cost() / max(int(np.gcd.reduce(given.cost(), initial=0)), 1)
    for aim in (cost, np.arange(given.size, dtype=np.float64)):
        found = _cheapest(given, aim, rows, end - time.perf_counter())
        if found is None or _worth(given, found) < first.value - SAME_VALUE * max(1.0, abs(first.value)):
            break
        best = found
        _at_least(rows, -aim, -float(aim @ best))
    return Choice(best, _worth(given, best), first.bound, first.gap, False)


def rules_as_rows(given: Request, limits: Sequence[int | None] | None = None) -> Rows:
    """Budgets, group rules and needs over the projects."""
    rows = Rows(given.size)
    _money_rows(rows, given)
    money = limits if limits is not None else [given.share_limit(rule) for rule in given.rules]
    for rule, limit in zip(given.rules, money, strict=True):
        members = np.array([p for p in rule.members if given.eligible[p]], dtype=np.int64)
        most = np.inf if rule.most is None else float(rule.most)
        _row(rows, members, np.ones(len(members)), float(rule.least), most)
        if limit is not None:
            unit = _unit(given.cost()[members], limit)
            _row(rows, members, given.cost()[members] / unit, -np.inf, limit // unit)
    for p, q in given.needs:
        _row(rows, np.array([p, q]), np.array([1.0, -1.0]), -np.inf, 0.0)
    return rows


def _money_rows(rows: Rows, given: Request) -> None:
    for year, limit in enumerate(given.budget.tolist()):
        amounts = given.minimum[year]
        unit = _unit(amounts, limit)
        _row(rows, np.arange(given.size), amounts / unit, -np.inf, limit // unit)


def _unit(amounts: Ints, limit: int) -> int:
    """The largest unit in which the amounts stay whole; the limit may then be rounded down without loss."""
    return max(gcd(*amounts.tolist()), 1) if len(amounts) else max(limit, 1)


def _row(rows: Rows, columns: Ints, values: Floats, lower: float, upper: float) -> None:
    zeros = np.zeros(len(columns), dtype=np.int64)
    rows.add(zeros, columns, values, np.full(1, lower), np.full(1, float(upper)))


def _at_least(rows: Rows, values: Floats, least: float) -> None:
    _row(rows, np.arange(len(values)), values, least, np.inf)


def _limits(given: Request, forced: Sequence[int]) -> tuple[Floats, Floats]:
    lower, upper = np.zeros(given.size), given.eligible.astype(np.float64)
    lower[list(forced)] = 1.0
    return lower, upper


def _cheapest(given: Request, aim: Floats, rows: Rows, time_s: float) -> Bools | None:
    lower, upper = _limits(given, ())
    return _exact(given, -aim, rows, lower, upper, time_s).funded


def _exact(given: Request, aim: Floats, rows: Rows, lower: Floats, upper: Floats, time_s: float) -> Choice:
    """The best plan that whole-number arithmetic accepts.

    The solver works in floating point: a plan a few 元 over a limit is cut off, with all its supersets, and the
    programme solved again.
    """
    end = deadline(time_s)
    whole = np.ones(given.size, dtype=bool)
    while True:
        found = Programme(aim, rows, lower, upper, whole).solve(end - time.perf_counter())
        if found.x is None:
            return Choice(None, 0.0, found.bound, found.gap, found.infeasible)
        funded = np.asarray(found.x > 0.5)
        if not violations(given, funded, np.where(funded, given.minimum, 0)):
            return Choice(funded, _worth(given, funded), found.bound, found.gap, False)
        chosen = np.flatnonzero(funded)
        _row(rows, chosen, np.ones(len(chosen)), -np.inf, len(chosen) - 1.0)


def _worth(given: Request, funded: Bools) -> float:
    return float(given.value[funded].sum())
