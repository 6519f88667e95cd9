"""The Method of Equal Shares (均等份额法), a second, proportional view; voters are experts or bureaus.

D. Peters, G. Pierczyński & P. Skowron, NeurIPS 2021. Every voter holds the same part of the budget. The project with
the smallest price ρ per unit of utility is bought, ρ solving Σ_v min(left_v, ρ·u_pv) = cost_p; equal ρ go to the
lower number. Completion Add1 raises every endowment by one unit until the outcome would exceed the budget and
keeps the last one within it.
"""

import heapq
from collections.abc import Sequence

from marketplace.core.dataclass import dataclass
from marketplace.decision.arrays import Floats, np
from marketplace.decision.base import InputError, Outcome, digest, finite, read_only

SAME = 1e-9
STEPS = 50_000
COMPLETIONS = ("none", "add1")


@dataclass(frozen=True)
class Purchase:
    """One bought project: ρ, the effective vote count 1/ρ · cost-utility (cost over the largest payment), payments."""

    project: int
    rho: float
    largest_payment: float
    payments: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class EqualShares(Outcome):
    """Projects in the order bought, their purchases, endowment and money left by voter, total cost."""

    selected: tuple[int, ...]
    purchases: tuple[Purchase, ...]
    endowment: float
    left: Floats
    total_cost: float


def equal_shares(
    cost: Sequence[float] | Floats,
    utility: Floats,
    budget: float,
    completion: str = "none",
    increment: float = 1.0,
) -> EqualShares:
    """Buy projects with costs [P] and utilities [P, V]; total cost never exceeds the budget."""
    prices, u = finite(cost, "cost", 1) if len(cost) else np.zeros(0), finite(utility, "utility", 2)
    _check(prices, u, budget, completion, increment)
    endowment = budget / u.shape[1]
    bought, left = _buy(prices, u, endowment)
    for step in range(STEPS + 1):
        if completion != "add1" or len(bought) == _wanted(u):
            break
        if step == STEPS:
            raise InputError("increment", f"too small for this budget: more than {STEPS:,} steps")
        following, rest = _buy(prices, u, endowment + increment)
        if _cost(prices, following) > budget + SAME:
            break
        endowment, bought, left = endowment + increment, following, rest
    selected = tuple(purchase.project for purchase in bought)
    return EqualShares(
        method="equal_shares",
        parameters={"completion": completion, "increment": increment, "budget": budget},
        warnings=(),
        trace={"voters": u.shape[1]},
        inputs_sha256=digest({"cost": prices, "utility": u, "budget": budget, "completion": completion}),
        selected=selected,
        purchases=tuple(bought),
        endowment=endowment,
        left=read_only(left),
        total_cost=_cost(prices, bought),
    )


def effective_votes(cost: float, utility: Floats, left: Floats) -> float:
    """Supporters that count (有效票数) under cost utility: cost over the largest payment.

    While its supporters cannot pay for it together, each counts for the part of an equal share he or she has.
    """
    supporters = utility > 0
    if not supporters.any():
        return 0.0
    rho = _rho(cost, utility, left)
    if rho is not None:
        return float(cost / (rho * utility.max()))
    share = cost / int(supporters.sum())
    return float(np.minimum(1.0, left[supporters] / share).sum())


def _check(prices: Floats, u: Floats, budget: float, completion: str, increment: float) -> None:
    if len(u) != len(prices) or not u.shape[1]:
        raise InputError("utility", "one row for each project and at least one voter are needed")
    if (prices <= 0).any():
        raise InputError("cost", "must be above 0")
    if (u < 0).any():
        raise InputError("utility", "must not be negative")
    if not np.isfinite(budget) or budget < 0 or increment <= 0:
        raise InputError("budget", "must not be negative, and the increment above 0")
    if completion not in COMPLETIONS:
        raise InputError("completion", f"must be one of {', '.join(COMPLETIONS)}")


def _buy(prices: Floats, u: Floats, endowment: float) -> tuple[list[Purchase], Floats]:
    """ρ never falls as money is spent, so a lazily updated heap finds the smallest."""
    left, bought = np.full(u.shape[1], endowment), []
    heap = [(rho, p) for p in range(len(prices)) if (rho := _rho(prices[p], u[p], left)) is not None]
    heapq.heapify(heap)
    while heap:
        p = heapq.heappop(heap)[1]
        rho = _rho(prices[p], u[p], left)
        if rho is None:
            continue
        if heap and (rho, p) > (heap[0][0] + SAME * rho, heap[0][1]) and rho > heap[0][0]:
            heapq.heappush(heap, (rho, p))
            continue
        payments = np.minimum(left, rho * u[p])
        left = left - payments
        bought.append(Purchase(p, rho, float(payments.max()), read_only(payments)))
    return bought, left


def _rho(cost: float, utility: Floats, left: Floats) -> float | None:
    """The smallest ρ with Σ min(left, ρ u) = cost, None when the supporters have too little."""
    k = np.flatnonzero(utility > 0)
    money, u = left[k], utility[k]
    if money.sum() < cost * (1 - SAME):
        return None
    ratio = money / u
    order = np.argsort(ratio, kind="stable")
    money, u, ratio = money[order], u[order], ratio[order]
    poor = np.concatenate([[0.0], np.cumsum(money)[:-1]])
    rich = np.cumsum(u[::-1])[::-1]
    rho = (cost - poor) / rich
    enough = np.flatnonzero(rho <= ratio * (1 + SAME) + 1e-300)
    return float(rho[enough[0]]) if len(enough) else float(ratio[-1])


def _cost(prices: Floats, bought: Sequence[Purchase]) -> float:
    return float(sum(prices[purchase.project] for purchase in bought))


def _wanted(u: Floats) -> int:
    return int((u > 0).any(axis=1).sum())
