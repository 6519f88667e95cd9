"""What the meeting asks about a plan (方案分析): price of the rules, who is next, how robust it is."""

from dataclasses import replace

from marketplace.core.dataclass import dataclass
from marketplace.decision.allocation.envelope import enters_at, enters_by_halving
from marketplace.decision.allocation.plan import Plan, allocate
from marketplace.decision.allocation.problem import Request
from marketplace.decision.allocation.programme import best_value
from marketplace.decision.arrays import Floats, Ints, np
from marketplace.decision.base import Code, InputError, Outcome, digest, order_keys, read_only, sorted_codes


@dataclass(frozen=True)
class Price:
    """What the group rules cost (公平的代价): value lost in points, and money that the free plan would spend more."""

    free_value: float
    value: float
    points: float
    money: int


@dataclass(frozen=True)
class RunnerUp:
    """An unfunded project (候补): the value lost if it were forced in (None: impossible), what would fall out,
    and the least envelope in 元 above today's with which it enters (None: not even with its whole cost added)."""

    project: int
    loss: float | None
    falls_out: tuple[int, ...]
    enters_at: int | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Robustness(Outcome):
    """In how many of the draws each project [P] is funded, out of `solved` draws."""

    funded: Ints
    solved: int


def price_of_rules(given: Request, plan: Plan, time_s: float = 2.0) -> Price:
    """Compare with the same problem without group rules."""
    free = allocate(replace(given, rules=()), time_s=time_s)
    points = max(0.0, free.value - plan.value)
    return Price(free.value, plan.value, points, int(free.amount.sum()) - int(plan.amount.sum()))


def runners_up(
    given: Request, plan: Plan, count: int = 3, time_s: float = 2.0, step: int | None = 1
) -> tuple[RunnerUp, ...]:
    """The first unfunded projects by value, each with what keeps it out. `step`: envelopes in steps of so many 元;
    None: found by halving alone."""
    keys = order_keys(given.value)
    waiting = [p for p in range(given.size) if not plan.funded[p] and given.eligible[p]]
    first = sorted(waiting, key=lambda p: (keys[p], p))[:count]
    return tuple(_runner_up(given, plan, p, time_s, step) for p in first)


def robustness(given: Request, draws: Floats, count: int = 20, time_s: float = 2.0) -> Robustness:
    """Solve for `count` of the value draws [P, B], evenly taken."""
    if draws.ndim != 2 or len(draws) != given.size or not draws.shape[1] or (draws < 0).any():
        raise InputError("draws", "non-negative values [P, B] with at least one draw are needed")
    picked = np.unique(np.linspace(0, draws.shape[1] - 1, min(count, draws.shape[1])).round().astype(int))
    times, solved = np.zeros(given.size, dtype=np.int64), 0
    for b in picked:
        choice = best_value(replace(given, value=draws[:, b]), time_s)
        if choice.funded is not None:
            times, solved = times + choice.funded, solved + 1
    return Robustness(
        method="allocation_robustness",
        parameters={"draws": len(picked)},
        warnings=sorted_codes({Code.INFEASIBLE: solved == 0}),
        trace={},
        inputs_sha256=digest({"request": replace(given, warnings=()), "draws": draws[:, picked]}),
        funded=read_only(times),
        solved=solved,
    )


def _runner_up(given: Request, plan: Plan, p: int, time_s: float, step: int | None) -> RunnerUp:
    forced = best_value(given, time_s, [p])
    at = enters_by_halving(given, p, time_s) if step is None else enters_at(given, p, time_s, step)
    if forced.funded is None:
        return RunnerUp(p, None, (), at)
    out = np.flatnonzero(plan.funded & ~forced.funded).tolist()
    return RunnerUp(p, max(0.0, plan.value - forced.value), tuple(out), at)
