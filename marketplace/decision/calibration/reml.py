"""Restricted maximum likelihood of the variance ratios (限制性极大似然), with its exact gradient."""

from marketplace.core.dataclass import dataclass
from marketplace.decision.arrays import Floats, np
from marketplace.decision.calibration.equations import Design, Effects, System, system
from marketplace.decision.scientific import optimize

LOG_BOUNDS = (-14.0, 14.0)
START = 0.0
SAME_DEVIANCE = 1e-7
SMALL = 0.01


@dataclass(frozen=True)
class Fit:
    """Variance ratios at the optimum, the factored system, its effects, σ² and the REML deviance."""

    system: System
    effects: Effects
    sigma2: float
    deviance: float


def fit(g: Design, y: Floats) -> Fit:
    """Minimise the REML deviance over both ratios; a ratio that is no better than 0 becomes exactly 0."""
    free = (True, g.n_small > 0)
    at = _minimise(g, y, (1.0, 1.0 if free[1] else 0.0), free)
    for factor in (0, 1):
        at, free = _settle(g, y, at, free, factor)
    return at_ratios(g, y, *at)


def at_ratios(g: Design, y: Floats, t_big: float, t_small: float) -> Fit:
    """The fit at given ratios (also used to recompute with fixed ratios)."""
    solved = system(g, t_big, t_small)
    effects = solved.effects(y)
    freedom = len(y) - 1
    r2 = max(effects.r2, 1e-12 * float((g.w * y**2).sum()))
    deviance = solved.log_det + freedom * (1 + np.log(2 * np.pi * r2 / freedom)) - np.log(g.w).sum()
    return Fit(solved, effects, r2 / freedom, float(deviance))


def gradient(found: Fit) -> tuple[float, float]:
    """Derivative of the deviance in ln t of the big and the small factor (both ratios above 0)."""
    s, g = found.system, found.system.design
    inverse = s.inverse()
    small = g.n_small - float(np.trace(inverse[:-1, :-1]))
    big = g.n_big - _trace_big(s, inverse) / s.t_big
    over = 1 / found.sigma2
    if not s.t_small:
        return big - over * float((found.effects.big**2).sum()) / s.t_big, 0.0
    by_small = small - over * float((found.effects.small**2).sum()) / s.t_small
    return big - over * float((found.effects.big**2).sum()) / s.t_big, by_small


def _trace_big(s: System, inverse: Floats) -> float:
    """Trace of the posterior variance of the big effects over σ²: D + D Ñ H Ñᵀ D with Ñ = [N, n]."""
    g = s.design
    scale = np.append(np.full(g.n_small, np.sqrt(s.t_small)), 1.0)
    h = inverse * np.outer(scale, scale)
    square = s.d**2
    through = float((h[:-1, :-1] * g.cross(square)).sum()) if g.n_small else 0.0
    if g.n_small:
        through += 2 * float(h[-1, :-1] @ g.to_small(square * s.n_big))
    return float(s.d.sum()) + through + float(h[-1, -1] * (square * s.n_big**2).sum())


def _minimise(g: Design, y: Floats, at: tuple[float, float], free: tuple[bool, bool]) -> tuple[float, float]:
    places = [factor for factor in (0, 1) if free[factor]]
    if not places:
        return at

    def objective(logs: Floats) -> tuple[float, Floats]:
        found = at_ratios(g, y, *_with(at, places, np.exp(logs)))
        slopes = gradient_free(found, places)
        return found.deviance, slopes

    start = np.log([at[factor] for factor in places])
    options = {"ftol": 1e-12, "gtol": 1e-6, "maxiter": 200}
    best = optimize().minimize(
        objective, start, jac=True, method="L-BFGS-B", bounds=[LOG_BOUNDS] * len(places), options=options
    )
    return _with(at, places, np.exp(best.x))


def gradient_free(found: Fit, places: list[int]) -> Floats:
    """The gradient of the factors in `places`; a ratio of 0 has none."""
    s = found.system
    if s.t_big > 0:
        return np.array(gradient(found))[places]
    inverse = s.inverse()
    small = s.design.n_small - float(np.trace(inverse[:-1, :-1]))
    return np.array([small - float((found.effects.small**2).sum()) / (found.sigma2 * s.t_small)])


def _settle(
    g: Design, y: Floats, at: tuple[float, float], free: tuple[bool, bool], factor: int
) -> tuple[tuple[float, float], tuple[bool, bool]]:
    """Set one ratio to 0 when it went there and 0 is as good, and minimise again over what stays free.

    A ratio the marks say nothing about (one review for each project) does not move, and stays.
    """
    if not free[factor] or at[factor] > SMALL:
        return at, free
    zero = _with(at, [factor], np.zeros(1))
    if at_ratios(g, y, *zero).deviance > at_ratios(g, y, *at).deviance + SAME_DEVIANCE:
        return at, free
    still = (free[0] and factor != 0, free[1] and factor != 1)
    return _minimise(g, y, zero, still), still


def _with(at: tuple[float, float], places: list[int], values: Floats) -> tuple[float, float]:
    both = list(at)
    for factor, value in zip(places, values, strict=True):
        both[factor] = float(value)
    return both[0], both[1]
