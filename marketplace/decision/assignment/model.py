"""The linear model over allowed pairs (线性模型): needs, loads, unit limits, quotas, bridges."""

from collections.abc import Sequence

from marketplace.core.dataclass import dataclass
from marketplace.decision.arrays import Bools, Floats, Ints, np
from marketplace.decision.assignment.problem import Pair, Problem
from marketplace.decision.linear import Rows


@dataclass(frozen=True)
class Pairs:
    """The pairs that may be assigned: project [K] and reviewer [K]."""

    project: Ints
    reviewer: Ints

    def __len__(self) -> int:
        return len(self.project)


def pairs_of(allowed: Bools) -> Pairs:
    """All true cells of [P, R], by project, then reviewer."""
    project, reviewer = np.nonzero(allowed)
    return Pairs(project.astype(np.int64), reviewer.astype(np.int64))


def base_rows(given: Problem, pairs: Pairs, extra_columns: int = 0, elastic: bool = False) -> Rows:
    """Needs, loads, unit limits and quotas; `elastic` lets needs fall short and drops the minimum loads."""
    rows = Rows(len(pairs) + extra_columns)
    k, one = np.arange(len(pairs)), np.ones(len(pairs))
    need = given.need.astype(np.float64)
    rows.add(pairs.project, k, one, np.zeros_like(need) if elastic else need, need)
    low = np.zeros(len(given.low)) if elastic else given.low.astype(np.float64)
    rows.add(pairs.reviewer, k, one, low, given.cap.astype(np.float64))
    if given.unit is not None:
        _unit_rows(rows, given, pairs, given.unit)
    if not elastic:
        _quota_rows(rows, given, pairs)
    return rows


def cut_rows(rows: Rows, pairs: Pairs, cuts: Sequence[tuple[Bools, Bools]]) -> None:
    """For each set of projects and reviewers: at least one assigned pair leads out of it."""
    for projects, reviewers in cuts:
        leaving = np.flatnonzero(projects[pairs.project] != reviewers[pairs.reviewer])
        row = np.zeros(len(leaving), dtype=np.int64)
        rows.add(row, leaving, np.ones(len(leaving)), np.ones(1), np.full(1, np.inf))


def fixed(pairs: Pairs, must: Sequence[Pair], extra_columns: int = 0) -> tuple[Floats, Floats]:
    """Bounds of the pairs: 0–1, and 1 for those that must be assigned."""
    lower, upper = np.zeros(len(pairs) + extra_columns), np.ones(len(pairs) + extra_columns)
    wanted = set(must)
    for k, pair in enumerate(zip(pairs.project.tolist(), pairs.reviewer.tolist(), strict=True)):
        if pair in wanted:
            lower[k] = 1.0
    return lower, upper


def _unit_rows(rows: Rows, given: Problem, pairs: Pairs, unit: Ints) -> None:
    cell = pairs.project * (int(unit.max(initial=0)) + 1) + unit[pairs.reviewer]
    _, row, count = np.unique(cell, return_inverse=True, return_counts=True)
    binding = np.flatnonzero(count > given.max_same_unit)
    number = np.full(len(count), -1)
    number[binding] = np.arange(len(binding))
    k = np.flatnonzero(number[row] >= 0)
    limit = np.full(len(binding), float(given.max_same_unit))
    rows.add(number[row[k]], k, np.ones(len(k)), np.zeros(len(binding)), limit)


def _quota_rows(rows: Rows, given: Problem, pairs: Pairs) -> None:
    for quota in given.quotas:
        k = np.flatnonzero(quota.member[pairs.project, pairs.reviewer])
        least = np.minimum(quota.least, given.need).astype(np.float64)
        rows.add(pairs.project[k], k, np.ones(len(k)), least, np.full(len(least), np.inf))
