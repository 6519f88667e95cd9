"""Assign reviewers to projects (专家分配), connect the panel, repair it after a late recusal."""

from collections.abc import Iterable
from dataclasses import replace

from marketplace.core.dataclass import dataclass
from marketplace.decision.arrays import Bools, Floats, Ints, np
from marketplace.decision.assignment.diagnosis import Diagnosis, diagnose
from marketplace.decision.assignment.fair import Cuts, Solved, by_fairness, by_sum
from marketplace.decision.assignment.model import base_rows, fixed, pairs_of
from marketplace.decision.assignment.problem import Pair, Problem
from marketplace.decision.base import Code, InputError, Outcome, digest, read_only, sorted_codes
from marketplace.decision.calibration.graph import components
from marketplace.decision.linear import Programme

MODES = ("fair", "sum")


@dataclass(frozen=True, kw_only=True, eq=False)
class Assignment(Outcome):
    """Pairs (project, reviewer) in order, or none with a diagnosis when infeasible (不可行).

    total: sum of affinities; score[P]: each project's sum; worst: smallest mean affinity of a project;
    total_bound and worst_bound: proven upper bounds; gap: of the total, 0 = proven,
    None = out of time before the floor was reached; load[R].
    common[P, P]: number of reviewers two projects share; co_reviewers[R]: with how many others one shares work.
    """

    pairs: tuple[Pair, ...]
    feasible: bool
    total: float
    score: Floats
    worst: float | None
    total_bound: float | None
    worst_bound: float | None
    gap: float | None
    load: Ints
    common: Ints
    co_reviewers: Ints
    diagnosis: Diagnosis | None


def assign(
    given: Problem,
    mode: str = "fair",
    *,
    alpha: float = 0.95,
    time_s: float = 2.0,
    connect: bool = True,
    noise: float = 0.0,
    seed: int = 0,
) -> Assignment:
    """Assign by fairness (first the worst-served project) or by sum.

    `connect` adds bridges so that severities can be told apart; `noise` draws among near-optimal assignments by
    adding up to that much to each affinity (Xu et al. 2024), so that nobody can count on getting a project.
    """
    if mode not in MODES:
        raise InputError("mode", f"must be one of {', '.join(MODES)}")
    if not 0 < alpha <= 1 or time_s <= 0 or noise < 0:
        raise InputError("alpha", "alpha must lie in 0–1, time_s above 0 and noise not be negative")
    scores = given.affinity
    if noise:
        scores = scores + np.random.default_rng(seed).uniform(0, noise, scores.shape)
    parameters = {
        "mode": mode,
        "alpha": alpha,
        "time_s": time_s,
        "connect": connect,
        "noise": noise,
        "seed": seed,
    }
    if not given.need.sum() and not given.low.sum():
        return _result(given, np.zeros(given.shape, dtype=bool), None, parameters)
    solved = _solve(given, scores, mode, alpha, time_s, [])
    if connect:
        solved = _connected(given, scores, mode, alpha, time_s, solved)
    if solved.chosen is None:
        return _infeasible(given, parameters, time_s, solved.out_of_time)
    return _result(given, _balanced(given, solved.chosen), solved, parameters)


def repair(given: Problem, old: Iterable[Pair], removed: Iterable[Pair], max_changes: int = 0) -> Assignment:
    """Replace removed pairs after a late recusal (临时回避): other pairs stay, at most `max_changes` of them move."""
    gone, before = set(removed), set(old)
    conflict = given.conflict.copy()
    for pair in gone:
        conflict[pair] = True
    again = replace(given, conflict=conflict, must=tuple(pair for pair in given.must if pair not in gone))
    kept = before - gone
    parameters = {"max_changes": max_changes, "removed": sorted(gone), "kept": sorted(kept)}
    chosen = _repaired(again, kept, max_changes)
    if chosen is None:
        return _infeasible(again, parameters, 2.0, False)
    return _result(again, chosen, None, parameters)


def _solve(given: Problem, scores: Floats, mode: str, alpha: float, time_s: float, cuts: Cuts) -> Solved:
    if mode == "sum":
        return by_sum(given, scores, time_s, cuts)
    return by_fairness(given, scores, alpha, time_s, cuts)


def _connected(
    given: Problem, scores: Floats, mode: str, alpha: float, time_s: float, first: Solved
) -> Solved:
    """Add rows that force bridges between the parts, and solve again, while that is possible."""
    best, cuts = first, Cuts()
    for _ in range(8):
        parts = _parts(best.chosen) if best.chosen is not None else []
        if len(parts) < 2 or not _can_connect(given, best.chosen):
            break
        cuts += parts
        following = _solve(given, scores, mode, alpha, time_s, cuts)
        if following.chosen is None:
            break
        best = following
    return best


def _parts(chosen: Bools) -> Cuts:
    """The connected parts of an assignment as sets of projects and reviewers."""
    pairs = zip(*(axis.tolist() for axis in np.nonzero(chosen)), strict=True)
    by_project, by_reviewer = components(pairs, *chosen.shape)
    return [(by_project == k, by_reviewer == k) for k in range(int(by_project.max(initial=-1)) + 1)]


def _can_connect(given: Problem, chosen: Bools | None) -> bool:
    """A connected graph needs as many pairs as projects and used reviewers less one."""
    used = 0 if chosen is None else int(chosen.any(axis=0).sum())
    return int(given.need.sum()) >= int((given.need > 0).sum()) + used - 1


