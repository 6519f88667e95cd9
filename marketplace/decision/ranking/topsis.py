"""TOPSIS (逼近理想解法) as a second opinion: C. L. Hwang & K. Yoon (1981), weighted normalised matrix.

The winner can change with the normalisation, so it is always named. Weights multiply the matrix; they do not
stand inside the squared distance, as some scripts have it.
"""

from collections.abc import Sequence

from marketplace.core.dataclass import dataclass
from marketplace.decision.arrays import Floats, np
from marketplace.decision.base import Code, InputError, Outcome, digest, finite, read_only, sorted_codes
from marketplace.decision.ranking.linear import checked_weights
from marketplace.decision.ranking.order import ranks

BENEFIT, COST = 1, -1
Kind = int | tuple[float, float]


@dataclass(frozen=True, kw_only=True, eq=False)
class Topsis(Outcome):
    """Closeness [P] in 0–1 (higher is better), distances to the best and worst point, ranks."""

    closeness: Floats
    d_plus: Floats
    d_minus: Floats
    ranks: tuple[int, ...]


def topsis(
    matrix: Sequence[Sequence[float]] | Floats,
    weights: Sequence[float] | Floats,
    kinds: Sequence[Kind],
    normalisation: str = "vector",
) -> Topsis:
    """Rank rows [P, C]; a kind is 1 (benefit), −1 (cost) or an interval (low, high) that is best (区间型)."""
    x = finite(matrix, "matrix", 2)
    w = checked_weights(weights, x.shape[1])
    if len(kinds) != x.shape[1]:
        raise InputError("types", f"{len(kinds)} types for {x.shape[1]} criteria")
    if len(x) == 0:
        raise InputError("matrix", "at least one row is needed")
    z, signs = _normalised(x, kinds, normalisation)
    d_plus, d_minus = _distances(z * w, signs)
    together = d_plus + d_minus
    closeness = np.where(together > 0, d_minus / np.where(together > 0, together, 1.0), 0.5)
    return Topsis(
        method="topsis",
        parameters={"normalisation": normalisation, "weights": w.tolist(), "types": list(kinds)},
        warnings=sorted_codes({Code.ALL_ROWS_EQUAL: bool((together == 0).all())}),
        trace={},
        inputs_sha256=digest({"matrix": x, "weights": w, "kinds": kinds, "normalisation": normalisation}),
        closeness=read_only(closeness),
        d_plus=read_only(d_plus),
        d_minus=read_only(d_minus),
        ranks=ranks(closeness),
    )


def _normalised(x: Floats, kinds: Sequence[Kind], normalisation: str) -> tuple[Floats, Floats]:
    if normalisation not in ("vector", "minmax"):
        raise InputError("normalisation", 'must be "vector" or "minmax"')
    columns = [_column(x[:, c], kind, normalisation) for c, kind in enumerate(kinds)]
    return np.column_stack([column for column, _ in columns]), np.array([sign for _, sign in columns])


def _column(x: Floats, kind: Kind, normalisation: str) -> tuple[Floats, int]:
    sign = BENEFIT
    if isinstance(kind, tuple):
        x = _inside(x, *kind)
    elif kind in (BENEFIT, COST):
        sign = kind
    else:
        raise InputError("types", "each must be 1, -1 or an interval [low, high]")
    if normalisation == "vector":
        length = float(np.sqrt((x**2).sum()))
        return x / (length or 1.0), sign
    span = float(x.max() - x.min()) or 1.0
    return ((x - x.min()) if sign == BENEFIT else (x.max() - x)) / span, BENEFIT


def _inside(x: Floats, low: float, high: float) -> Floats:
    if low > high:
        raise InputError("types", "an interval needs low ≤ high")
    outside = np.maximum(np.maximum(low - x, x - high), 0)
    farthest = float(outside.max()) or 1.0
    return np.asarray(1 - outside / farthest)


def _distances(v: Floats, signs: Floats) -> tuple[Floats, Floats]:
    oriented = v * signs
    to_best = np.sqrt(((oriented - oriented.max(axis=0)) ** 2).sum(axis=1))
    to_worst = np.sqrt(((oriented - oriented.min(axis=0)) ** 2).sum(axis=1))
    return to_best, to_worst
