"""Paired comparison (成对比较): R. A. Bradley & M. E. Terry, Biometrika 39 (1952) 324–345.

Each reviewer's marks are read only as an order of the projects he or she saw; ties count half to both sides.
"""

from collections.abc import Sequence

from marketplace.core.dataclass import dataclass
from marketplace.decision.arrays import Bools, Floats, Ints, np
from marketplace.decision.base import (
    Code,
    InputError,
    Outcome,
    digest,
    finite,
    read_only,
    sorted_codes,
    tally,
)
from marketplace.decision.calibration.shapes import Reviews, reviews

RIDGE = 0.1


@dataclass(frozen=True, kw_only=True, eq=False)
class BradleyTerry(Outcome):
    """Log-odds abilities [P] and their standard errors against the reference item (or the mean).

    `ridge` is 0.1 when somebody never lost or never won against a group, so that no ability is infinite.
    """

    ability: Floats
    se: Floats
    compared: Bools
    ridge: float


def bradley_terry(wins: Sequence[Sequence[float]] | Floats, reference: int | None = None) -> BradleyTerry:
    """Fit `wins[i, j]` = how often i was placed above j; whole or half counts, none negative."""
    counts = finite(wins, "wins", 2)
    _check(counts, reference)
    compared = (counts + counts.T).sum(axis=1) > 0
    ridge = 0.0 if _strongly_connected(counts > 0, compared) else RIDGE
    ability, covariance = _newton(counts, compared, ridge)
    ability, se = _against(ability, covariance, compared, reference)
    return BradleyTerry(
        method="bradley_terry",
        parameters={"reference": reference, "ridge": ridge},
        warnings=sorted_codes({Code.RIDGE: ridge > 0, Code.NO_REVIEW: not compared.all()}),
        trace={"comparisons": float(counts.sum())},
        inputs_sha256=digest({"wins": counts, "reference": reference}),
        ability=read_only(ability),
        se=read_only(se),
        compared=read_only(compared),
        ridge=ridge,
    )


def wins_of(
    project: Sequence[int] | Ints,
    reviewer: Sequence[int] | Ints,
    y: Sequence[float] | Floats,
    *,
    recused: Sequence[bool] | Bools | None = None,
    n_projects: int | None = None,
    n_reviewers: int | None = None,
) -> Floats:
    """Wins [P, P] from every reviewer's order of marks."""
    return wins_in(reviews(project, reviewer, y, None, recused, n_projects, n_reviewers))


def wins_in(data: Reviews) -> Floats:
    """`wins_of` checked reviews."""
    by = data.attributed()
    wins = np.zeros((data.n_projects, data.n_projects))
    for r in np.unique(by):
        seen, marks = data.project[by == r], data.y[by == r]
        above = np.sign(np.subtract.outer(marks, marks))
        np.fill_diagonal(above, -1)
        wins[np.ix_(seen, seen)] += (above + 1) / 2
    return wins


def _check(counts: Floats, reference: int | None) -> None:
    size = len(counts)
    if counts.shape != (size, size) or not size:
        raise InputError("wins", "must be square with at least one item")
    if (counts < 0).any() or np.diag(counts).any():
        raise InputError("wins", "must not be negative, nor of an item against itself")
    if reference is not None and not 0 <= reference < size:
        raise InputError("reference_item", f"must lie in 0–{size - 1}")


def _strongly_connected(beats: Bools, compared: Bools) -> bool:
    """Whether everybody compared can be reached from the first one by wins, and by losses."""
    if not compared.any():
        return True
    start = int(np.argmax(compared))
    return all(_reached(edges, start)[compared].all() for edges in (beats, beats.T))


def _reached(edges: Bools, start: int) -> Bools:
    seen = np.zeros(len(edges), dtype=bool)
    seen[start] = True
    frontier = seen.copy()
    while frontier.any():
        frontier = edges[frontier].any(axis=0) & ~seen
        seen |= frontier
    return seen


@dataclass(frozen=True)
class _Games:
    """The compared pairs: i, j [G], wins of i and of j, and who was compared [P]."""

    i: Ints
    j: Ints
    won: Floats
    lost: Floats
    compared: Bools
    ridge: float

    def likelihood(self, ability: Floats) -> float:
        """Penalised log-likelihood; concave."""
        gap = ability[self.i] - ability[self.j]
        value = -(self.won * np.logaddexp(0, -gap) + self.lost * np.logaddexp(0, gap)).sum()
        return float(value - self.ridge * (ability**2).sum() / 2)

    def slope(self, ability: Floats) -> Floats:
        """Gradient [P]."""
        excess = self.won - (self.won + self.lost) * self._chance(ability)
        size = len(ability)
        return tally(self.i, excess, size) - tally(self.j, excess, size) - self.ridge * ability

    def information(self, ability: Floats) -> Floats:
        """Negative Hessian [P, P], made regular: without a ridge its null vector is 1, and 11ᵀ keeps the mean 0."""
        chance = self._chance(ability)
        weight = (self.won + self.lost) * chance * (1 - chance)
        matrix = np.zeros((len(ability), len(ability)))
        np.add.at(matrix, (self.i, self.j), weight)
        matrix += matrix.T
        regular = np.diag(matrix.sum(axis=1) + self.ridge + ~self.compared) - matrix
        if not self.ridge:
            regular += np.outer(self.compared, self.compared) * max(float(matrix.max(initial=0)), 1e-12)
        return regular

    def _chance(self, ability: Floats) -> Floats:
        return np.asarray(1 / (1 + np.exp(ability[self.j] - ability[self.i])))


def _newton(counts: Floats, compared: Bools, ridge: float) -> tuple[Floats, Floats]:
    """Ability with mean 0 and its covariance; steps are halved until the likelihood does not fall."""
    i, j = np.nonzero(np.triu(counts + counts.T, 1))
    games = _Games(i, j, counts[i, j], counts[j, i], compared, ridge)
    ability = np.zeros(len(counts))
    value = games.likelihood(ability)
    for _ in range(100):
        step = np.linalg.solve(games.information(ability), games.slope(ability))
        while games.likelihood(ability + step) < value - 1e-9 * abs(value):
            step = step / 2
        ability = ability + step
        value = games.likelihood(ability)
        if np.abs(step).max() < 1e-10:
            break
    return ability, np.linalg.inv(games.information(ability)).astype(np.float64)


def _against(
    ability: Floats, covariance: Floats, compared: Bools, reference: int | None
) -> tuple[Floats, Floats]:
    if reference is None:
        centred = np.where(compared, ability - ability[compared].mean() if compared.any() else 0.0, 0.0)
        rows = (
            covariance - covariance[:, compared].mean(axis=1, keepdims=True) if compared.any() else covariance
        )
        var = np.diag(rows) - (rows[compared].mean(axis=0) if compared.any() else 0.0)
        return centred, np.sqrt(np.clip(var, 0, None))
    var = np.diag(covariance) + covariance[reference, reference] - 2 * covariance[reference]
    return ability - ability[reference], np.sqrt(np.clip(var, 0, None))
