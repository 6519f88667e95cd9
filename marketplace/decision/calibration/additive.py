"""The additive model (加性模型): fixed project and reviewer effects, both summing to 0.

score = μ + project + reviewer + error by least squares; it needs a connected panel and shrinks nothing.
"""

from collections.abc import Sequence

from marketplace.core.dataclass import dataclass
from marketplace.decision.arrays import Bools, Floats, Ints, np
from marketplace.decision.base import Code, InputError, Outcome, digest, sorted_codes, tally
from marketplace.decision.calibration.equations import Design, design
from marketplace.decision.calibration.graph import components
from marketplace.decision.calibration.shapes import Reviews, inputs_of, optional, reviews


@dataclass(frozen=True, kw_only=True, eq=False)
class Additive(Outcome):
    """μ, project effects q[P] and reviewer effects b[R] with standard errors, and the analysis of variance.

    None: not reviewed, or no freedom left for the error.
    """

    mu: float
    score: tuple[float | None, ...]
    q: tuple[float | None, ...]
    q_sd: tuple[float | None, ...]
    b: tuple[float | None, ...]
    b_sd: tuple[float | None, ...]
    residual_ss: float
    residual_df: int
    mse: float | None
    adjusted_project_ss: float
    f: float | None


@dataclass(frozen=True)
class _Solution:
    """Effects and their variances over σ², by used project and used reviewer."""

    mu: float
    q: Floats
    b: Floats
    q_var: Floats
    b_var: Floats


def additive(
    project: Sequence[int] | Ints,
    reviewer: Sequence[int] | Ints,
    y: Sequence[float] | Floats,
    *,
    w: Sequence[float] | Floats | None = None,
    recused: Sequence[bool] | Bools | None = None,
    n_projects: int | None = None,
    n_reviewers: int | None = None,
) -> Additive:
    """Fit reviews [n]; refuses an empty or disconnected panel, whose parts cannot be compared."""
    return additive_of(reviews(project, reviewer, y, w, recused, n_projects, n_reviewers))


def additive_of(data: Reviews) -> Additive:
    """`additive` of checked reviews."""
    projects, p = np.unique(data.project, return_inverse=True)
    reviewers, r = np.unique(data.attributed(), return_inverse=True)
    _connected(p, r, len(projects), len(reviewers))
    found = _solve(p, r, data, len(projects), len(reviewers))
    return _result(data, found, projects, reviewers, p, r)


def _connected(p: Ints, r: Ints, n_projects: int, n_reviewers: int) -> None:
    if not len(p):
        raise InputError("reviews", "at least one review is needed")
    parts = components(zip(p.tolist(), r.tolist(), strict=True), n_projects, n_reviewers)[0]
    if parts.max() > 0:
        raise InputError("reviews", f"{Code.DISCONNECTED}: the panel falls into {parts.max() + 1} parts")


def _solve(p: Ints, r: Ints, data: Reviews, n_projects: int, n_reviewers: int) -> _Solution:
    if n_projects >= n_reviewers:
        mu, q, b, q_var, b_var = _eliminate(design(p, r, data.w, n_projects, n_reviewers), data.y)
        return _Solution(mu, q, b, q_var, b_var)
    mu, b, q, b_var, q_var = _eliminate(design(r, p, data.w, n_reviewers, n_projects), data.y)
    return _Solution(mu, q, b, q_var, b_var)


def _eliminate(g: Design, y: Floats) -> tuple[float, Floats, Floats, Floats, Floats]:
    """μ, effects and variances over σ² of the eliminated and the kept factor.

    The kept factor's matrix K has the null vector 1; K + 11ᵀ is regular and its solution sums to 0.
    """
    d = 1 / tally(g.big, g.w, g.n_big)
    y_big = tally(g.big, g.w * y, g.n_big)
    rhs = tally(g.small, g.w * y, g.n_small) - g.to_small(d * y_big)
    regular = np.diag(tally(g.small, g.w, g.n_small)) - g.cross(d) + 1.0
    inverse: Floats = np.linalg.inv(regular).astype(np.float64)
    small = inverse @ rhs
    small -= small.mean()
    level = d * (y_big - g.to_big(small))
    cov = inverse - 1 / g.n_small**2
    diagonal = d + d**2 * g.quadratic(cov)
    row_mean = (d + d * g.to_big(cov @ g.to_small(d))) / g.n_big
    big_var = diagonal - 2 * row_mean + row_mean.mean()
    return float(level.mean()), level - level.mean(), small, np.clip(big_var, 0, None), np.diag(cov)


def _result(data: Reviews, found: _Solution, projects: Ints, reviewers: Ints, p: Ints, r: Ints) -> Additive:
    rss = float((data.w * (data.y - found.mu - found.q[p] - found.b[r]) ** 2).sum())
    df = len(data.y) - len(projects) - len(reviewers) + 1
    mse = rss / df if df > 0 else None
    adjusted = _within(r, data.y, data.w) - rss
    freedom = len(projects) - 1
    q, q_sd = _spread(found.q, found.q_var, projects, data.n_projects, mse)
    b, b_sd = _spread(found.b, found.b_var, reviewers, data.n_reviewers, mse)
    return Additive(
        method="additive",
        parameters={"constraint": "both effects sum to 0"},
        warnings=sorted_codes({Code.NO_RESIDUAL_FREEDOM: df <= 0, Code.SINGLE_REVIEWER: len(reviewers) == 1}),
        trace={"n_reviews": len(data.y)},
        inputs_sha256=digest(inputs_of(data)),
        mu=found.mu,
        score=tuple(None if value is None else found.mu + value for value in q),
        q=q,
        q_sd=q_sd,
        b=b,
        b_sd=b_sd,
        residual_ss=rss,
        residual_df=df,
        mse=mse,
        adjusted_project_ss=adjusted,
        f=adjusted / freedom / mse if mse and freedom else None,
    )


def _within(index: Ints, y: Floats, w: Floats) -> float:
    """Weighted sum of squares around the mean of each level."""
    means = np.bincount(index, w * y) / np.bincount(index, w)
    return float((w * (y - means[index]) ** 2).sum())


def _spread(
    effect: Floats, var: Floats, used: Ints, size: int, mse: float | None
) -> tuple[tuple[float | None, ...], tuple[float | None, ...]]:
    there = np.zeros(size, dtype=bool)
    there[used] = True
    values, sds = np.zeros(size), np.zeros(size)
    values[used], sds[used] = effect, np.sqrt(var * (mse or 0.0))
    return optional(values, there), optional(sds, there if mse is not None else np.zeros(size, dtype=bool))
