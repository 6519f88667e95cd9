"""Fund under a budget (资金分配): the plan, its price and runners-up, by rank, by equal shares."""

from marketplace.decision.allocation.analysis import (
    Price,
    Robustness,
    RunnerUp,
    price_of_rules,
    robustness,
    runners_up,
)
from marketplace.decision.allocation.baselines import RankAndFund, rank_and_fund
from marketplace.decision.allocation.checker import violations
from marketplace.decision.allocation.equal_shares import EqualShares, Purchase, effective_votes, equal_shares
from marketplace.decision.allocation.plan import Plan, allocate, envy
from marketplace.decision.allocation.problem import GroupRule, Request, request, values_above
from marketplace.decision.allocation.relaxation import Relaxation, relaxations

__all__ = [
    "EqualShares",
    "GroupRule",
    "Plan",
    "Price",
    "Purchase",
    "RankAndFund",
    "Relaxation",
    "Request",
    "Robustness",
    "RunnerUp",
    "allocate",
    "effective_votes",
    "envy",
    "equal_shares",
    "price_of_rules",
    "rank_and_fund",
    "relaxations",
    "request",
    "robustness",
    "runners_up",
    "values_above",
    "violations",
]
