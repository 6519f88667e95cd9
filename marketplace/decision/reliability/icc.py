"""Intraclass correlation (组内相关系数).

P. E. Shrout & J. L. Fleiss, Psychological Bulletin 86 (1979) 420–428.
"""

from collections.abc import Mapping, Sequence

from marketplace.core.dataclass import dataclass
from marketplace.decision.arrays import Floats
from marketplace.decision.base import Code, InputError, Outcome, digest, finite, sorted_codes
from marketplace.decision.scientific import special

FORMS = ("ICC1", "ICC2", "ICC3", "ICC1k", "ICC2k", "ICC3k")
ROUNDING = 1e-12
Limits = tuple[float, float]


@dataclass(frozen=True, kw_only=True, eq=False)
class Icc(Outcome):
    """The six forms with limits at `level`, None where undefined, and the mean squares."""

    icc: Mapping[str, float | None]
    limits: Mapping[str, Limits | None]
    mean_squares: Mapping[str, float]


@dataclass(frozen=True)
class IccComponents:
    """ICC from variance components (不完全评审): absolute agreement and consistency, single and mean of k."""

    agreement_1: float | None
    agreement_k: float | None
    consistency_1: float | None
    consistency_k: float | None


@dataclass(frozen=True)
class _Squares:
    """Mean squares of n targets and k judges."""

    n: int
    k: int
    bms: float
    wms: float
    jms: float
    ems: float


def icc(ratings: Sequence[Sequence[float]] | Floats, level: float = 0.95) -> Icc:
    """ICC of a complete panel [target, judge]; incomplete panels use `icc_from_components`."""
    x = finite(ratings, "ratings", 2)
    if not 0 < level < 1:
        raise InputError("level", "must lie between 0 and 1")
    squares = _mean_squares(x) if min(x.shape) >= 2 else None
    found: dict[str, float | None] = dict.fromkeys(FORMS)
    limits: dict[str, Limits | None] = dict.fromkeys(FORMS)
    if squares is not None:
        found = _forms(squares)
        limits = _limits(squares, found["ICC2"], level)
    return Icc(
        method="icc",
        parameters={"level": level},
        warnings=sorted_codes({Code.UNDEFINED: None in found.values()}),
        trace={"targets": x.shape[0], "judges": x.shape[1]},
        inputs_sha256=digest({"ratings": x, "level": level}),
        icc=found,
        limits=limits,
        mean_squares=_named(squares),
    )


def icc_from_components(project: float, reviewer: float, residual: float, k: float) -> IccComponents:
    """ICC(A,1), ICC(A,k), ICC(C,1), ICC(C,k) from REML variances; `k` is the mean number of reviews."""
    if min(project, reviewer, residual) < 0 or k < 1:
        raise InputError("components", "variances must not be negative and k at least 1")
    return IccComponents(
        agreement_1=_ratio(project, project + reviewer + residual),
        agreement_k=_ratio(project, project + (reviewer + residual) / k),
        consistency_1=_ratio(project, project + residual),
        consistency_k=_ratio(project, project + residual / k),
    )


def _ratio(part: float, whole: float) -> float | None:
    return None if whole == 0 else part / whole


def _mean_squares(x: Floats) -> _Squares:
    n, k = x.shape
    rows, columns, grand = x.mean(axis=1), x.mean(axis=0), x.mean()
    between = k * ((rows - grand) ** 2).sum()
    judges = n * ((columns - grand) ** 2).sum()
    within = ((x - rows[:, None]) ** 2).sum()
    error = ((x - rows[:, None] - columns + grand) ** 2).sum()
    # What is left of a difference of equal numbers is rounding, not variance.
    noise = ROUNDING * float(((x - grand) ** 2).sum())
    between, judges, within, error = (
        0.0 if s <= noise else float(s) for s in (between, judges, within, error)
    )
    return _Squares(
        n=n,
        k=k,
        bms=between / (n - 1),
        wms=within / (n * (k - 1)),
        jms=judges / (k - 1),
        ems=error / ((n - 1) * (k - 1)),
    )


def _named(s: _Squares | None) -> dict[str, float]:
    return {} if s is None else {"BMS": s.bms, "WMS": s.wms, "JMS": s.jms, "EMS": s.ems}


def _forms(s: _Squares) -> dict[str, float | None]:
    judge_part = s.k * (s.jms - s.ems) / s.n
    return {
        "ICC1": _ratio(s.bms - s.wms, s.bms + (s.k - 1) * s.wms),
        "ICC2": _ratio(s.bms - s.ems, s.bms + (s.k - 1) * s.ems + judge_part),
        "ICC3": _ratio(s.bms - s.ems, s.bms + (s.k - 1) * s.ems),
        "ICC1k": _ratio(s.bms - s.wms, s.bms),
        "ICC2k": _ratio(s.bms - s.ems, s.bms + judge_part / s.k),
        "ICC3k": _ratio(s.bms - s.ems, s.bms),
    }


def _limits(s: _Squares, icc2: float | None, level: float) -> dict[str, Limits | None]:
    if min(s.bms, s.wms, s.ems) <= 0 or icc2 is None:
        return dict.fromkeys(FORMS)
    within = _f_limits(s.bms / s.wms, s.n - 1, s.n * (s.k - 1), level)
    error = _f_limits(s.bms / s.ems, s.n - 1, (s.n - 1) * (s.k - 1), level)
    two = _satterthwaite(s, icc2, level)
    return {
        "ICC1": _single(within, s.k),
        "ICC2": two,
        "ICC3": _single(error, s.k),
        "ICC1k": _average(within),
        "ICC2k": (_step_up(two[0], s.k), _step_up(two[1], s.k)),
        "ICC3k": _average(error),
    }


def _quantile(level: float, dfn: float, dfd: float) -> float:
    return float(special().fdtri(dfn, dfd, (1 + level) / 2))


def _f_limits(f: float, dfn: int, dfd: int, level: float) -> Limits:
    return f / _quantile(level, dfn, dfd), f * _quantile(level, dfd, dfn)


def _single(limits: Limits, k: int) -> Limits:
    low, high = limits
    return (low - 1) / (low + k - 1), (high - 1) / (high + k - 1)


def _average(limits: Limits) -> Limits:
    return 1 - 1 / limits[0], 1 - 1 / limits[1]


def _step_up(single: float, k: int) -> float:
    return single * k / (1 + single * (k - 1))


def _satterthwaite(s: _Squares, icc2: float, level: float) -> Limits:
    ratio = s.jms / s.ems
    spread = s.n * (1 + (s.k - 1) * icc2) - s.k * icc2
    above = (s.k - 1) * (s.n - 1) * (s.k * icc2 * ratio + spread) ** 2
    freedom = above / ((s.n - 1) * (s.k * icc2 * ratio) ** 2 + spread**2)
    f_low, f_high = _quantile(level, s.n - 1, freedom), _quantile(level, freedom, s.n - 1)
    rest = s.k * s.jms + (s.k * s.n - s.k - s.n) * s.ems
    low = s.n * (s.bms - f_low * s.ems) / (f_low * rest + s.n * s.bms)
    high = s.n * (f_high * s.bms - s.ems) / (rest + s.n * f_high * s.bms)
    return low, high
