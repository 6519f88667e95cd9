"""Measure the decision core (决策内核测试): speed, size and statistics, each beside its target.

`python3 app.py bench decision`. A time is the processor time of the quickest of a few starts, so that other work
on the machine does not count; the time by the clock stands in the note. The run fails when a time exceeds three
times its target or a statistic leaves its band.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from marketplace.computations.process import ONE_THREAD
from marketplace.decision.allocation import GroupRule, Request, allocate, equal_shares, request
from marketplace.decision.arrays import Bools, Floats, np
from marketplace.decision.assignment import Problem, assign, problem
from marketplace.decision.calibration import calibrate
from marketplace.decision.ranking import acceptability, rank, ranks
from marketplace.decision.reliability import alpha, icc, kendall_w
from marketplace.decision.rubric import trimmed_mean
from marketplace.decision.simulation import Habits, Season, simulate

TOLERANCE = 3


@dataclass(frozen=True)
class Figure:
    """One measured figure: its target as text, the highest and lowest value that meet it."""

    task: str
    size: str
    measured: float
    unit: str
    high: float
    low: float = 0.0
    hard: bool = False
    note: str = ""

    @property
    def met(self) -> bool:
        """Whether the target is met."""
        return self.low <= self.measured <= self.high

    @property
    def fails(self) -> bool:
        """Whether the run fails: a statistic outside its band, or a time far over its target."""
        return not self.met if self.hard else self.measured > TOLERANCE * self.high

    def line(self) -> str:
        """The figure as a line of the table."""
        target = f"{self.low:g}–{self.high:g}" if self.low else f"≤ {self.high:g}"
        verdict = "met" if self.met else "MISSED"
        shown = f"{self.measured:10.3f} {self.unit:4}"
        return f"{self.task:44} {self.size:24} {target:>10} {self.unit:4} {shown} {verdict:6} {self.note}".rstrip()


def main(arguments: Sequence[str] = ()) -> int:
    """Print the table; the words given select the tasks whose name contains one of them. One thread for linear
    algebra, as in the worker's children: on a busy machine the others only wait for each other."""
    os.environ.update(ONE_THREAD)
    print(f"{'task':44} {'size':24} {'target':>15} {'measured':>15}", flush=True)
    failed = False
    for name, measure in TASKS.items():
        if arguments and not any(word in name for word in arguments):
            continue
        for figure in measure():
            print(figure.line(), flush=True)
            failed |= figure.fails
    return int(failed)


def timed(task: str, size: str, target: float, work: Callable[[], object], note: str = "") -> Figure:
    """The quickest of three starts, in seconds of the processor."""
    taken = []
    for _ in range(3):
        processor, clock = time.process_time(), time.perf_counter()
        work()
        taken.append((time.process_time() - processor, time.perf_counter() - clock))
    seconds, by_clock = min(taken)
    said = "; ".join(part for part in (f"{by_clock:.2f} s by the clock", note) if part)
    return Figure(task, size, seconds, "s", target, note=said)


def calibration() -> Iterator[Figure]:
    """Calibration with draws and rank intervals."""
    drawn = simulate(2000, 300, 5, seed=1)
    yield timed("calibrate + 200 draws + intervals", "2,000 × 5, R = 300", 1, lambda: ranked(drawn))


