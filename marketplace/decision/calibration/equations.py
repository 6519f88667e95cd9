"""Mixed-model equations with two crossed factors (交叉随机效应方程组).

y = μ + a + b + e with a ~ N(0, t_a σ²), b ~ N(0, t_b σ²), e ~ N(0, σ²/w). The larger factor a is eliminated:
D = t_a / (1 + t_a n_a), and one Cholesky of the rest, bordered by μ, with b scaled by √t_b so that a variance
of exactly 0 needs no special case. D. Bates et al., J. Stat. Software 67(1) (2015); R. A. Fisher (1940).
"""

from marketplace.core.dataclass import dataclass
from marketplace.decision.arrays import Floats, Ints, np
from marketplace.decision.base import tally
from marketplace.decision.scientific import linalg

# Above this many pairs a dense product is cheaper than summing pairs.
PAIR_LIMIT = 6_000_000


@dataclass(frozen=True)
class Design:
    """Which review belongs to which level of the eliminated factor (`big`) and of the kept one (`small`)."""

    big: Ints
    small: Ints
    w: Floats
    n_big: int
    n_small: int
    pairs: tuple[Ints, Ints, Floats] | None
    dense: Floats | None

    def to_big(self, x: Floats) -> Floats:
        """N x: sum over the reviews of each big level, of small values [small]."""
        return tally(self.big, self.w * x[self.small], self.n_big)

    def to_small(self, x: Floats) -> Floats:
        """Nᵀ x: sum over the reviews of each small level, of big values [big]."""
        return tally(self.small, self.w * x[self.big], self.n_small)

    def cross(self, d: Floats) -> Floats:
        """Nᵀ diag(d) N, [small, small]."""
        size = self.n_small
        if self.pairs is None:
            dense = self.dense if self.dense is not None else np.zeros((self.n_big, 0))
            return np.asarray(dense.T @ (d[:, None] * dense))
        unit, key, weight = self.pairs
        return tally(key, weight * d[unit], size * size).reshape(size, size)

    def quadratic(self, h: Floats) -> Floats:
        """diag(N h Nᵀ) [big]."""
        if self.pairs is None:
            dense = self.dense if self.dense is not None else np.zeros((self.n_big, 0))
            return np.asarray(((dense @ h) * dense).sum(axis=1))
        unit, key, weight = self.pairs
        return tally(unit, weight * h.ravel()[key], self.n_big)


def design(big: Ints, small: Ints | None, w: Floats, n_big: int, n_small: int) -> Design:
    """The design of reviews [n]; without a second factor `small` is None."""
    if small is None or n_small == 0:
        return Design(big, np.zeros(0, dtype=np.int64), w, n_big, 0, None, np.zeros((n_big, 0)))
    counts = np.bincount(big, minlength=n_big)
    if int((counts**2).sum()) > PAIR_LIMIT:
        dense = tally(big * n_small + small, w, n_big * n_small).reshape(n_big, n_small)
        return Design(big, small, w, n_big, n_small, None, dense)
    return Design(big, small, w, n_big, n_small, _pairs(big, small, w, counts, n_small), None)


@dataclass(frozen=True)
class Effects:
    """Solution for one vector of marks: μ, both effects, the penalised residual sum of squares r²."""

    mu: float
    big: Floats
    small: Floats
    residual: Floats
    r2: float


@dataclass(frozen=True)
class System:
    """The equations at given variance ratios, factored once."""

    design: Design
    t_big: float
    t_small: float
    n_big: Floats
    d: Floats
    lower: Floats
    log_det: float

    def effects(self, y: Floats) -> Effects:
        """Best linear unbiased predictions for marks y [n]; linear in y."""
        g, root = self.design, np.sqrt(self.t_small)
        y_big = tally(g.big, g.w * y, g.n_big)
        by_small = self._small_sums(y) - self._to_small(self.d * y_big)
        rest = float((g.w * y).sum() - self.n_big @ (self.d * y_big))
        h = self._solve(np.append(root * by_small, rest))
        mu, small = float(h[-1]), root * h[:-1]
        big = self.d * (y_big - self.n_big * mu - self._to_big(small))
        residual = y - mu - big[g.big] - (small[g.small] if g.n_small else 0.0)
        return Effects(mu, big, small, residual, self._r2(residual, big, small))

    def inverse(self) -> Floats:
        """(LLᵀ)⁻¹ in scaled small effects and μ, [small + 1, small + 1]."""
        return self._solve(np.eye(len(self.lower)))

    def backward(self, z: Floats) -> Floats:
        """L⁻ᵀ z: turns standard normals into the posterior of (scaled small effects, μ) over σ."""
        return np.asarray(linalg().solve_triangular(self.lower, z, lower=True, trans="T"))

    def _solve(self, rhs: Floats) -> Floats:
        return np.asarray(linalg().cho_solve((self.lower, True), rhs))

    def _small_sums(self, y: Floats) -> Floats:
        g = self.design
        return tally(g.small, g.w * y, g.n_small) if g.n_small else np.zeros(0)

    def _to_small(self, x: Floats) -> Floats:
        return self.design.to_small(x) if self.design.n_small else np.zeros(0)

    def _to_big(self, x: Floats) -> Floats:
        return self.design.to_big(x) if self.design.n_small else np.zeros(self.design.n_big)

    def _r2(self, residual: Floats, big: Floats, small: Floats) -> float:
        r2 = float((self.design.w * residual**2).sum())
        r2 += float((big**2).sum()) / self.t_big if self.t_big > 0 else 0.0
        return r2 + (float((small**2).sum()) / self.t_small if self.t_small > 0 else 0.0)


def system(g: Design, t_big: float, t_small: float) -> System:
    """Factor the equations at variance ratios t = σ_factor² / σ²."""
    n_big = tally(g.big, g.w, g.n_big)
    d = np.asarray(t_big / (1 + t_big * n_big), dtype=np.float64)
    n_small = tally(g.small, g.w, g.n_small) if g.n_small else np.zeros(0)
    root = float(np.sqrt(t_small))
    s = np.empty((g.n_small + 1, g.n_small + 1))
    s[:-1, :-1] = t_small * (np.diag(n_small) - g.cross(d)) + np.eye(g.n_small)
    s[-1, :-1] = s[:-1, -1] = root * (n_small - (g.to_small(d * n_big) if g.n_small else 0.0))
    s[-1, -1] = n_big.sum() - n_big @ (d * n_big)
    lower = np.asarray(linalg().cholesky(s, lower=True, check_finite=False))
    log_det = float(np.log1p(t_big * n_big).sum() + 2 * np.log(np.diag(lower)).sum())
    return System(g, t_big, t_small, n_big, d, lower, log_det)


def _pairs(big: Ints, small: Ints, w: Floats, counts: Ints, n_small: int) -> tuple[Ints, Ints, Floats]:
    """For every big level all ordered pairs of its reviews: the level, the cell small × small, the weight."""
    order = np.argsort(big, kind="stable")
    unit, level, weight = big[order], small[order], w[order]
    repeats = counts[unit]
    first = np.repeat(np.arange(len(unit)), repeats)
    within = np.arange(len(first)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    second = (np.cumsum(counts) - counts)[unit[first]] + within
    return unit[first], level[first] * n_small + level[second], weight[first] * weight[second]
