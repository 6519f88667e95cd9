"""What the office must know before it trusts a calibration (校准提示)."""

from marketplace.decision.arrays import Bools, Floats, Ints, np
from marketplace.decision.base import Code, sorted_codes
from marketplace.decision.calibration.shapes import Flag, Reviews, Variances

OUTLIER = 3.0


def identifiable(data: Reviews) -> bool:
    """Whether severity can be told at all: two reviewers or more, one of them with two reviews."""
    counts = data.per_reviewer()
    return int((counts > 0).sum()) >= 2 and int(counts.max(initial=0)) >= 2


def flags_of(
    data: Reviews,
    variances: Variances,
    residual: Floats,
    score: Floats,
    scale: tuple[float, float] | None,
    component: Ints,
    by_reviewer: Ints,
) -> tuple[tuple[Code, ...], tuple[Flag, ...]]:
    """The codes of the whole and the flags at their places."""
    flags = [
        *_at(Code.NO_REVIEW, "project", data.per_project() == 0),
        *_at(Code.ONE_REVIEW, "project", data.per_project() == 1),
        *_at(Code.REVIEWER_ONE_REVIEW, "reviewer", data.per_reviewer() == 1),
        *_at(Code.NO_SPREAD, "reviewer", without_spread(data)),
        *_at(Code.CONFOUNDED, "reviewer", _confounded(by_reviewer)),
        *_at(Code.OUTLIER, "review", np.abs(residual) > OUTLIER, data.kept),
        *_at(Code.OUTSIDE_SCALE, "project", _outside(data, score, scale)),
    ]
    present = {flag.code: True for flag in flags} | _whole(data, variances, component)
    return sorted_codes(present), tuple(flags)


def without_spread(data: Reviews) -> Bools:
    """Reviewers [R] with two reviews or more who gave everybody the same mark."""
    if data.reviewer is None:
        return np.zeros(0, dtype=bool)
    low, high = np.full(data.n_reviewers, np.inf), np.full(data.n_reviewers, -np.inf)
    np.minimum.at(low, data.reviewer, data.y)
    np.maximum.at(high, data.reviewer, data.y)
    return np.asarray((data.per_reviewer() >= 2) & (low == high))


def _whole(data: Reviews, variances: Variances, component: Ints) -> dict[Code, bool]:
    spread = len(data.y) > 1 and float(np.ptp(data.y)) > 0
    reviewers = int((data.per_reviewer() > 0).sum())
    parts = int(component.max(initial=-1)) + 1
    freedom = len(data.y) - int((data.per_project() > 0).sum()) - reviewers + parts
    return {
        Code.EMPTY: len(data.y) == 0,
        Code.SINGLE_REVIEWER: reviewers == 1,
        Code.ALL_EQUAL: len(data.y) > 0 and not spread,
        Code.NO_SEVERITY: spread and reviewers > 1 and variances.reviewer == 0,
        Code.INDISTINGUISHABLE: spread and variances.project == 0,
        Code.DISCONNECTED: parts > 1,
        Code.NO_RESIDUAL_FREEDOM: spread and data.reviewer is not None and freedom <= 0,
    }


def _confounded(by_reviewer: Ints) -> Bools:
    """Reviewers alone in their part of the graph: their severity and their projects' quality are one."""
    if by_reviewer.max(initial=-1) < 1:
        return np.zeros(len(by_reviewer), dtype=bool)
    size = np.bincount(by_reviewer[by_reviewer >= 0])
    return np.array([part >= 0 and size[part] == 1 for part in by_reviewer], dtype=bool)


def _outside(data: Reviews, score: Floats, scale: tuple[float, float] | None) -> Bools:
    if scale is None:
        return np.zeros(len(score), dtype=bool)
    return np.asarray(((score < scale[0]) | (score > scale[1])) & (data.per_project() > 0))


def _at(code: Code, kind: str, holds: Bools, numbers: Ints | None = None) -> list[Flag]:
    places = np.flatnonzero(holds)
    return [Flag(code, kind, int(place)) for place in (places if numbers is None else numbers[places])]
