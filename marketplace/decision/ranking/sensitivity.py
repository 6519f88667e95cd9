"""How much the order depends on weights, criteria and reviewers (敏感性分析).

Pairwise weight changes: E. Triantaphyllou & A. Sánchez, Decision Sciences 28 (1997) 151–194.
Rank acceptability under uncertain weights (SMAA): R. Lahdelma & P. Salminen, Operations Research 49 (2001).
"""

from collections.abc import Callable, Mapping, Sequence

from marketplace.core.dataclass import dataclass
from marketplace.decision.arrays import Floats, Ints, np
from marketplace.decision.base import InputError, Outcome, digest, finite, read_only
from marketplace.decision.ranking.intervals import NOISE, rank_bounds
from marketplace.decision.ranking.linear import checked_weights
from marketplace.decision.ranking.order import best_first, ranks


@dataclass(frozen=True)
class WeightChange:
    """Subtract `change` from the weight of `criterion` and rows `i` and `j` tie (使两者并列的权重变动).

    `percent` is relative to the weight; not `feasible` when the change exceeds the weight.
    """

    i: int
    j: int
    criterion: int
    change: float
    percent: float | None
    feasible: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class Sensitivity(Outcome):
    """Scores [P], every pairwise change (None where the criterion does not tell i from j), and the smallest
    feasible one that changes the first k."""

    scores: Floats
    changes: Mapping[tuple[int, int, int], WeightChange | None]
    smallest: WeightChange | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Acceptability(Outcome):
    """Under uncertain weights: chance [P] to be in the first k, and the 5 % and 95 % ranks [P]."""

    p_top_k: Floats
    rank_lo: tuple[int, ...]
    rank_hi: tuple[int, ...]


@dataclass(frozen=True)
class Shift:
    """What leaving one thing out does (留一检验): the largest rank change and whose it is."""

    left_out: int
    project: int
    change: int


def sensitivity(
    matrix: Sequence[Sequence[float]] | Floats, weights: Sequence[float] | Floats, top_k: int = 1
) -> Sensitivity:
    """All pairwise weight changes of rows [P, C] under weights [C]."""
    x = finite(matrix, "matrix", 2)
    w = checked_weights(weights, x.shape[1])
    scores = x @ w
    pairs = [(i, j) for i in range(len(x)) for j in range(i + 1, len(x))]
    changes = {(i, j, k): _change(x, w, scores, i, j, k) for i, j in pairs for k in range(len(w))}
    return Sensitivity(
        method="sensitivity",
        parameters={"weights": w.tolist(), "top_k": top_k},
        warnings=(),
        trace={},
        inputs_sha256=digest({"matrix": x, "weights": w, "top_k": top_k}),
        scores=read_only(scores),
        changes=changes,
        smallest=_smallest(changes, set(best_first(scores)[:top_k])),
    )


def crossing(
    matrix: Sequence[Sequence[float]] | Floats,
    weights: Sequence[float] | Floats,
    first: int,
    usable: Callable[[WeightChange], bool],
) -> WeightChange | None:
    """The smallest feasible change, in percent, that lets a row behind the `first` ones of [P, C] tie with one of them:
    every such pair is compared. Ties: lowest rows, then criterion. `usable` refuses changes that cannot be told."""
    x = finite(matrix, "matrix", 2)
    w = checked_weights(weights, x.shape[1])
    scores = x @ w
    found = [_smallest_of(x, w, scores, first, k, usable) for k in range(len(w)) if w[k]]
    return min((one for one in found if one is not None), key=_size, default=None)


def _smallest_of(
    x: Floats, w: Floats, scores: Floats, first: int, k: int, usable: Callable[[WeightChange], bool]
) -> WeightChange | None:
    difference = x[None, first:, k] - x[:first, None, k]
    gap = scores[None, first:] - scores[:first, None]
    change = np.divide(gap, difference, out=np.full(gap.shape, np.inf), where=difference != 0)
    size = np.where(change <= w[k], np.abs(100 * change / w[k]), np.inf)
    while size.size and np.isfinite(least := size.min()):
        i, j = divmod(int(np.argmax(size <= least)), size.shape[1])
        percent = float(100 * change[i, j] / w[k])
        one = WeightChange(i, first + j, k, float(change[i, j]), percent, True)
        if usable(one):
            return one
        size[i, j] = np.inf
    return None


