"""Funding by rank (按名次依次资助), the plan every other is compared with."""

from collections.abc import Sequence

from marketplace.core.dataclass import dataclass
from marketplace.decision.arrays import Bools, Floats, Ints, np
from marketplace.decision.base import InputError, Outcome, digest, finite, order_keys, read_only


@dataclass(frozen=True, kw_only=True, eq=False)
class RankAndFund(Outcome):
    """Funded projects [P], the money left by year [Y] and the value funded."""

    funded: Bools
    left_over: Ints
    value: float


def rank_and_fund(
    value: Sequence[float] | Floats,
    cost: Ints,
    budget: Ints,
    eligible: Bools | None = None,
    skip_when_too_expensive: bool = True,
) -> RankAndFund:
    """Go down the list [P]; costs [Y, P] and budgets [Y] in 元; what does not fit is skipped, or ends the list."""
    values = finite(value, "value", 1) if len(value) else np.zeros(0)
    if cost.shape != (len(budget), len(values)):
        raise InputError("cost", "one amount for each project and year is needed")
    keys = order_keys(values)
    funded, left = np.zeros(len(values), dtype=bool), budget.copy()
    for p in sorted(range(len(values)), key=lambda p: (keys[p], p)):
        if eligible is not None and not eligible[p]:
            continue
        if (cost[:, p] <= left).all():
            funded[p], left = True, left - cost[:, p]
        elif not skip_when_too_expensive:
            break
    return RankAndFund(
        method="rank_and_fund",
        parameters={"skip_when_too_expensive": skip_when_too_expensive},
        warnings=(),
        trace={},
        inputs_sha256=digest({"value": values, "cost": cost, "budget": budget, "eligible": eligible}),
        funded=read_only(funded),
        left_over=read_only(left),
        value=float(values[funded].sum()),
    )
