"""Entropy weights (熵权法) and their blend with AHP.

Entropy rewards spread, not importance; it is a check beside the announced weights, never a default for public
money. Blending is multiplicative: w ∝ w_ahp^β · w_entropy^(1−β).
"""

from collections.abc import Sequence

from marketplace.core.dataclass import dataclass
from marketplace.decision.arrays import Bools, Floats, np
from marketplace.decision.base import Code, InputError, Outcome, digest, finite, read_only, sorted_codes
from marketplace.decision.ranking.order import kendall_tau


@dataclass(frozen=True, kw_only=True, eq=False)
class Entropy(Outcome):
    """Entropy [C] in 0–1 and weights [C] summing to 1; a constant criterion has entropy 1 and weight 0."""

    entropy: Floats
    weights: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class Blend(Outcome):
    """Blended weights [C]; `tau` compares the order under the announced weights with the blended one."""

    weights: Floats
    tau: float | None


def entropy(matrix: Sequence[Sequence[float]] | Floats, normalise: str = "column sum") -> Entropy:
    """Entropy weights of a matrix [P, C] without negative values; `normalise`: "column sum" or "minmax"."""
    x = finite(matrix, "matrix", 2)
    constant = _constant(x)
    shares = _shares(x, normalise)
    values = np.where(constant, 1.0, _entropy(shares))
    spread = np.where(constant, 0.0, 1 - values)
    even = constant.all()
    weights = np.full(x.shape[1], 1 / x.shape[1]) if even else spread / spread.sum()
    return Entropy(
        method="entropy",
        parameters={"normalisation": normalise},
        warnings=sorted_codes(
            {Code.CONSTANT_CRITERION: bool(constant.any()), Code.EQUAL_WEIGHTS: bool(even)}
        ),
        trace={"constant": np.flatnonzero(constant).tolist()},
        inputs_sha256=digest({"matrix": x, "normalise": normalise}),
        entropy=read_only(values),
        weights=read_only(weights),
    )


def combine(ahp: Floats, by_entropy: Floats, beta: float = 1.0, matrix: Floats | None = None) -> Blend:
    """Blend two sets of weights [C]; with a score matrix [P, C], tau tells how far the order moves."""
    w, e = finite(ahp, "ahp", 1), finite(by_entropy, "entropy", 1)
    if w.shape != e.shape or (w < 0).any() or (e < 0).any():
        raise InputError("weights", "both must be non-negative and of the same length")
    if not 0 <= beta <= 1:
        raise InputError("beta", "must lie in 0–1")
    blended = w**beta * e ** (1 - beta)
    if blended.sum() <= 0:
        raise InputError("weights", "the two sets of weights share no criterion")
    blended = blended / blended.sum()
    tau = None if matrix is None else kendall_tau(matrix @ w, matrix @ blended)
    return Blend(
        method="blend",
        parameters={"beta": beta},
        warnings=(),
        trace={},
        inputs_sha256=digest({"ahp": w, "entropy": e, "beta": beta, "matrix": matrix}),
        weights=read_only(blended),
        tau=tau,
    )


def _constant(x: Floats) -> Bools:
    if x.shape[0] == 0 or x.shape[1] == 0:
        raise InputError("matrix", "at least one row and one column are needed")
    return np.asarray(x.max(axis=0) == x.min(axis=0))


def _shares(x: Floats, normalise: str) -> Floats:
    if normalise == "minmax":
        span = x.max(axis=0) - x.min(axis=0)
        x = (x - x.min(axis=0)) / np.where(span > 0, span, 1.0)
    elif normalise != "column sum":
        raise InputError("normalisation", 'must be "column sum" or "minmax"')
    if (x < 0).any():
        raise InputError("matrix", "column sums need values of at least 0")
    total = x.sum(axis=0)
    return np.asarray(x / np.where(total > 0, total, 1.0))


def _entropy(shares: Floats) -> Floats:
    # 0 · ln 0 = 0, the limit; a single row has no spread and is caught as constant.
    terms = shares * np.log(np.where(shares > 0, shares, 1.0))
    return np.asarray(-terms.sum(axis=0) / np.log(max(len(shares), 2)))
