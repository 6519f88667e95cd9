"""When rules contradict the budget: the smallest relaxation of each single rule that would do (最小放宽).

Nothing is relaxed silently: an infeasible problem has no plan, only this list. Each rule is dropped alone and its
quantity made as small (or as large) as the others allow.
"""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from marketplace.core.dataclass import dataclass
from marketplace.decision.allocation.problem import GroupRule, Request
from marketplace.decision.allocation.programme import optimum
from marketplace.decision.arrays import Floats, np


@dataclass(frozen=True)
class Relaxation:
    """Changing `rule` alone makes a plan possible (单项放宽): `kind` from `old` to `new`.

    Kinds: budget (元 of that year), least, most (numbers of projects), share (part of the envelope).
    """

    rule: str
    kind: str
    old: Fraction
    new: Fraction


def relaxations(given: Request, time_s: float) -> tuple[Relaxation, ...]:
    """Every single relaxation that makes the problem feasible, each as small as possible."""
    found = [_budget(given, year, time_s) for year in range(len(given.budget))]
    for rule in given.rules:
        found += [_least(given, rule, time_s), _most(given, rule, time_s), _share(given, rule, time_s)]
    return tuple(one for one in found if one is not None)


def _budget(given: Request, year: int, time_s: float) -> Relaxation | None:
    without = given.budget.copy()
    without[year] = max(int(without[year]), int(given.request[year].sum()))
    # A share means the announced envelope, also while the budget is varied.
    kept = [given.share_limit(rule) for rule in given.rules]
    spent = optimum(
        replace(given, budget=without), -given.minimum[year].astype(np.float64), time_s, limits=kept
    )
    if spent is None:
        return None
    return Relaxation(f"budget of year {year + 1}", "budget", Fraction(int(given.budget[year])), -spent)


def _least(given: Request, rule: GroupRule, time_s: float) -> Relaxation | None:
    if not rule.least:
        return None
    count = optimum(_with(given, rule, replace(rule, least=0)), _count(given, rule), time_s)
    return None if count is None else Relaxation(rule.name, "least", Fraction(rule.least), count)


def _most(given: Request, rule: GroupRule, time_s: float) -> Relaxation | None:
    if rule.most is None:
        return None
    count = optimum(_with(given, rule, replace(rule, most=None)), -_count(given, rule), time_s)
    return None if count is None else Relaxation(rule.name, "most", Fraction(rule.most), -count)


def _share(given: Request, rule: GroupRule, time_s: float) -> Relaxation | None:
    total = int(given.budget.sum())
    if rule.share is None or not total:
        return None
    money = np.where(_count(given, rule) > 0, given.cost(), 0).astype(np.float64)
    spent = optimum(_with(given, rule, replace(rule, share=None)), -money, time_s)
    return None if spent is None else Relaxation(rule.name, "share", rule.share, -spent / total)


def _with(given: Request, old: GroupRule, new: GroupRule) -> Request:
    rules: Sequence[GroupRule] = [new if rule is old else rule for rule in given.rules]
    return replace(given, rules=tuple(rules))


def _count(given: Request, rule: GroupRule) -> Floats:
    inside = np.zeros(given.size)
    inside[list(rule.members)] = 1.0
    return inside
