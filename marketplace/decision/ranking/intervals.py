"""Ranks with their uncertainty (名次区间), chances to be in the first k, and tiers (分档).

Intervals are order statistics of each project's rank over posterior draws; the joint guarantee is that of
M. Klein, T. Wright & J. Wieczorek, J. R. Stat. Soc. C 69 (2020) 589–606.
"""

from collections.abc import Sequence
from enum import StrEnum
from statistics import NormalDist

from marketplace.core.dataclass import dataclass
from marketplace.decision.arrays import Floats, Ints, np
from marketplace.decision.base import Code, InputError, Outcome, digest, finite, read_only
from marketplace.decision.ranking.order import ranks

SURE = 0.95
NOISE = 1e-9


class Tier(StrEnum):
    """确定入选, 需会议审议, 不入选."""

    IN = "in"
    MEETING = "meeting"
    OUT = "out"


@dataclass(frozen=True, kw_only=True, eq=False)
class Ranking(Outcome):
    """Rank [P], its interval [P] at `level`, the chance [P] to be among the first `top_k`, and the tier."""

    rank: tuple[int, ...]
    rank_lo: tuple[int, ...]
    rank_hi: tuple[int, ...]
    p_top_k: Floats
    tier: tuple[Tier, ...]


def rank(
    score: Sequence[float] | Floats,
    draws: Floats,
    top_k: int,
    level: float = 0.9,
    indifference: float = 0.0,
    component: Sequence[int] | None = None,
) -> Ranking:
    """Rank scores [P] with draws [P, B] of the same scores; differences up to `indifference` count as equal.

    With `component` [P] a panel that falls apart is marked: ranks across components rest on the
    assumption that the components are equally good on average.
    """
    values, samples = finite(score, "score", 1), finite(draws, "draws", 2)
    _check_rank(values, samples, top_k, level, indifference)
    lowest, highest = rank_bounds(samples, indifference + NOISE)
    p_top = _p_top(lowest, highest, top_k)
    apart = component is not None and len(set(component)) > 1
    return Ranking(
        method="rank_draws",
        parameters={"top_k": top_k, "level": level, "indifference": indifference, "draws": samples.shape[1]},
        warnings=(Code.ACROSS_COMPONENTS,) if apart else (),
        trace={"sure": SURE},
        inputs_sha256=digest(
            {"score": values, "draws": samples, "k": top_k, "level": level, "indifference": indifference}
        ),
        rank=ranks(values),
        rank_lo=_quantile(lowest, (1 - level) / 2),
        rank_hi=_quantile(highest, (1 + level) / 2),
        p_top_k=read_only(p_top),
        tier=tuple(tier(float(p)) for p in p_top),
    )


def tier(p_top_k: float, official_in: bool | None = None, calibrated_in: bool | None = None) -> Tier:
    """The tier of one project; where the announced and the calibrated list disagree the meeting decides."""
    if official_in is not None and calibrated_in is not None and official_in != calibrated_in:
        return Tier.MEETING
    if p_top_k >= SURE:
        return Tier.IN
    return Tier.OUT if p_top_k <= 1 - SURE + NOISE else Tier.MEETING


def rank_bounds(draws: Floats, equal: float) -> tuple[Ints, Ints]:
    """Smallest and largest rank [P, B] of each project in each draw; values within `equal` are ties."""
    count, width = draws.shape
    lowest, highest = np.empty((count, width), np.int64), np.empty((count, width), np.int64)
    for b in range(width):
        column = draws[:, b]
        ordered = np.sort(column)
        lowest[:, b] = 1 + count - np.searchsorted(ordered, column + equal, side="right")
        highest[:, b] = count - np.searchsorted(ordered, column - equal, side="left")
    return lowest, highest


def joint_ranks(
    estimate: Sequence[float] | Floats,
    sd: Sequence[float] | Floats,
    level: float = 0.9,
    descending: bool = True,
    decimals: int | None = None,
) -> tuple[float, tuple[tuple[int, int], ...]]:
    """Critical value and rank ranges that hold for all projects together with probability `level`.

    A range is [1 + number certainly better, n − number certainly worse]; intervals that touch are different.
    `decimals` rounds the bounds first, as a printed table does.
    """
    middle, spread = finite(estimate, "estimate", 1), finite(sd, "sd", 1)
    if middle.shape != spread.shape or not len(middle) or (spread < 0).any():
        raise InputError("sd", "one non-negative value for each estimate is needed")
    if not 0 < level < 1:
        raise InputError("level", "must lie between 0 and 1")
    critical = NormalDist().inv_cdf(1 - (1 - level ** (1 / len(middle))) / 2)
    low, high = middle - critical * spread, middle + critical * spread
    if decimals is not None:
        low, high = low.round(decimals), high.round(decimals)
    over, under = middle[:, None] > middle, middle[:, None] < middle
    above, below = (over & (low[:, None] >= high)).sum(axis=0), (under & (high[:, None] <= low)).sum(axis=0)
    better, worse = (above, below) if descending else (below, above)
    pairs = zip((1 + better).tolist(), (len(middle) - worse).tolist(), strict=True)
    return critical, tuple((int(first), int(last)) for first, last in pairs)


def _check_rank(values: Floats, samples: Floats, top_k: int, level: float, indifference: float) -> None:
    if len(samples) != len(values) or samples.shape[1] == 0:
        raise InputError("draws", "one row of draws for each score is needed")
    if top_k < 0:
        raise InputError("top_k", "must not be negative")
    if not 0 < level < 1:
        raise InputError("level", "must lie between 0 and 1")
    if indifference < 0:
        raise InputError("indifference", "must not be negative")


def _p_top(lowest: Ints, highest: Ints, top_k: int) -> Floats:
    # Tied projects share the places they cover.
    share = (top_k - lowest + 1) / (highest - lowest + 1)
    return np.asarray(np.clip(share, 0, 1).mean(axis=1))


def _quantile(places: Ints, q: float) -> tuple[int, ...]:
    if not len(places):
        return ()
    return tuple(int(place) for place in np.quantile(places, q, axis=1, method="inverted_cdf"))
