"""Cases about panels: calibration, rank intervals, agreement."""

import re
from typing import Any

from marketplace.decision.arrays import np
from marketplace.decision.base import InputError
from marketplace.decision.calibration import Mixed, additive, bradley_terry, calibrate, zscores
from marketplace.decision.ranking import best_first, joint_ranks
from marketplace.decision.reliability import METRICS, alpha, icc, kendall_w
from marketplace.decision.runner.inputs import Inputs

# The margin of error of a two-sided 90 % interval in standard errors, as the published script rounds it.
MARGIN_90 = 1.6449


def run_additive(given: Inputs) -> dict[str, Any]:
    """Both effects and the analysis of variance."""
    (project, reviewer), y = given.records("records_project_reviewer_score", 3)
    found = additive(project, reviewer, y)
    score = [-np.inf if value is None else value for value in found.score]
    return {
        "mu": found.mu,
        "project_effect": list(found.q),
        "reviewer_effect": list(found.b),
        "residual_ss": found.residual_ss,
        "residual_df": found.residual_df,
        "mse": found.mse,
        "adjusted_project_ss": found.adjusted_project_ss,
        "F": found.f,
        "ranking_best_first": list(best_first(score)),
    }


def run_mixed(given: Inputs) -> dict[str, Any]:
    """REML variances and predictions, with or without reviewers."""
    found = _mixed(given)
    variances = found.variances
    return {
        "reml_deviance": found.deviance,
        "var_project": variances.project,
        "var_reviewer": variances.reviewer,
        "var_residual": variances.residual,
        "mu": found.mu,
        "se_mu": found.se_mu,
        "blup_project": list(found.q),
        "blup_reviewer": list(found.b),
        "sd_conditional_project": list(found.q_sd),
        "shrinkage": _shrinkage(found),
        "connected_components": max(found.component, default=-1) + 1,
    }


def _mixed(given: Inputs) -> Mixed:
    if given.one_of("records_project_reviewer_score", "records_project_score") == "records_project_score":
        (project,), y = given.records("records_project_score", 2)
        return calibrate(project, None, y, scale=None)
    (project, reviewer), y = given.records("records_project_reviewer_score", 3)
    sizes = {key: given.whole(key) if given.has(key) else None for key in ("n_projects", "n_reviewers")}
    return calibrate(
        project, reviewer, y, n_projects=sizes["n_projects"], n_reviewers=sizes["n_reviewers"], scale=None
    )


def _shrinkage(found: Mixed) -> float | None:
    """How much of a project's mean deviation is kept, when all have the same number of unattributed marks."""
    counts = set(found.fitted.data.per_project().tolist())
    if found.fitted.data.reviewer is not None or len(counts) != 1 or found.variances.residual == 0:
        return None
    signal = float(counts.pop() * found.variances.project)
    return signal / (signal + found.variances.residual)


def run_zscore(given: Inputs) -> dict[str, Any]:
    """Standard scores of one reviewer."""
    return {"z": zscores(given.vector("scores_of_one_reviewer"), given.whole("ddof", 1)).tolist()}


def run_bradley_terry(given: Inputs) -> dict[str, Any]:
    """Abilities against the reference item."""
    (winner, loser), count = given.records("wins_winner_loser_count", 3)
    size = len(given.rows("items")) if given.has("items") else int(max(winner.max(), loser.max())) + 1
    if max(winner.max(), loser.max()) >= size:
        raise InputError("inputs.wins_winner_loser_count", f"items are numbered 0–{size - 1}")
    wins = np.zeros((size, size))
    np.add.at(wins, (winner, loser), count)
    found = bradley_terry(wins, given.whole("reference_item", 0))
    return {"ability": found.ability.tolist(), "se": found.se.tolist()}


def run_rank_interval(given: Inputs) -> dict[str, Any]:
    """Joint rank ranges; `critical` may say to how many decimals the bounds are rounded, `order` which is first."""
    level = given.number("joint_level") if given.has("joint_level") else 0.9
    decimals = re.search(r"rounded to (\d+) decimal", given.text("critical", ""))
    critical, ranges = joint_ranks(
        given.vector("estimate"),
        given.positive("moe_90") / MARGIN_90,
        level,
        descending=not given.text("order", "descending").startswith("ascending"),
        decimals=int(decimals.group(1)) if decimals else None,
    )
    return {"critical": critical, "rank_interval": [list(pair) for pair in ranges]}


def run_alpha(given: Inputs) -> dict[str, Any]:
    """Alpha under all four metrics."""
    ratings = given.rows("ratings_reviewer_x_unit")
    for row in ratings:
        if not isinstance(row, list):
            raise InputError("inputs.ratings_reviewer_x_unit", "must be rows of marks")
    metrics = (
        METRICS if min((v for row in ratings for v in row if _is_number(v)), default=0) >= 0 else METRICS[:3]
    )
    return {"alpha": dict(alpha(ratings, metrics).alpha)}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)


def run_icc(given: Inputs) -> dict[str, Any]:
    """The six forms, their 95 % limits and the mean squares."""
    found = icc(given.matrix("ratings_target_x_judge"))
    limits = {form: None if pair is None else list(pair) for form, pair in found.limits.items()}
    return {"mean_squares": dict(found.mean_squares), "icc": dict(found.icc), "ci95": limits}


def run_kendall_w(given: Inputs) -> dict[str, Any]:
    """W of ranks or of values that are ranked here."""
    found = kendall_w(given.matrix(given.one_of("ranks_object_x_judge", "values_object_x_judge")))
    return {
        "W": found.w,
        "W_tie_corrected": found.w_tie_corrected,
        "S": found.s,
        "chi2": found.chi2,
        "df": found.df,
        "p": found.p,
    }


def run_real_panel(given: Inputs) -> dict[str, Any]:
    """All agreement figures of a complete panel."""
    ratings = given.matrix("ratings_target_x_judge")
    agreement = alpha(ratings.T.tolist()).alpha
    w = kendall_w(ratings)
    return {
        "icc": dict(icc(ratings).icc),
        "alpha_interval": agreement["interval"],
        "alpha_ordinal": agreement["ordinal"],
        "W_uncorrected": w.w,
        "W_tie_corrected": w.w_tie_corrected,
    }
