"""Synthetic panels with known truth (模拟评审): for coverage tests, load tests and the demonstration."""

from marketplace.core.dataclass import dataclass
from marketplace.decision.arrays import Bools, Floats, Ints, np
from marketplace.decision.base import InputError, Outcome, digest, read_only


@dataclass(frozen=True)
class Habits:
    """Parts of the experts with a habit (打分习惯), each in 0–1, together at most 1.

    severe and lenient experts are `shift` points off; flat ones give everybody their own mean; random ones do not
    look at the project.
    """

    severe: float = 0.0
    lenient: float = 0.0
    flat: float = 0.0
    random: float = 0.0
    shift: float = 8.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Season(Outcome):
    """Marks `y` [n] of `project` [n] by `reviewer` [n], and the truth: quality [P], severity [R] in points."""

    project: Ints
    reviewer: Ints
    y: Floats
    quality: Floats
    severity: Floats
    conflict: Bools


NO_HABITS = Habits()


def simulate(
    projects: int,
    reviewers: int,
    per_project: int,
    *,
    mean: float = 78.0,
    sd_q: float = 6.0,
    sd_b: float = 4.0,
    sd_e: float = 5.0,
    conflict_rate: float = 0.08,
    habits: Habits = NO_HABITS,
    decimals: int | None = None,
    seed: int,
) -> Season:
    """Draw a season: every project gets `per_project` experts without conflict, with even loads.

    `decimals` rounds marks and keeps them in 0–100, as real sheets do; None leaves them exact.
    """
    parts = (habits.severe, habits.lenient, habits.flat, habits.random)
    if min(projects, reviewers) < 1 or not 1 <= per_project <= reviewers:
        raise InputError("per_project", "must lie between 1 and the number of reviewers")
    if min(parts) < 0 or sum(parts) > 1 or not 0 <= conflict_rate < 1:
        raise InputError("habits", "parts must lie in 0–1 and sum to at most 1")
    rng = np.random.default_rng(seed)
    quality, severity = rng.normal(0, sd_q, projects), rng.normal(0, sd_b, reviewers)
    kind = rng.choice(5, size=reviewers, p=[*parts, 1 - sum(parts)])
    severity = severity + habits.shift * ((kind == 1).astype(float) - (kind == 0))
    conflict = rng.random((projects, reviewers)) < conflict_rate
    project, reviewer = _panels(conflict, per_project, rng)
    sees = ~np.isin(kind, (2, 3))[reviewer]
    noise = rng.normal(0, sd_e, len(project)) + np.where(kind == 3, sd_q, 0.0)[reviewer] * rng.normal(
        0, 1, len(project)
    )
    y = mean + severity[reviewer] + quality[project] * sees + noise * (kind != 2)[reviewer]
    if decimals is not None:
        y = np.clip(y.round(decimals), 0, 100)
    parameters = {"size": [projects, reviewers, per_project], "sd": [sd_q, sd_b, sd_e], "seed": seed}
    return Season(
        method="simulation",
        parameters=parameters,
        warnings=(),
        trace={"habits": [int(k) for k in kind]},
        inputs_sha256=digest({**parameters, "mean": mean, "conflict_rate": conflict_rate, "habits": habits}),
        project=read_only(project),
        reviewer=read_only(reviewer),
        y=read_only(y),
        quality=read_only(quality),
        severity=read_only(severity),
        conflict=read_only(conflict),
    )


def _panels(conflict: Bools, size: int, rng: "np.random.Generator") -> tuple[Ints, Ints]:
    """For each project the free experts with the least load, chance deciding among equals."""
    load = np.zeros(conflict.shape[1])
    chosen = []
    for p in range(len(conflict)):
        # Conflicts give way when fewer than a panel would be left, so that every project is reviewed.
        free = conflict[p] & (int((~conflict[p]).sum()) >= size)
        panel = np.argsort(load + rng.random(len(load)) + 1e9 * free, kind="stable")[:size]
        load[panel] += 1
        chosen.append(np.sort(panel))
    return np.repeat(np.arange(len(conflict)), size), np.concatenate(chosen).astype(np.int64)
