"""Krippendorff's alpha (克里彭多夫 α): K. Krippendorff, Computing Krippendorff's Alpha-Reliability (2011).

Units with one rating leave first. No pairs are formed except for the ratio metric: the ordinal metric is the
interval metric of mid-ranks, since Σ n_g from c to k less half the ends is a difference of mid-ranks.
"""

from collections.abc import Mapping, Sequence

from marketplace.core.dataclass import dataclass
from marketplace.decision.arrays import Floats, Ints, np
from marketplace.decision.base import Code, InputError, Outcome, digest, finite, sorted_codes

METRICS = ("nominal", "ordinal", "interval", "ratio")
Ratings = Sequence[Sequence[float | None]]


@dataclass(frozen=True, kw_only=True, eq=False)
class Alpha(Outcome):
    """Alpha by metric, None where it is undefined; the number of units and of pairable ratings."""

    alpha: Mapping[str, float | None]
    n_units: int
    n_ratings: int


def alpha(ratings: Ratings, metrics: Sequence[str] = METRICS[:3]) -> Alpha:
    """Alpha of ratings [reviewer, unit], None = no rating; `metrics` out of `METRICS`."""
    unknown = set(metrics) - set(METRICS)
    if unknown:
        raise InputError("metric", f"unknown: {', '.join(sorted(unknown))}")
    values, units = pairable(*long_form(ratings))
    found = {metric: _alpha(values, units, metric) for metric in metrics}
    return Alpha(
        method="krippendorff_alpha",
        parameters={"metrics": list(metrics)},
        warnings=sorted_codes({Code.UNDEFINED: None in found.values()}),
        trace={},
        inputs_sha256=digest({"ratings": ratings, "metrics": metrics}),
        alpha=found,
        n_units=len(np.unique(units)),
        n_ratings=len(values),
    )


def long_form(ratings: Ratings) -> tuple[Floats, Ints]:
    """Values [n] and the unit [n] of each, from rows of equal length with None where there is no rating."""
    if len({len(row) for row in ratings}) > 1:
        raise InputError("ratings", "rows must be of equal length")
    found = [(value, unit) for row in ratings for unit, value in enumerate(row) if value is not None]
    values = finite([value for value, _ in found] or np.zeros(0), "ratings", 1)
    return values, np.array([unit for _, unit in found], dtype=np.int64)


def pairable(values: Floats, units: Ints) -> tuple[Floats, Ints]:
    """Only the ratings whose unit has at least two."""
    if not len(values):
        return values, units
    together = np.bincount(units)[units] >= 2
    return values[together], units[together]


def interval_alpha(values: Floats, units: Ints) -> float | None:
    """Alpha for pairable values [n] with squared differences, without forming pairs."""
    n = len(values)
    if n < 2:
        return None
    centred = values - values.mean()
    expected = 2 * (n * (centred**2).sum() - centred.sum() ** 2) / (n * (n - 1))
    if expected <= 0:
        return None
    m = np.bincount(units)
    sums, squares = np.bincount(units, centred), np.bincount(units, centred**2)
    there = m >= 2
    observed = (2 * (m * squares - sums**2)[there] / (m[there] - 1)).sum() / n
    return float(1 - observed / expected)


def _alpha(values: Floats, units: Ints, metric: str) -> float | None:
    if len(np.unique(values)) < 2:
        # One used value: nothing could disagree, so alpha is undefined, not 1.
        return None
    if metric == "nominal":
        return _nominal(values, units)
    if metric == "ratio":
        return _ratio(values, units)
    return interval_alpha(_mid_ranks(values) if metric == "ordinal" else values, units)


def _mid_ranks(values: Floats) -> Floats:
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(count) - count / 2)[place])


def _nominal(values: Floats, units: Ints) -> float:
    n = len(values)
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    cells, same = np.unique(np.column_stack([units, place]), axis=0, return_counts=True)
    m = np.bincount(units)
    agreeing = np.bincount(cells[:, 0], same.astype(np.float64) ** 2, minlength=len(m))
    there = m >= 2
    observed = ((m.astype(np.float64) ** 2 - agreeing)[there] / (m[there] - 1)).sum() / n
    expected = (n**2 - (count.astype(np.float64) ** 2).sum()) / (n * (n - 1))
    return float(1 - observed / expected)


def _ratio(values: Floats, units: Ints) -> float | None:
    if (values < 0).any():
        raise InputError("ratings", "the ratio metric needs values of at least 0")
    distinct, place, count = np.unique(values, return_inverse=True, return_counts=True)
    distance = _ratio_distance(distinct)
    observed = 0.0
    for unit in np.unique(units):
        mine = place[units == unit]
        observed += float(distance[np.ix_(mine, mine)].sum()) / (len(mine) - 1)
    n = len(values)
    expected = float(count @ distance @ count) / (n * (n - 1))
    return 1 - observed / n / expected


def _ratio_distance(values: Floats) -> Floats:
    total = np.add.outer(values, values)
    return np.asarray((np.subtract.outer(values, values) / np.where(total > 0, total, 1.0)) ** 2)
