"""Fair assignment (公平分配): first the worst-served project, then the total.

I. Stelmakh, N. Shah & A. Singh, J. Machine Learning Research 22 (2021) 1–66; A. Kobren, B. Saha & A. McCallum,
KDD 2019. Stage 1 maximises the smallest mean affinity t; stage 2 the total with every project at α·t or more.
The bound "everybody gets the best candidates" is tried for t first and mostly holds, which spares stage 1.
"""

import time

from marketplace.core.dataclass import dataclass
from marketplace.decision.arrays import Bools, Floats, np
from marketplace.decision.assignment.model import Pairs, base_rows, cut_rows, fixed, pairs_of
from marketplace.decision.assignment.problem import Problem
from marketplace.decision.linear import Answer, Programme, Rows, deadline

CANDIDATES = 20
EXACT_PAIRS = 2000
STEPS = 6
NOISE = 1e-9
SEARCHING = 0.95
"""Of the time given; the rest is for checking the answer and putting it together."""
Cuts = list[tuple[Bools, Bools]]


@dataclass(frozen=True)
class Solved:
    """Assigned cells [P, R] (None: infeasible), proven bounds of the total and of the worst project's mean."""

    chosen: Bools | None
    total_bound: float
    worst_bound: float | None
    gap: float
    out_of_time: bool


def by_sum(given: Problem, scores: Floats, time_s: float, cuts: Cuts) -> Solved:
    """The largest total affinity over all allowed pairs."""
    pairs = pairs_of(~given.conflict)
    return _solved(given, pairs, _total(given, scores, pairs, time_s, cuts), None)


def by_fairness(given: Problem, scores: Floats, alpha: float, time_s: float, cuts: Cuts) -> Solved:
    """The two stages over all allowed pairs."""
    end = deadline(SEARCHING * time_s)
    pairs = pairs_of(~given.conflict)
    found, bound = _two_stages(given, scores, pairs, alpha, end, cuts)
    return _solved(given, pairs, found, bound)


