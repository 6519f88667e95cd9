"""Calibrate severe and lenient reviewers (宽严校正): crossed random effects, REML, posterior draws.

y = μ + quality + severity + error. R. A. Fisher (1940); R. S. MacKay et al., R. Soc. Open Sci. 4 (2017)
160760; D. Bates et al., J. Stat. Software 67(1) (2015).
"""

from collections.abc import Sequence

from marketplace.core.dataclass import dataclass
from marketplace.decision.arrays import Bools, Floats, Ints, np
from marketplace.decision.base import InputError, digest, read_only
from marketplace.decision.calibration.fitted import Fitted, fit_reviews
from marketplace.decision.calibration.flags import flags_of, identifiable
from marketplace.decision.calibration.graph import components
from marketplace.decision.calibration.posterior import (
    draw_scores,
    estimates,
    residuals,
    spreads,
    variances_of,
)
from marketplace.decision.calibration.shapes import (
    Calibration,
    Reviews,
    Variances,
    inputs_of,
    optional,
    reviews,
)

Scale = tuple[float, float]


@dataclass(frozen=True, kw_only=True, eq=False)
class Mixed(Calibration):
    """Calibration by the mixed model; adds the standard error of μ, the REML deviance, the variances and the
    standardised residual [n] of every review that counted."""

    se_mu: float | None
    deviance: float | None
    variances: Variances
    residual: tuple[float, ...]
    fitted: Fitted


def calibrate(
    project: Sequence[int] | Ints,
    reviewer: Sequence[int] | Ints | None,
    y: Sequence[float] | Floats,
    *,
    w: Sequence[float] | Floats | None = None,
    recused: Sequence[bool] | Bools | None = None,
    n_projects: int | None = None,
    n_reviewers: int | None = None,
    draws: int = 200,
    seed: int = 0,
    scale: Scale | None = (0.0, 100.0),
) -> Mixed:
    """Calibrate reviews [n]: `project` and `reviewer` are numbers from 0, `y` points, `w` weights of reviews.

    `scale` only flags scores outside it; they are ranked as they are.
    """
    data = reviews(project, reviewer, y, w, recused, n_projects, n_reviewers)
    if draws < 1:
        raise InputError("draws", "must be at least 1")
    fitted = fit_reviews(data)
    return _result(fitted, draws, seed, scale)


def _result(fitted: Fitted, draws: int, seed: int, scale: Scale | None) -> Mixed:
    data, found = fitted.data, fitted.found
    mu, q, b = estimates(fitted)
    q_sd, b_sd = spreads(fitted)
    there, judged = data.per_project() > 0, (data.per_reviewer() > 0) & identifiable(data)
    component, by_reviewer = _components(data)
    variances = variances_of(fitted)
    residual = residuals(fitted)
    codes, flags = flags_of(data, variances, residual, mu + q, scale, component, by_reviewer)
    return Mixed(
        method="mixed",
        parameters={"draws": draws, "seed": seed, "scale": scale, "estimation": "REML"},
        warnings=codes,
        trace={"n_reviews": len(data.y), "per_project": data.per_project().tolist()},
        inputs_sha256=digest(inputs_of(data, draws=draws, seed=seed, scale=scale)),
        mu=mu,
        score=optional(mu + q, there),
        q=optional(q, there),
        q_sd=optional(q_sd, there),
        b=optional(b, judged),
        b_sd=optional(b_sd, judged),
        draws=read_only(draw_scores(fitted, draws, seed)),
        reviewed=read_only(there),
        component=tuple(int(c) for c in component),
        flags=flags,
        se_mu=None if found is None else float(np.sqrt(found.sigma2)) / float(found.system.lower[-1, -1]),
        deviance=None if found is None else found.deviance,
        variances=variances,
        residual=tuple(float(value) for value in residual),
        fitted=fitted,
    )


def _components(data: Reviews) -> tuple[Ints, Ints]:
    if data.reviewer is None:
        return np.where(data.per_project() > 0, 0, -1), np.zeros(0, dtype=np.int64)
    pairs = zip(data.project.tolist(), data.reviewer.tolist(), strict=True)
    return components(pairs, data.n_projects, data.n_reviewers)
