"""Rank and stability (排名与稳定性): order, weighted sum, TOPSIS, rank intervals, tiers, sensitivity."""

from marketplace.decision.ranking.intervals import Ranking, Tier, joint_ranks, rank, rank_bounds, tier
from marketplace.decision.ranking.linear import WeightedSum, checked_weights, weighted_sum
from marketplace.decision.ranking.order import best_first, kendall_tau, ranks
from marketplace.decision.ranking.sensitivity import (
    Acceptability,
    Sensitivity,
    Shift,
    WeightChange,
    acceptability,
    crossing,
    sensitivity,
    shifts,
    swap,
    without_each_criterion,
)
from marketplace.decision.ranking.topsis import Topsis, topsis

__all__ = [
    "Acceptability",
    "Ranking",
    "Sensitivity",
    "Shift",
    "Tier",
    "Topsis",
    "WeightChange",
    "WeightedSum",
    "acceptability",
    "best_first",
    "checked_weights",
    "crossing",
    "joint_ranks",
    "kendall_tau",
    "rank",
    "rank_bounds",
    "ranks",
    "sensitivity",
    "shifts",
    "swap",
    "tier",
    "topsis",
    "weighted_sum",
    "without_each_criterion",
]