def swap(matrix: Floats, weights: Floats, i: int, j: int) -> WeightChange | None:
    """The smallest feasible weight change, in percent, that makes rows i and j tie."""
    x, w = finite(matrix, "matrix", 2), finite(weights, "weights", 1)
    options = [_change(x, w, x @ w, i, j, k) for k in range(len(w))]
    feasible = [option for option in options if option is not None and _usable(option)]
    return min(feasible, key=_size, default=None)


def acceptability(
    matrix: Sequence[Sequence[float]] | Floats,
    weights: Sequence[float] | Floats,
    top_k: int,
    seed: int,
    draws: int = 1000,
    concentration: float = 100.0,
    level: float = 0.9,
) -> Acceptability:
    """Rank acceptability when weights are Dirichlet(`concentration` · w): 100 is about ±5 points of 40."""
    x = finite(matrix, "matrix", 2)
    w = checked_weights(weights, x.shape[1])
    if concentration <= 0 or draws < 1:
        raise InputError("concentration", "concentration and draws must be above 0")
    gammas = np.random.default_rng(seed).standard_gamma(concentration * w / w.sum(), size=(draws, len(w)))
    sampled = gammas / gammas.sum(axis=1, keepdims=True)
    lowest, highest = rank_bounds(x @ sampled.T, NOISE)
    share = np.clip((top_k - lowest + 1) / (highest - lowest + 1), 0, 1)
    return Acceptability(
        method="smaa",
        parameters={
            "top_k": top_k,
            "draws": draws,
            "concentration": concentration,
            "seed": seed,
            "level": level,
        },
        warnings=(),
        trace={},
        inputs_sha256=digest({"matrix": x, "weights": w, "k": top_k, "seed": seed, "draws": draws}),
        p_top_k=read_only(share.mean(axis=1)),
        rank_lo=_at(lowest, (1 - level) / 2),
        rank_hi=_at(highest, (1 + level) / 2),
    )


def without_each_criterion(matrix: Floats, weights: Floats) -> tuple[Shift, ...]:
    """For every criterion: leave it out, renormalise the others, and see whose rank changes most."""
    x, w = finite(matrix, "matrix", 2), finite(weights, "weights", 1)
    kept = [np.delete(np.arange(len(w)), k) for k in range(len(w)) if w.sum() > w[k]]
    return shifts(ranks(x @ w), [ranks(x[:, c] @ w[c] * (w.sum() / w[c].sum())) for c in kept])


def shifts(base: Sequence[int], others: Sequence[Sequence[int]]) -> tuple[Shift, ...]:
    """The largest rank change of each alternative ranking against the base ranking."""
    found = []
    for left_out, other in enumerate(others):
        moves = [after - before for before, after in zip(base, other, strict=True)]
        project = max(range(len(moves)), key=lambda p: (abs(moves[p]), -p), default=-1)
        found.append(Shift(left_out, project, moves[project] if moves else 0))
    return tuple(found)


def _change(x: Floats, w: Floats, scores: Floats, i: int, j: int, k: int) -> WeightChange | None:
    difference = float(x[j, k] - x[i, k])
    if difference == 0:
        return None
    change = float(scores[j] - scores[i]) / difference
    percent = 100 * change / float(w[k]) if w[k] else None
    return WeightChange(i, j, k, change, percent, change <= float(w[k]))


def _usable(change: WeightChange) -> bool:
    return change.feasible and change.percent is not None


def _size(change: WeightChange) -> tuple[float, int, int, int]:
    return abs(change.percent or 0.0), change.i, change.j, change.criterion


def _smallest(
    changes: Mapping[tuple[int, int, int], WeightChange | None], top: set[int]
) -> WeightChange | None:
    crossing = [c for c in changes.values() if c is not None and _usable(c) and (c.i in top) != (c.j in top)]
    return min(crossing, key=_size, default=None)


def _at(places: Ints, q: float) -> tuple[int, ...]:
    return tuple(int(place) for place in np.quantile(places, q, axis=1, method="inverted_cdf"))