def candidates(given: Problem, scores: Floats, width: int = CANDIDATES) -> Bools:
    """The `width` best allowed reviewers of each project and the best projects of each reviewer.

    The programme begins with these pairs and prices the others in.
    """
    ranked = np.where(given.conflict, -np.inf, scores)
    allowed = np.zeros(given.shape, dtype=bool)
    projects, reviewers = given.shape
    # Popular reviewers are soon full: the second half is chosen as if everybody were equally popular.
    evened = np.where(given.conflict, -np.inf, scores - scores.mean(axis=0))
    for table in (ranked, evened):
        best = np.argsort(-table, axis=1, kind="stable")[:, : width // 2]
        np.put_along_axis(allowed, best, True, axis=1)
    share = int(np.ceil(given.need.sum() / max(reviewers, 1))) + 2
    of_reviewer = np.argsort(-ranked, axis=0, kind="stable")[: max(share, int(given.low.max(initial=0)) * 2)]
    np.put_along_axis(allowed, of_reviewer, True, axis=0)
    for quota in given.quotas:
        allowed |= quota.member & (np.cumsum(quota.member & ~given.conflict, axis=1) <= width)
    return allowed & ~given.conflict


def _two_stages(
    given: Problem, scores: Floats, pairs: Pairs, alpha: float, end: float, cuts: Cuts
) -> tuple[Answer, float | None]:
    first = _total(given, scores, pairs, end - time.perf_counter(), cuts)
    if first.x is None:
        return first, None
    bound = _simple_bound(given, scores, pairs)
    found = _above_floor(given, scores, pairs, _floor(bound, alpha), end, cuts, first)
    if found.infeasible:
        bound = _worst(given, scores, pairs, first.x, bound, end, cuts)
        found = _stepping_down(given, scores, pairs, _floor(bound, alpha), end, cuts, first)
    return (first if found.x is None else found), bound


def _floor(bound: float, alpha: float) -> float:
    return bound - (1 - alpha) * abs(bound) - NOISE


def _stepping_down(
    given: Problem, scores: Floats, pairs: Pairs, floor: float, end: float, cuts: Cuts, first: Answer
) -> Answer:
    """The relaxed bound cannot always be reached with whole reviews: lower the floor until it is."""
    step = 0.05 * abs(floor)
    for k in range(STEPS):
        found = _above_floor(given, scores, pairs, floor - k * step, end, cuts, first)
        if not found.infeasible:
            return found
    return first


def _above_floor(
    given: Problem, scores: Floats, pairs: Pairs, floor: float, end: float, cuts: Cuts, found: Answer
) -> Answer:
    """The largest total with every project at the floor; rows are added only for projects found below it."""
    watched = np.zeros(given.shape[0], dtype=bool)
    while found.x is not None:
        below = _means(given, scores, pairs, found.x) < floor - NOISE
        if not (below & ~watched).any():
            break
        if time.perf_counter() > end:
            # Out of time: the answer at hand, which is not above the floor everywhere.
            return Answer(found.x, found.value, found.bound, np.inf, False)
        watched |= below
        following = _total(given, scores, pairs, end - time.perf_counter(), cuts, floor, watched)
        unfinished = following.x is None and not following.infeasible
        found = Answer(found.x, found.value, found.bound, np.inf, False) if unfinished else following
        if unfinished:
            break
    return found


def _means(given: Problem, scores: Floats, pairs: Pairs, x: Floats) -> Floats:
    """Mean affinity of each project [P]; those that need nobody are never below a floor."""
    sums = np.bincount(pairs.project, scores[pairs.project, pairs.reviewer] * x, minlength=given.shape[0])
    return np.where(given.need > 0, sums / np.maximum(given.need, 1), np.inf)


def _worst(
    given: Problem, scores: Floats, pairs: Pairs, x: Floats, bound: float, end: float, cuts: Cuts
) -> float:
    """A tighter upper bound of the smallest mean affinity, exact for small problems; `x` is any feasible answer.

    Rows are added only for projects that need them: with all rows the programme is so degenerate that it takes
    minutes.
    """
    means = _means(given, scores, pairs, x)
    reached = float(means.min(initial=np.inf))
    watched = means < bound - NOISE
    while reached < bound - NOISE and time.perf_counter() < end:
        found = _least(given, scores, pairs, watched, (reached, bound), end - time.perf_counter(), cuts)
        if found.x is None:
            break
        below = _means(given, scores, pairs, found.x[:-1]) < found.x[-1] - NOISE
        bound = float(found.x[-1])
        if not (below & ~watched).any():
            break
        watched |= below
    return bound


def _simple_bound(given: Problem, scores: Floats, pairs: Pairs) -> float:
    """The smallest mean over projects of their best candidates, as if nobody else wanted those."""
    table = np.full(given.shape, -np.inf)
    table[pairs.project, pairs.reviewer] = scores[pairs.project, pairs.reviewer]
    best = -np.sort(-table, axis=1)
    means = [best[p, :n].mean() for p, n in enumerate(given.need.tolist()) if n]
    return float(min(means, default=0.0))


def _least(
    given: Problem,
    scores: Floats,
    pairs: Pairs,
    watched: Bools,
    between: tuple[float, float],
    time_s: float,
    cuts: Cuts,
) -> Answer:
    """The largest smallest mean over the watched projects, as the last column."""
    rows = base_rows(given, pairs, 1)
    cut_rows(rows, pairs, cuts)
    _least_rows(rows, given, scores, pairs, watched)
    lower, upper = fixed(pairs, given.must, 1)
    lower[-1], upper[-1] = between
    objective = np.zeros(len(pairs) + 1)
    objective[-1] = 1.0
    whole = np.append(np.ones(len(pairs), dtype=bool), False)
    start = np.append(_start(given, scores, pairs), True)
    programme = Programme(objective, rows, lower, upper, whole, start)
    return programme.solve(time_s) if len(pairs) <= EXACT_PAIRS else programme.relax(time_s)[0]


def _total(
    given: Problem,
    scores: Floats,
    pairs: Pairs,
    time_s: float,
    cuts: Cuts,
    floor: float = 0.0,
    watched: Bools | None = None,
) -> Answer:
    rows = base_rows(given, pairs)
    cut_rows(rows, pairs, cuts)
    if watched is not None and watched.any():
        _floor_rows(rows, given, scores, pairs, watched, floor)
    lower, upper = fixed(pairs, given.must)
    objective = scores[pairs.project, pairs.reviewer]
    whole, start = np.ones(len(pairs), dtype=bool), _start(given, scores, pairs)
    return Programme(objective, rows, lower, upper, whole, start).solve(time_s)


def _start(given: Problem, scores: Floats, pairs: Pairs) -> Bools:
    return np.asarray(candidates(given, scores)[pairs.project, pairs.reviewer])


def _least_rows(rows: Rows, given: Problem, scores: Floats, pairs: Pairs, watched: Bools) -> None:
    """Σ a x − need · t ≥ 0 for the watched projects, with t the last column."""
    number, k = np.cumsum(watched) - 1, np.flatnonzero(watched[pairs.project])
    need = given.need[watched].astype(np.float64)
    row = np.concatenate([number[pairs.project[k]], np.arange(len(need))])
    col = np.concatenate([k, np.full(len(need), len(pairs))])
    value = np.concatenate([scores[pairs.project[k], pairs.reviewer[k]], -need])
    rows.add(row, col, value, np.zeros(len(need)), np.full(len(need), np.inf))


def _floor_rows(
    rows: Rows, given: Problem, scores: Floats, pairs: Pairs, watched: Bools, floor: float
) -> None:
    """Σ a x ≥ need · floor for the watched projects."""
    number = np.cumsum(watched) - 1
    k = np.flatnonzero(watched[pairs.project])
    value = scores[pairs.project[k], pairs.reviewer[k]]
    least = given.need[watched].astype(np.float64) * floor
    rows.add(number[pairs.project[k]], k, value, least, np.full(len(least), np.inf))


def _solved(given: Problem, pairs: Pairs, found: Answer, worst: float | None) -> Solved:
    if found.x is None:
        return Solved(None, np.inf, worst, np.inf, not found.infeasible)
    chosen = np.zeros(given.shape, dtype=bool)
    taken = found.x > 0.5
    chosen[pairs.project[taken], pairs.reviewer[taken]] = True
    return Solved(chosen, found.bound, worst, found.gap, found.gap > 1e-6)
