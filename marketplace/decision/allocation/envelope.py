"""With which envelope a project would enter (列入所需总额): the least above today's, exactly.

The envelope grows from today's towards today's plus the project's own cost, in each year in proportion to it, by whole
steps. With every step the best value, and the best value with the project in, can only rise; so a stretch of steps
whose last has less value with the project than its first has at all holds no answer, and is passed over as a whole.
Where that would take too many solves, halving by whole steps finds an envelope that admits the project while the one a
step smaller does not.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

from marketplace.decision.allocation.problem import Request
from marketplace.decision.allocation.programme import best_value
from marketplace.decision.arrays import Ints, np

SAME = 1e-6
BISECTIONS = 8
MOST_SOLVES = 30
NEVER = -1.0
"""The value of a plan that does not exist; values are never negative."""

Value = Callable[[int], float]


def enters_at(given: Request, p: int, time_s: float, step: int = 1) -> int | None:
    """The least envelope in 元 above today's whose best plans include one with the project; None: none up to its whole
    cost added. `step`: envelopes are told in steps of so many 元."""
    unit = _unit(given, step)
    extra = -(-given.minimum[:, p] // unit)
    last = int(extra.sum())

    def budget(steps: int) -> Ints:
        return given.budget + unit * -(-(extra * steps) // max(last, 1))

    @cache
    def best(steps: int) -> float:
        return best_value(replace(given, budget=budget(steps)), time_s).value

    @cache
    def inside(steps: int) -> float:
        found = best_value(replace(given, budget=budget(steps)), time_s, [p])
        return NEVER if found.funded is None else found.value

    def solves() -> int:
        return best.cache_info().misses + inside.cache_info().misses

    try:
        found = _first(inside, best, 1, last, solves) if last else None
    except TooManySolves:
        found = _by_halves(inside, best, 1, last)
    return None if found is None else int(budget(found).sum())


class TooManySolves(Exception):
    """The search goes on for too long."""


def _unit(given: Request, step: int) -> int:
    """The largest step at which anything can change: what all amounts are made of. A share of the envelope changes its
    limit with every 元."""
    if any(rule.share is not None for rule in given.rules):
        return step
    amounts = given.minimum[:, given.eligible]
    whole = int(np.gcd.reduce(np.append(amounts.ravel(), given.budget)))
    return whole if whole % step == 0 and whole else step


def _first(inside: Value, best: Value, low: int, high: int, solves: Callable[[], int]) -> int | None:
    """The first step from `low` to `high` at which the value with the project is the best value."""
    if solves() > MOST_SOLVES:
        raise TooManySolves
    if inside(high) < best(low) - SAME:
        return None
    if low == high:
        return low
    middle = (low + high) // 2
    before = _first(inside, best, low, middle, solves)
    return before if before is not None else _first(inside, best, middle + 1, high, solves)


def _by_halves(inside: Value, best: Value, low: int, high: int) -> int | None:
    """A step that admits the project after one that does not."""
    if inside(high) < best(high) - SAME:
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if inside(middle) >= best(middle) - SAME else (middle + 1, high)
    return low


def enters_by_halving(given: Request, p: int, time_s: float) -> int | None:
    """The same to within a 256th of the project's cost: how older plans were computed."""
    extra = given.minimum[:, p]
    low, high = 0.0, 1.0
    if not _enters(given, p, given.budget + extra, time_s):
        return None
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        more = np.ceil(extra * middle).astype(np.int64)
        low, high = (low, middle) if _enters(given, p, given.budget + more, time_s) else (middle, high)
    return int((given.budget + np.ceil(extra * high).astype(np.int64)).sum())


def _enters(given: Request, p: int, budget: Ints, time_s: float) -> bool:
    wider = replace(given, budget=budget)
    forced, best = best_value(wider, time_s, [p]), best_value(wider, time_s)
    return forced.funded is not None and forced.value >= best.value - SAME
