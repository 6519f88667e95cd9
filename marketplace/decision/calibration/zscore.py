"""Standard scores by reviewer (标准分校正): location and spread of each reviewer's marks are made alike."""

from collections.abc import Sequence

from marketplace.core.dataclass import dataclass
from marketplace.decision.arrays import Bools, Floats, Ints, np
from marketplace.decision.base import Code, InputError, Outcome, digest, finite, sorted_codes, tally
from marketplace.decision.calibration.shapes import Flag, Reviews, inputs_of, optional, reviews

ENOUGH = 5


@dataclass(frozen=True, kw_only=True, eq=False)
class ZScore(Outcome):
    """Scores [P] in points (None without a review) and, by reviewer, whether a z-score was defined."""

    score: tuple[float | None, ...]
    standardised: tuple[bool, ...]
    flags: tuple[Flag, ...]


def zscores(values: Sequence[float] | Floats, ddof: int = 1) -> Floats:
    """(x − mean) / sd of at least ddof + 1 values that are not all equal."""
    x = finite(values, "scores", 1)
    if len(x) <= ddof or np.ptp(x) == 0:
        raise InputError("scores", "a standard score needs marks that differ")
    return np.asarray((x - x.mean()) / x.std(ddof=ddof))


def zscore(
    project: Sequence[int] | Ints,
    reviewer: Sequence[int] | Ints,
    y: Sequence[float] | Floats,
    *,
    recused: Sequence[bool] | Bools | None = None,
    n_projects: int | None = None,
    n_reviewers: int | None = None,
) -> ZScore:
    """Mean of each project's standard scores, mapped back to mean and sd of all marks.

    A reviewer with fewer than 5 reviews or without spread has no standard score: only the location is moved.
    """
    return zscore_of(reviews(project, reviewer, y, None, recused, n_projects, n_reviewers))


def zscore_of(data: Reviews) -> ZScore:
    """`zscore` of checked reviews."""
    by = data.attributed()
    moved, defined = _moved(by, data.y, data.n_reviewers)
    counts = data.per_project()
    sums = tally(data.project, moved, data.n_projects)
    flags = _flags(data, by, defined)
    return ZScore(
        method="zscore",
        parameters={"ddof": 1, "enough": ENOUGH},
        warnings=sorted_codes({flag.code: True for flag in flags}),
        trace={"n_reviews": len(data.y)},
        inputs_sha256=digest(inputs_of(data)),
        score=optional(sums / np.maximum(counts, 1), counts > 0),
        standardised=tuple(bool(ok) for ok in defined),
        flags=flags,
    )


def _moved(by: Ints, y: Floats, size: int) -> tuple[Floats, Bools]:
    """Marks mapped to the mean and sd of all, and by reviewer whether the spread was used."""
    if len(y) < 2:
        return y, np.zeros(size, dtype=bool)
    counts = np.bincount(by, minlength=size)
    means = tally(by, y, size) / np.maximum(counts, 1)
    spread = np.sqrt(tally(by, (y - means[by]) ** 2, size) / np.maximum(counts - 1, 1))
    defined = (counts >= ENOUGH) & (spread > 0)
    ratio = np.where(defined, float(y.std(ddof=1)) / np.where(spread > 0, spread, 1.0), 1.0)
    return np.asarray(y.mean() + (y - means[by]) * ratio[by]), np.asarray(defined)


def _flags(data: Reviews, by: Ints, defined: Bools) -> tuple[Flag, ...]:
    counts = np.bincount(by, minlength=data.n_reviewers)
    return tuple(
        Flag(Code.TOO_FEW_REVIEWS if counts[r] < ENOUGH else Code.NO_SPREAD, "reviewer", int(r))
        for r in np.flatnonzero((counts > 0) & ~defined)
    )