def ranked(drawn: Season) -> tuple[Floats, tuple[int, ...], tuple[int, ...]]:
    """Calibrated scores and the 90 % rank interval of every project."""
    found = calibrate(
        drawn.project,
        drawn.reviewer,
        drawn.y,
        n_projects=len(drawn.quality),
        n_reviewers=len(drawn.severity),
        draws=200,
        seed=1,
        scale=None,
    )
    score = np.array([np.nan if value is None else value for value in found.score])
    placed = rank(score, found.draws, top_k=len(score) // 10)
    return score, placed.rank_lo, placed.rank_hi


LARGE = """
import json, resource, time
import numpy as np
from marketplace.decision.calibration import calibrate
rng = np.random.default_rng(0)
reviewers, projects, size = 2972, 1128, 73421
weight = rng.pareto(1.5, projects) + 0.2
cell = np.unique(rng.choice(projects, 2 * size, p=weight / weight.sum()) * reviewers
                 + rng.integers(0, reviewers, 2 * size))
cell = np.sort(rng.permutation(cell)[:size])
project, reviewer = cell // reviewers, cell % reviewers
y = 3.2 + rng.normal(0, 0.52, projects)[project] + rng.normal(0, 0.33, reviewers)[reviewer]
y = y + rng.normal(0, 1.18, len(cell))
started = time.process_time()
calibrate(project, reviewer, y, n_projects=projects, n_reviewers=reviewers, scale=None)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps([len(cell), time.process_time() - started, peak]))
"""


def large_calibration() -> Iterator[Figure]:
    """Calibration at the size of a university's lecture evaluations, in a process of its own."""
    count, seconds, memory = json.loads(own_process(LARGE))
    size = f"{count:,} · 2,972 × 1,128"
    yield Figure("calibrate a large unbalanced panel", size, seconds, "s", 30)
    yield Figure("memory of that process", size, memory, "MB", 500)


def own_process(code: str) -> str:
    """What a fresh interpreter prints."""
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout


def assignment() -> Iterator[Figure]:
    """Assignment of 500 projects to 80 reviewers."""
    for need in (3, 5):
        for mode, target in (("sum", 1.0), ("fair", 2.0)):
            given = panel(need)
            work, note = partial(assign, given, mode), quality(given, mode)
            yield timed(f"assignment, {mode}", f"500 × 80 × {need}", target, work, note)


def quality(given: Problem, mode: str) -> str:
    """How good an assignment is, and what is proven about it."""
    found = assign(given, mode)
    gap = "out of time" if found.gap is None else f"gap {found.gap:.1e}"
    worst = f"worst project {found.worst or 0:.3f}"
    return f"{gap}, {worst}" + (f" of at most {found.worst_bound:.3f}" if found.worst_bound else "")


def panel(need: int) -> Problem:
    """A random problem with popular experts, conflicts and units."""
    rng = np.random.default_rng(5)
    liking = 0.3 * rng.random((500, 1)) + 0.3 * rng.random((1, 80)) + 0.4 * rng.random((500, 80))
    units = rng.integers(0, 20, 80).tolist()
    return problem(liking.round(3), rng.random((500, 80)) < 0.08, need=need, cap=7 * need, unit=units)


def allocation() -> Iterator[Figure]:
    """Funding of 500 requests under 50 rules."""
    for kind in ("uncorrelated", "correlated"):
        given = requests(kind)
        found = allocate(given)
        note = f"{found.status}, gap {found.gap or 0:.1e}, {int(found.funded.sum())} funded"
        yield timed(f"allocation, {kind} values", "500 requests, 50 rules", 2, partial(allocate, given), note)


def requests(kind: str) -> Request:
    """Requests of 21 cities: caps in number and money, a county minimum, field minimums."""
    rng = np.random.default_rng(9)
    cost = rng.integers(20, 300, 500) * 10_000
    value = rng.uniform(0, 25, 500) if kind == "uncorrelated" else cost / 100_000 + rng.uniform(0, 3, 500)
    city, field, county = rng.integers(0, 21, 500), rng.integers(0, 7, 500), rng.random(500) < 0.4
    rules = [GroupRule(f"city {c}", members(city == c), most=6) for c in range(21)]
    rules += [GroupRule(f"money {c}", members(city == c), share=Fraction(1, 10)) for c in range(21)]
    rules += [GroupRule(f"field {f}", members(field == f), least=3) for f in range(7)]
    rules += [GroupRule("county", members(county), least=20)]
    return request(value.round(2), cost, 80_000_000, rules=rules)


def members(inside: Bools) -> tuple[int, ...]:
    """Numbers of the projects in a group."""
    return tuple(int(p) for p in np.flatnonzero(inside))


def side_views() -> Iterator[Figure]:
    """Equal shares, agreement, uncertain weights."""
    rng = np.random.default_rng(3)
    cost, utility = (
        rng.integers(1, 30, 500).astype(float),
        rng.random((500, 80)) * (rng.random((500, 80)) < 0.2),
    )
    yield timed("equal shares", "500 × 80", 0.5, lambda: equal_shares(cost, utility, 2000.0))
    marks = rng.integers(0, 101, (2000, 5)).astype(float)
    by_reviewer = marks.T.tolist()
    agreement = partial(agree, by_reviewer, marks)
    yield timed("alpha, ICC, W", "10,000 ratings", 0.1, agreement)
    table, weights = rng.uniform(40, 100, (2000, 8)), np.full(8, 0.125)
    uncertain = partial(acceptability, table, weights, 200, seed=1)
    yield timed("uncertain weights, 1,000 draws", "2,000 × 8", 1, uncertain)


def agree(by_reviewer: list[list[float | None]], marks: Floats) -> None:
    """All agreement figures."""
    alpha(by_reviewer)
    icc(marks)
    kendall_w(marks)


IMPORT = """
import json, sys, time
from app import nothing_collected
started = time.process_time()
with nothing_collected():
    import marketplace.application
print(json.dumps([time.process_time() - started, sum(name.startswith("scipy") for name in sys.modules)]))
"""


def import_of_the_web_program() -> Iterator[Figure]:
    """Importing the web program as `app.py` does; it must not load scipy."""
    seconds, scipy_modules = min(json.loads(own_process(IMPORT)) for _ in range(3))
    yield Figure("import of the web program", "–", seconds, "s", 0.6)
    yield Figure("modules of scipy it loads", "–", scipy_modules, "", 0, hard=True)


def seasons() -> Iterator[Figure]:
    """Simulated seasons with severe and lenient experts: closer to the truth, and honest intervals."""
    habits = Habits(severe=0.15, lenient=0.15)
    results = [season(simulate(200, 40, 5, habits=habits, seed=seed)) for seed in range(30)]
    covered, calibrated, trimmed = (float(np.mean(column)) for column in zip(*results, strict=True))
    size = "30 × (200 × 5, R = 40)"
    yield Figure("90 % rank intervals that hold the truth", size, 100 * covered, "%", 93, 87, hard=True)
    note = f"calibrated {calibrated:.3f}, trimmed mean {trimmed:.3f}"
    gain = calibrated - trimmed
    yield Figure("correlation with the truth, gain", size, gain, "", 1, 0.001, hard=True, note=note)


def season(drawn: Season) -> tuple[float, float, float]:
    """Coverage, and correlation with the truth of the calibrated score and of the announced rule's."""
    score, low, high = ranked(drawn)
    truth = np.array(ranks(drawn.quality))
    covered = float(((np.array(low) <= truth) & (truth <= np.array(high))).mean())
    marks = [[Fraction(mark) for mark in drawn.y[drawn.project == p]] for p in range(len(truth))]
    official = np.array([float(trimmed_mean(panel)) for panel in marks])
    calibrated, plain = (float(np.corrcoef(s, drawn.quality)[0, 1]) for s in (score, official))
    return covered, calibrated, plain


TASKS: dict[str, Callable[[], Iterator[Figure]]] = {
    "calibration": calibration,
    "large": large_calibration,
    "assignment": assignment,
    "allocation": allocation,
    "views": side_views,
    "import": import_of_the_web_program,
    "seasons": seasons,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
