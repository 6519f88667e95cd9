"""Reviews in, calibrated scores out (校准的输入与输出)."""

from collections.abc import Mapping, Sequence
from typing import Any

from marketplace.core.dataclass import dataclass
from marketplace.decision.arrays import Bools, Floats, Ints, np
from marketplace.decision.base import Code, InputError, Outcome, finite


@dataclass(frozen=True)
class Reviews:
    """Checked reviews (评分记录) without the recused ones: `project`, `reviewer`, `y`, `w` are all [n].

    `reviewer` is None when marks are not attributed; `kept` [n] are the positions in what was handed in.
    """

    project: Ints
    reviewer: Ints | None
    y: Floats
    w: Floats
    n_projects: int
    n_reviewers: int
    kept: Ints

    def attributed(self) -> Ints:
        """The reviewer of each review [n]; unattributed marks count as one reviewer's."""
        return np.zeros(len(self.y), dtype=np.int64) if self.reviewer is None else self.reviewer

    def per_project(self) -> Ints:
        """Number of reviews of each project [P]."""
        return np.bincount(self.project, minlength=self.n_projects)

    def per_reviewer(self) -> Ints:
        """Number of reviews by each reviewer [R]."""
        if self.reviewer is None:
            return np.zeros(0, dtype=np.int64)
        return np.bincount(self.reviewer, minlength=self.n_reviewers)


@dataclass(frozen=True)
class Flag:
    """A warning at its place (提示及位置): `kind` is project, reviewer or review, `index` its number."""

    code: Code
    kind: str
    index: int


@dataclass(frozen=True)
class Variances:
    """Variance components (方差分量) in squared points."""

    project: float
    reviewer: float
    residual: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Calibration(Outcome):
    """Calibrated scores (校准分), in points; None for a project without a review.

    score[P] = mu + q; q[P] and q_sd[P] quality against the mean with its conditional standard deviation;
    b[R] severity of reviewers (negative = 偏严) with b_sd[R], None without a review or when not identifiable;
    draws[P, B] of the score from the posterior (projects without a review: from the prior);
    component[P] of the graph of projects and reviewers, −1 without a review.
    """

    mu: float
    score: tuple[float | None, ...]
    q: tuple[float | None, ...]
    q_sd: tuple[float | None, ...]
    b: tuple[float | None, ...]
    b_sd: tuple[float | None, ...]
    draws: Floats
    reviewed: Bools
    component: tuple[int, ...]
    flags: tuple[Flag, ...]


def reviews(
    project: Sequence[int] | Ints,
    reviewer: Sequence[int] | Ints | None,
    y: Sequence[float] | Floats,
    w: Sequence[float] | Floats | None = None,
    recused: Sequence[bool] | Bools | None = None,
    n_projects: int | None = None,
    n_reviewers: int | None = None,
) -> Reviews:
    """Check reviews [n] and drop the recused ones; a pair (project, reviewer) may occur once."""
    marks = finite(y, "y", 1) if len(y) else np.zeros(0)
    keep = np.flatnonzero(~np.asarray(recused if recused is not None else np.zeros(len(marks)), dtype=bool))
    if len(recused if recused is not None else marks) != len(marks):
        raise InputError("recused", "one value for each review is needed")
    weights = np.ones(len(marks)) if w is None else finite(w, "w", 1)
    if len(weights) != len(marks) or (weights <= 0).any():
        raise InputError("w", "one weight above 0 for each review is needed")
    p, p_count = _indices(project, len(marks), n_projects, "project")
    r, r_count = (
        _indices(reviewer, len(marks), n_reviewers, "reviewer") if reviewer is not None else (None, 0)
    )
    if r is not None:
        _no_duplicates(p[keep], r[keep])
    by = None if r is None else r[keep]
    return Reviews(p[keep], by, marks[keep], weights[keep], p_count, r_count, keep)


def optional(values: Floats, there: Bools) -> tuple[float | None, ...]:
    """Values as floats, None where not `there`."""
    return tuple(float(value) if ok else None for value, ok in zip(values, there, strict=True))


def inputs_of(data: Reviews, **parameters: Any) -> Mapping[str, Any]:
    """What the fingerprint of a calibration covers."""
    return {
        "project": data.project,
        "reviewer": data.reviewer,
        "y": data.y,
        "w": data.w,
        "n_projects": data.n_projects,
        "n_reviewers": data.n_reviewers,
        **parameters,
    }


def _indices(values: Sequence[int] | Ints, n: int, count: int | None, where: str) -> tuple[Ints, int]:
    index = np.asarray(values)
    if index.size == 0:
        index = index.astype(np.int64)
    if index.ndim != 1 or index.dtype.kind not in "iu" or len(index) != n:
        raise InputError(where, "one whole number for each review is needed")
    size = count if count is not None else int(index.max(initial=-1)) + 1
    if len(index) and (index.min() < 0 or index.max() >= size):
        raise InputError(where, f"numbers must lie in 0–{size - 1}")
    return index.astype(np.int64), size


def _no_duplicates(project: Ints, reviewer: Ints) -> None:
    pairs, count = np.unique(np.column_stack([project, reviewer]), axis=0, return_counts=True)
    if (count > 1).any():
        p, r = pairs[int(np.argmax(count > 1))]
        raise InputError(f"review of project {p} by reviewer {r}", "given twice")
