"""The proposed funding plan (建议资助方案)."""

import time
from dataclasses import replace
from typing import Any

from marketplace.core.dataclass import dataclass
from marketplace.decision.allocation.checker import violations
from marketplace.decision.allocation.problem import GroupRule, Request
from marketplace.decision.allocation.programme import Choice, best_value, tidy
from marketplace.decision.allocation.relaxation import Relaxation, relaxations
from marketplace.decision.arrays import Bools, Ints, np
from marketplace.decision.base import Code, Outcome, digest, order_keys, read_only, sorted_codes
from marketplace.decision.linear import deadline

PROVEN = 1e-6


@dataclass(frozen=True, kw_only=True, eq=False)
class Plan(Outcome):
    """Funded projects [P] with amounts [Y, P] in 元, or none with the relaxations that would help.

    status: optimal, time_limit (best found in the time, with `bound` and `gap`) or infeasible; binding: names of
    the rules and budgets that keep another project out; left_over [Y]; shortfall: what the envelope lacks for the
    smallest request, 0 when something fits; envy: pairs (unfunded, funded) of the same groups where the unfunded
    one has more value and costs no more, which cannot occur in a proven optimum.
    """

    feasible: bool
    status: str
    funded: Bools
    amount: Ints
    value: float
    bound: float | None
    gap: float | None
    binding: tuple[str, ...]
    left_over: Ints
    shortfall: int
    envy: tuple[tuple[int, int], ...]
    relaxations: tuple[Relaxation, ...]


def allocate(given: Request, *, time_s: float = 2.0, top_up: bool = True) -> Plan:
    """The plan of the largest value; ties by least cost, then lowest numbers.

    `top_up` spends what is left on raising funded projects from their minimum to their request, best first.
    """
    end = deadline(time_s)
    first = best_value(given, time_s)
    if first.funded is None:
        return _infeasible(given, first, time_s, top_up)
    choice = tidy(given, first, max(end - time.perf_counter(), 0.2))
    funded = choice.funded if choice.funded is not None else first.funded
    amount = np.where(funded, given.minimum, 0)
    if top_up:
        amount = _topped_up(given, funded, amount)
    return _plan(given, choice, funded, amount, top_up)


def same_groups(given: Request, a: int, b: int) -> bool:
    """Whether two projects stand under the same rules."""
    in_needs = {p for pair in given.needs for p in pair}
    alike = all((a in rule.members) == (b in rule.members) for rule in given.rules)
    return alike and not {a, b} & in_needs


def envy(given: Request, funded: Bools) -> tuple[tuple[int, int], ...]:
    """Pairs (unfunded, funded) where the unfunded project has more value, costs no more, and stands alike."""
    pairs = []
    for out in np.flatnonzero(~funded & given.eligible):
        worse = funded & (given.value < given.value[out] - PROVEN)
        cheap = (given.minimum[:, out][:, None] <= given.minimum).all(axis=0)
        pairs += [
            (int(out), int(p)) for p in np.flatnonzero(worse & cheap) if same_groups(given, int(out), int(p))
        ]
    return tuple(pairs)


def _topped_up(given: Request, funded: Bools, amount: Ints) -> Ints:
    amount, left = amount.copy(), given.budget - amount.sum(axis=1)
    room = {rule: _room(given, rule, amount) for rule in given.rules if rule.share is not None}
    keys = order_keys(given.value)
    for p in sorted(np.flatnonzero(funded).tolist(), key=lambda p: (keys[p], p)):
        mine = [rule for rule in room if p in rule.members]
        for year in range(len(left)):
            wish = int(given.request[year, p] - amount[year, p])
            more = min([wish, int(left[year]), *(room[rule] for rule in mine)])
            amount[year, p], left[year] = amount[year, p] + more, left[year] - more
            room |= {rule: room[rule] - more for rule in mine}
    return amount


