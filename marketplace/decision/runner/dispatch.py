"""Which function answers which method (算例方法表)."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from marketplace.decision.base import InputError
from marketplace.decision.runner import panels, plans, scores
from marketplace.decision.runner.inputs import Inputs

Method = Callable[[Inputs], dict[str, Any]]

METHODS: Mapping[str, Method] = MappingProxyType(
    {
        "ahp": scores.run_ahp,
        "assignment": plans.run_assignment,
        "calibration_additive": panels.run_additive,
        "calibration_bradley_terry": panels.run_bradley_terry,
        "calibration_mixed": panels.run_mixed,
        "calibration_zscore": panels.run_zscore,
        "entropy_weight": scores.run_entropy,
        "equal_shares": plans.run_equal_shares,
        "group_constrained_knapsack": plans.run_group_constrained,
        "icc": panels.run_icc,
        "kendall_w": panels.run_kendall_w,
        "knapsack": plans.run_knapsack,
        "krippendorff_alpha": panels.run_alpha,
        "multi_knapsack": plans.run_multi_knapsack,
        "rank_and_fund": plans.run_rank_and_fund,
        "rank_interval": panels.run_rank_interval,
        "reliability_real_panel": panels.run_real_panel,
        "rubric_pipeline": scores.run_rubric,
        "sensitivity": scores.run_sensitivity,
        "topsis": scores.run_topsis,
        "trimmed_mean": scores.run_trimmed_mean,
        "weighted_sum": scores.run_weighted_sum,
    }
)


def run(case: Any, base: Path) -> dict[str, Any]:
    """Answer one case; `base` is the folder its files are named from. Raises `InputError` (a ValueError)."""
    if not isinstance(case, dict):
        raise InputError("case", "must be an object with method and inputs")
    method, inputs = case.get("method"), case.get("inputs")
    if not isinstance(method, str) or method not in METHODS:
        raise InputError("method", f"must be one of {', '.join(sorted(METHODS))}")
    if not isinstance(inputs, dict):
        raise InputError("inputs", "must be an object")
    return _asked_for(METHODS[method](Inputs(inputs, base)), case.get("expected"))


def _asked_for(answer: dict[str, Any], expected: Any) -> dict[str, Any]:
    if not isinstance(expected, dict):
        return answer
    return {
        key: _asked_for(value, expected[key]) if isinstance(value, dict) else value
        for key, value in answer.items()
        if key in expected
    }
