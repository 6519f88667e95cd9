"""Cases about scores and weights: trimming, rubric, weighted sum, sensitivity, TOPSIS, AHP, entropy."""

from fractions import Fraction
from typing import Any

from marketplace.decision.arrays import np
from marketplace.decision.base import InputError, competition_ranks, rounded_half_up
from marketplace.decision.ranking import best_first, sensitivity, topsis, weighted_sum
from marketplace.decision.ranking.topsis import Kind
from marketplace.decision.rubric import trimmed_mean
from marketplace.decision.runner.inputs import Inputs, exact, exacts
from marketplace.decision.weights import SAATY_1980, ahp, entropy, synthesise


def run_trimmed_mean(given: Inputs) -> dict[str, Any]:
    """One panel in `scores`, or one a row in a file whose last column is the announced score."""
    low, high = given.whole("drop_lowest", 1), given.whole("drop_highest", 1)
    if given.has("csv"):
        return _trimmed_file(given, low, high)
    marks = sorted(exacts(given.any("scores"), "inputs.scores"))
    middle = trimmed_mean(marks, low, high)
    kept = marks[low : len(marks) - high]
    return {
        "trimmed_mean": float(middle),
        "population_variance_of_kept": float(sum((mark - middle) ** 2 for mark in kept) / len(kept)),
        "plain_mean": float(sum(marks, Fraction(0)) / len(marks)),
        "kept": len(kept),
    }


def _trimmed_file(given: Inputs, low: int, high: int) -> dict[str, Any]:
    rows = given.table("csv")
    if rows and not all(_is_number(cell) for cell in rows[0]):
        rows = rows[1:]
    if not rows:
        raise InputError("inputs.csv", "at least one row of marks is needed")
    differences, incomplete = [], 0
    for number, row in enumerate(rows, start=1):
        where = f"inputs.csv, row {number} of marks"
        marks = [exact(cell, where) for cell in row[:-1] if cell.strip()]
        incomplete += len(marks) < len(row) - 1
        differences.append(abs(trimmed_mean(marks, low, high) - exact(row[-1], where)))
    return {
        "rows": len(rows),
        "rows_with_missing_mark": incomplete,
        "max_abs_difference_from_official": float(max(differences)),
    }


def _is_number(cell: str) -> bool:
    """Whether a cell holds a mark or none, as no heading does."""
    return not cell.strip() or cell.strip().replace(".", "", 1).isdigit()


def run_rubric(given: Inputs) -> dict[str, Any]:
    """Trimmed mean by criterion, two decimals half up, times the published factors."""
    factors = exacts(given.any("weights"), "inputs.weights")
    if not factors or min(factors) < 0:
        raise InputError("inputs.weights", "must not be empty or negative")
    low, high = given.whole("drop_lowest", 1), given.whole("drop_highest", 1)
    key = "scores_project_x_criterion_x_reviewer"
    totals = [_total(row, factors, low, high, f"inputs.{key}[{p}]") for p, row in enumerate(given.rows(key))]
    return {
        "weighted_total": [float(total) for total in totals],
        "rank_by_weighted_total": list(competition_ranks([-total for total in totals])),
    }


def _total(row: Any, factors: list[Fraction], low: int, high: int, where: str) -> Fraction:
    if not isinstance(row, list) or len(row) != len(factors):
        raise InputError(where, f"one list of marks for each of the {len(factors)} criteria is needed")
    panels = [trimmed_mean(exacts(marks, f"{where}[{c}]"), low, high) for c, marks in enumerate(row)]
    printed = [Fraction(rounded_half_up(panel, 2)) for panel in panels]
    return sum((factor * panel for factor, panel in zip(factors, printed, strict=True)), Fraction(0))


def run_weighted_sum(given: Inputs) -> dict[str, Any]:
    """Scores, contributions, ranks and the best rows."""
    found = weighted_sum(given.matrix("matrix"), given.vector("weights"))
    return {
        "scores": found.scores.tolist(),
        "contributions": found.contributions.tolist(),
        "ranks_min": list(found.ranks),
        "best": list(found.best),
    }


def run_sensitivity(given: Inputs) -> dict[str, Any]:
    """Scores and every pairwise weight change, named "i-j-ck"."""
    found = sensitivity(given.matrix("matrix"), given.vector("weights"))
    changes = {
        f"{i}-{j}-c{k}": None
        if change is None
        else {
            "change_subtracted_from_weight": change.change,
            "feasible": change.feasible,
            "percent": change.percent,
        }
        for (i, j, k), change in found.changes.items()
    }
    return {"scores": found.scores.tolist(), "pairwise_weight_changes": changes}


def run_topsis(given: Inputs) -> dict[str, Any]:
    """Closeness under the named normalisation, and what the other one says."""
    matrix, weights = given.matrix("matrix"), given.vector("weights")
    kinds = [_kind(value, f"inputs.types[{c}]") for c, value in enumerate(given.rows("types"))]
    found = topsis(matrix, weights, kinds, given.text("normalisation", "vector"))
    vector, minmax = topsis(matrix, weights, kinds), topsis(matrix, weights, kinds, "minmax")
    return {
        "closeness": found.closeness.tolist(),
        "d_plus": found.d_plus.tolist(),
        "d_minus": found.d_minus.tolist(),
        "ranks": list(found.ranks),
        "closeness_with_vector_normalisation": vector.closeness.tolist(),
        "best_minmax": best_first(minmax.closeness)[0],
        "best_vector": best_first(vector.closeness)[0],
    }


def _kind(value: Any, where: str) -> Kind:
    if isinstance(value, list) and len(value) == 2:
        return float(exact(value[0], where)), float(exact(value[1], where))
    number = exact(value, where)
    if number not in (1, -1):
        raise InputError(where, "must be 1, -1 or an interval [low, high]")
    return int(number)


def run_ahp(given: Inputs) -> dict[str, Any]:
    """Weights and consistency; with `alternatives_matrices` the whole hierarchy."""
    index = _random_index(given)
    found = ahp(given.matrix("matrix"), index)
    result: dict[str, Any] = {
        "weights": found.weights.tolist(),
        "lambda_max": found.lambda_max,
        "ci": found.ci,
        "cr": found.cr,
        "acceptable": found.acceptable,
    }
    if given.has("alternatives_matrices"):
        each = [ahp(matrix, index).weights for matrix in given.rows("alternatives_matrices")]
        if len({len(weights) for weights in each}) != 1:
            raise InputError("inputs.alternatives_matrices", "all must compare the same alternatives")
        combined = synthesise(found.weights, np.array(each))
        result |= {
            "alternative_weights_by_criterion": [weights.tolist() for weights in each],
            "combined": combined.tolist(),
            "best": best_first(combined)[0],
        }
    return result


def _random_index(given: Inputs) -> dict[int, float]:
    if not given.has("random_index"):
        return dict(SAATY_1980)
    table = given.any("random_index")
    if not isinstance(table, dict):
        raise InputError("inputs.random_index", "must be an object from size to index")
    return {
        int(exact(size, "inputs.random_index")): float(exact(value, f"inputs.random_index.{size}"))
        for size, value in table.items()
    }


def run_entropy(given: Inputs) -> dict[str, Any]:
    """Entropy and weights of the criteria."""
    found = entropy(given.matrix("matrix"), given.text("normalisation", "column sum"))
    return {"entropy": found.entropy.tolist(), "weights": found.weights.tolist()}