def _room(given: Request, rule: GroupRule, amount: Ints) -> int:
    return (given.share_limit(rule) or 0) - int(amount[:, list(rule.members)].sum())


def _binding(given: Request, funded: Bools, amount: Ints) -> tuple[str, ...]:
    """Rules and budgets that alone keep some worthwhile unfunded project out."""
    waiting = [int(p) for p in np.flatnonzero(~funded & given.eligible & (given.value > 0))]
    left = given.budget - np.where(funded, given.minimum, 0).sum(axis=1)
    names = [
        f"budget of year {year + 1}"
        for year in range(len(left))
        if any(given.minimum[year, p] > left[year] for p in waiting)
    ]
    least = np.where(funded, given.minimum, 0)
    return (*names, *(rule.name for rule in given.rules if _binds(given, rule, funded, least, waiting)))


def _binds(given: Request, rule: GroupRule, funded: Bools, least: Ints, waiting: list[int]) -> bool:
    count = int(funded[list(rule.members)].sum())
    outside = any(p not in rule.members for p in waiting)
    inside = [p for p in waiting if p in rule.members]
    full = rule.share is not None and any(int(given.cost()[p]) > _room(given, rule, least) for p in inside)
    return bool((rule.most == count and inside) or full or (rule.least and rule.least == count and outside))


def _shortfall(given: Request) -> int:
    costs = given.minimum[:, given.eligible]
    if not costs.size:
        return 0
    lacking = np.maximum(costs - given.budget[:, None], 0).sum(axis=0)
    return int(lacking.min())


def _plan(given: Request, choice: Choice, funded: Bools, amount: Ints, top_up: bool) -> Plan:
    broken = violations(given, funded, amount)
    if broken:
        raise ArithmeticError(f"the plan breaks {', '.join(broken)}")
    proven = choice.gap <= PROVEN
    unjust, shortfall = envy(given, funded), _shortfall(given)
    codes = dict.fromkeys(given.warnings, True) | {
        Code.NOT_PROVEN_OPTIMAL: not proven,
        Code.BUDGET_BELOW_SMALLEST: shortfall > 0,
        Code.ENVY_REMAINS: bool(unjust),
    }
    return Plan(
        **_common(given, top_up),
        warnings=sorted_codes(codes),
        feasible=True,
        status="optimal" if proven else "time_limit",
        funded=read_only(funded),
        amount=read_only(amount),
        value=choice.value,
        bound=choice.bound,
        gap=choice.gap,
        binding=_binding(given, funded, amount),
        left_over=read_only(given.budget - amount.sum(axis=1)),
        shortfall=shortfall,
        envy=unjust,
        relaxations=(),
    )


def _infeasible(given: Request, choice: Choice, time_s: float, top_up: bool) -> Plan:
    codes = dict.fromkeys(given.warnings, True) | {
        Code.INFEASIBLE: choice.infeasible,
        Code.TIME_LIMIT: not choice.infeasible,
    }
    return Plan(
        **_common(given, top_up),
        warnings=sorted_codes(codes),
        feasible=False,
        status="infeasible" if choice.infeasible else "time_limit",
        funded=read_only(np.zeros(given.size, dtype=bool)),
        amount=read_only(np.zeros_like(given.request)),
        value=0.0,
        bound=None,
        gap=None,
        binding=(),
        left_over=read_only(given.budget.copy()),
        shortfall=_shortfall(given),
        envy=(),
        relaxations=relaxations(given, time_s) if choice.infeasible else (),
    )


def _common(given: Request, top_up: bool) -> dict[str, Any]:
    parameters = {
        "top_up": top_up,
        "rules": [rule.name for rule in given.rules],
        "budget": given.budget.tolist(),
    }
    return {
        "method": "allocation",
        "parameters": parameters,
        "trace": {"cost": given.cost().tolist()},
        "inputs_sha256": digest({"request": replace(given, warnings=()), "top_up": top_up}),
    }
