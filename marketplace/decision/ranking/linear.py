"""The weighted sum (加权和), the official form: only it is additive and can be explained."""

from collections.abc import Sequence

from marketplace.core.dataclass import dataclass
from marketplace.decision.arrays import Floats
from marketplace.decision.base import InputError, Outcome, digest, finite, read_only
from marketplace.decision.ranking.order import ranks

# Printed weights are often rounded: 0.333 three times.
PRINTED_WEIGHTS = 0.005


@dataclass(frozen=True, kw_only=True, eq=False)
class WeightedSum(Outcome):
    """Scores [P], contributions [P, C] that add to them, competition ranks and the best rows."""

    scores: Floats
    contributions: Floats
    ranks: tuple[int, ...]
    best: tuple[int, ...]


def checked_weights(weights: Sequence[float] | Floats, criteria: int) -> Floats:
    """Weights [C], none negative, summing to 1 or to 100; refuses anything else."""
    w = finite(weights, "weights", 1)
    if len(w) != criteria:
        raise InputError("weights", f"{len(w)} weights for {criteria} criteria")
    if (w < 0).any():
        raise InputError("weights", "must not be negative")
    total = float(w.sum())
    if abs(total - 1) > PRINTED_WEIGHTS and abs(total - 100) > 100 * PRINTED_WEIGHTS:
        raise InputError("weights", f"must sum to 1 or 100, not {total:g}")
    return w


def weighted_sum(
    matrix: Sequence[Sequence[float]] | Floats, weights: Sequence[float] | Floats
) -> WeightedSum:
    """Scores of rows [P, C] under weights [C]; higher is better."""
    x = finite(matrix, "matrix", 2)
    w = checked_weights(weights, x.shape[1])
    contributions = x * w
    scores = contributions.sum(axis=1)
    places = ranks(scores)
    return WeightedSum(
        method="weighted_sum",
        parameters={"weights": w.tolist()},
        warnings=(),
        trace={},
        inputs_sha256=digest({"matrix": x, "weights": w}),
        scores=read_only(scores),
        contributions=read_only(contributions),
        ranks=places,
        best=tuple(p for p, place in enumerate(places) if place == 1),
    )
