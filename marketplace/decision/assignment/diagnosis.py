"""Why an assignment is impossible, and what would repair it (无解诊断)."""

from enum import StrEnum

from marketplace.core.dataclass import dataclass
from marketplace.decision.arrays import Array, np
from marketplace.decision.assignment.model import base_rows, fixed, pairs_of
from marketplace.decision.assignment.problem import Problem
from marketplace.decision.linear import Programme, Rows


class Reason(StrEnum):
    """What keeps a project short: 回避, 工作量上限, 同单位限制, 专业结构, 最低工作量."""

    CONFLICT = "conflict"
    CAP = "cap"
    UNIT = "unit"
    EXPERTISE = "expertise"
    MINIMUM_LOAD = "minimum_load"


@dataclass(frozen=True)
class Shortage:
    """A project that lacks `missing` reviewers (人手不足), or a reviewer who lacks work, and why.

    `quota` names the expertise rule when that is the reason; `project` is −1 for a reviewer's minimum load.
    """

    project: int
    missing: int
    reason: Reason
    quota: str | None = None
    reviewer: int | None = None


@dataclass(frozen=True)
class Diagnosis:
    """All shortages, and the smallest additional load by reviewer that repairs those caused by caps."""

    shortages: tuple[Shortage, ...]
    extra_load: tuple[tuple[int, int], ...] | None


def diagnose(given: Problem, time_s: float) -> Diagnosis:
    """Explain infeasibility; at least one shortage is always named."""
    structural = _structural(given)
    if structural:
        return Diagnosis(structural, None)
    missing = _missing(given, time_s)
    shortages = tuple(Shortage(p, m, Reason.CAP) for p, m in missing)
    return Diagnosis(shortages or _minimum_loads(given), _extra_load(given, time_s))


def _structural(given: Problem) -> tuple[Shortage, ...]:
    """Projects that no load could staff: too few unrecused reviewers, units or experts."""
    found = []
    for p in range(given.shape[0]):
        free = np.flatnonzero(~given.conflict[p])
        need = int(given.need[p])
        by_unit = _limited(given, free)
        if len(free) < need:
            found.append(Shortage(p, need - len(free), Reason.CONFLICT))
        elif by_unit < need:
            found.append(Shortage(p, need - by_unit, Reason.UNIT))
        found += _expertise(given, p, need)
    return tuple(found)


def _limited(given: Problem, free: Array) -> int:
    if given.unit is None:
        return len(free)
    return int(np.minimum(np.unique(given.unit[free], return_counts=True)[1], given.max_same_unit).sum())


def _expertise(given: Problem, p: int, need: int) -> list[Shortage]:
    found = []
    for quota in given.quotas:
        have = int((quota.member[p] & ~given.conflict[p]).sum())
        least = min(quota.least, need)
        if have < least:
            found.append(Shortage(p, least - have, Reason.EXPERTISE, quota.name))
    return found


def _missing(given: Problem, time_s: float) -> list[tuple[int, int]]:
    """As many reviews as the caps allow, and which projects then fall short."""
    pairs = pairs_of(~given.conflict)
    lower, upper = np.zeros(len(pairs)), np.ones(len(pairs))
    rows = base_rows(given, pairs, elastic=True)
    everything = np.ones(len(pairs), dtype=bool)
    found = Programme(np.ones(len(pairs)), rows, lower, upper, everything).solve(time_s)
    if found.x is None:
        return []
    staffed = np.bincount(pairs.project, np.round(found.x), minlength=given.shape[0])
    short = given.need - staffed.astype(np.int64)
    return [(int(p), int(short[p])) for p in np.flatnonzero(short > 0)]


def _minimum_loads(given: Problem) -> tuple[Shortage, ...]:
    """Needs can be met, so minimum loads, quotas or fixed pairs contradict each other."""
    available = (~given.conflict).sum(axis=0)
    short = np.flatnonzero(available < given.low)
    total = int(given.low.sum()) - int(given.need.sum())
    named = tuple(
        Shortage(-1, int(given.low[r] - available[r]), Reason.MINIMUM_LOAD, reviewer=int(r)) for r in short
    )
    if named or total > 0:
        return named or (Shortage(-1, total, Reason.MINIMUM_LOAD),)
    return (Shortage(-1, 1, Reason.EXPERTISE if given.quotas else Reason.MINIMUM_LOAD),)


def _extra_load(given: Problem, time_s: float) -> tuple[tuple[int, int], ...] | None:
    """The smallest total of reviews above the caps with which everything fits; None if nothing helps."""
    pairs, reviewers = pairs_of(~given.conflict), given.shape[1]
    rows = base_rows(given, pairs, reviewers)
    _relieve(rows, len(pairs), given)
    objective = np.concatenate([np.zeros(len(pairs)), -np.ones(reviewers)])
    lower, upper = fixed(pairs, given.must, reviewers)
    upper[len(pairs) :] = given.need.sum()
    found = Programme(objective, rows, lower, upper, np.ones(len(objective), dtype=bool)).solve(time_s)
    if found.x is None:
        return None
    extra = np.round(found.x[len(pairs) :]).astype(np.int64)
    return tuple((int(r), int(extra[r])) for r in np.flatnonzero(extra))


def _relieve(rows: Rows, first: int, given: Problem) -> None:
    """Let the load rows of block 1 exceed the cap by one new column for each reviewer."""
    projects, reviewers = given.shape
    rows.row.append(np.arange(reviewers) + projects)
    rows.col.append(np.arange(reviewers) + first)
    rows.value.append(-np.ones(reviewers))
    rows.lower[1] = np.full(reviewers, -np.inf)