def _balanced(given: Problem, chosen: Bools) -> Bools:
    """Among equal affinities prefer the reviewer with less load, then the lower number."""
    if given.quotas:
        return chosen
    chosen, load, must = chosen.copy(), chosen.sum(axis=0), set(given.must)
    for p, r in sorted(zip(*(axis.tolist() for axis in np.nonzero(chosen)), strict=True)):
        other = _lighter(given, chosen, load, p, r)
        if other is not None and (p, r) not in must:
            chosen[p, r], chosen[p, other] = False, True
            load[r], load[other] = load[r] - 1, load[other] + 1
    return chosen


def _lighter(given: Problem, chosen: Bools, load: Ints, p: int, r: int) -> int | None:
    same = (given.affinity[p] == given.affinity[p, r]) & ~given.conflict[p] & ~chosen[p]
    free = np.flatnonzero(same & (load + 1 < load[r]) & (load < given.cap))
    if load[r] <= given.low[r]:
        return None
    fitting = [int(other) for other in free if _unit_fits(given, chosen[p], r, int(other))]
    return min(fitting, key=lambda other: (load[other], other), default=None)


def _unit_fits(given: Problem, row: Bools, leaving: int, coming: int) -> bool:
    if given.unit is None or given.unit[leaving] == given.unit[coming]:
        return True
    return int((given.unit[row] == given.unit[coming]).sum()) < given.max_same_unit


def _repaired(given: Problem, kept: set[Pair], max_changes: int) -> Bools | None:
    pairs = pairs_of(~given.conflict)
    stays = np.array(
        [pair in kept for pair in zip(pairs.project.tolist(), pairs.reviewer.tolist(), strict=True)]
    )
    rows = base_rows(given, pairs)
    k = np.flatnonzero(stays)
    if len(k):
        least = np.full(1, float(len(k) - max_changes))
        rows.add(np.zeros(len(k), dtype=np.int64), k, np.ones(len(k)), least, np.full(1, np.inf))
    value = given.affinity[pairs.project, pairs.reviewer]
    # A kept pair outweighs any gain in affinity, so only what must move does.
    weight = 2 * float(np.abs(value).sum()) + 1
    lower, upper = fixed(pairs, given.must)
    whole = np.ones(len(pairs), dtype=bool)
    found = Programme(value + weight * stays, rows, lower, upper, whole).solve(2.0)
    if found.x is None:
        return None
    chosen = np.zeros(given.shape, dtype=bool)
    taken = found.x > 0.5
    chosen[pairs.project[taken], pairs.reviewer[taken]] = True
    return chosen


def _fingerprint(given: Problem, parameters: dict[str, object]) -> str:
    return digest({"problem": replace(given, warnings=()), "parameters": parameters})


def _infeasible(
    given: Problem, parameters: dict[str, object], time_s: float, out_of_time: bool
) -> Assignment:
    codes = dict.fromkeys(given.warnings, True) | {
        Code.TIME_LIMIT: out_of_time,
        Code.INFEASIBLE: not out_of_time,
    }
    projects, reviewers = given.shape
    return Assignment(
        method="assignment",
        parameters=parameters,
        warnings=sorted_codes(codes),
        trace={},
        inputs_sha256=_fingerprint(given, parameters),
        pairs=(),
        feasible=False,
        total=0.0,
        score=read_only(np.zeros(projects)),
        worst=None,
        total_bound=None,
        worst_bound=None,
        gap=None,
        load=read_only(np.zeros(reviewers, dtype=np.int64)),
        common=read_only(np.zeros((projects, projects), dtype=np.int64)),
        co_reviewers=read_only(np.zeros(reviewers, dtype=np.int64)),
        diagnosis=None if out_of_time else diagnose(given, time_s),
    )


def _result(
    given: Problem, chosen: Bools, solved: Solved | None, parameters: dict[str, object]
) -> Assignment:
    score = np.where(chosen, given.affinity, 0.0).sum(axis=1)
    staffed = given.need > 0
    links = chosen.astype(np.int64)
    codes = dict.fromkeys(given.warnings, True) | {
        Code.DISCONNECTED: len(_parts(chosen)) > 1,
        Code.NOT_PROVEN_OPTIMAL: solved is not None and solved.out_of_time,
    }
    return Assignment(
        method="assignment",
        parameters=parameters,
        warnings=sorted_codes(codes),
        trace={"need": given.need.tolist(), "cap": given.cap.tolist()},
        inputs_sha256=_fingerprint(given, parameters),
        pairs=tuple((int(p), int(r)) for p, r in zip(*np.nonzero(chosen), strict=True)),
        feasible=True,
        total=float(score.sum()),
        score=read_only(score),
        worst=float((score[staffed] / given.need[staffed]).min()) if staffed.any() else None,
        total_bound=None if solved is None else solved.total_bound,
        worst_bound=None if solved is None else solved.worst_bound,
        gap=None if solved is None or not np.isfinite(solved.gap) else solved.gap,
        load=read_only(links.sum(axis=0)),
        common=read_only(links @ links.T),
        co_reviewers=read_only(((links.T @ links) > 0).sum(axis=1) - (links.sum(axis=0) > 0)),
        diagnosis=None,
    )
