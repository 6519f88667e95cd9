"""Integer programmes solved by HiGHS inside scipy (整数规划), relaxed first.

Assignment models are nearly always integral once relaxed. Where they are not, only columns that the relaxation
finds attractive are branched on; the relaxation still bounds the value over all columns, so the gap is honest.
"""

import time
from dataclasses import field
from typing import Any

from marketplace.core.dataclass import dataclass
from marketplace.decision.arrays import Bools, Floats, Ints, np
from marketplace.decision.scientific import optimize, sparse

INFEASIBLE = 2
WHOLE = 1e-6
COLUMNS = 1500
FIRST = 10.0
LEAST = 0.5
NEARLY = 0.02


@dataclass
class Rows:
    """Rows lower ≤ A x ≤ upper, collected as coordinates."""

    columns: int
    row: list[Ints] = field(default_factory=list)
    col: list[Ints] = field(default_factory=list)
    value: list[Floats] = field(default_factory=list)
    lower: list[Floats] = field(default_factory=list)
    upper: list[Floats] = field(default_factory=list)
    count: int = 0

    def add(self, row: Ints, col: Ints, value: Floats, lower: Floats, upper: Floats) -> None:
        """Append rows numbered from 0 within this block."""
        self.row.append(row + self.count)
        self.col.append(col)
        self.value.append(value)
        self.lower.append(lower)
        self.upper.append(upper)
        self.count += len(lower)

    def limits(self) -> tuple[Floats, Floats]:
        """Lower and upper limits of all rows."""
        nothing = [np.zeros(0)]
        return np.concatenate(self.lower or nothing), np.concatenate(self.upper or nothing)

    def matrix(self) -> Any:
        """The coefficients as a sparse matrix."""
        row, col, value = self._entries()
        return sparse().csr_array((value, (row, col)), shape=(self.count, self.columns))

    def constraint(self, columns: Bools) -> Any:
        """The rows over some columns, the others being 0, as `milp` wants them."""
        if not self.count:
            return ()
        return optimize().LinearConstraint(self.matrix()[:, np.flatnonzero(columns)], *self.limits())

    def split(self) -> "Equations":
        """The rows as equations and upper limits. Each is put in its place at once: to cut rows out of a sparse matrix
        and stack them again takes longer than to solve a small programme."""
        lower, upper = self.limits()
        same = lower == upper
        above, below = ~same & np.isfinite(upper), ~same & np.isfinite(lower)
        limit = np.concatenate([upper[above], -lower[below]])
        both = self._columnwise((above, 1.0), (below, -1.0))
        return Equations(both, limit, self._columnwise((same, 1.0)), lower[same])

    def _columnwise(self, *choices: tuple[Bools, float]) -> Any:
        """Chosen rows, each times a sign; the rows of one choice stand below those of the other."""
        row, col, value = self._entries()
        rows, columns, values, count = list[Ints](), list[Ints](), list[Floats](), 0
        for chosen, sign in choices:
            some = chosen[row]
            rows.append(np.cumsum(chosen)[row[some]] - 1 + count)
            columns.append(col[some])
            values.append(sign * value[some])
            count += int(chosen.sum())
        entries = np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))
        return sparse().csc_array(entries, shape=(count, self.columns))

    def _entries(self) -> tuple[Ints, Ints, Floats]:
        """Row, column and value of every coefficient."""
        if not self.count:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0)
        return np.concatenate(self.row), np.concatenate(self.col), np.concatenate(self.value)


@dataclass(frozen=True)
class Equations:
    """above · x ≤ limit and equal · x = value, as `linprog` wants them."""

    above: Any
    limit: Floats
    equal: Any
    value: Floats

    def over(self, columns: Ints) -> tuple[Any, Any]:
        """Both matrices over some columns, the others being 0."""
        if len(columns) == self.above.shape[1]:
            return self.above, self.equal
        return self.above[:, columns], self.equal[:, columns]


def deadline(time_s: float) -> float:
    """When a solver that starts now must end; loading the solver is not part of its time."""
    optimize()
    return time.perf_counter() + time_s


@dataclass(frozen=True)
class Answer:
    """HiGHS's answer: values (None when there is none), proven bound, relative gap, whether infeasible."""

    x: Floats | None
    value: float
    bound: float
    gap: float
    infeasible: bool


@dataclass(frozen=True)
class Programme:
    """Maximise objective · x under rows and bounds; `whole` tells which columns are integers.

    `start` are the columns likely to be used; columns that may be left at 0 join when they are worth it.
    """

    objective: Floats
    rows: Rows
    lower: Floats
    upper: Floats
    whole: Bools
    start: Bools | None = None

    def solve(self, time_s: float) -> Answer:
        """The best whole answer found in the time, with a proven bound.

        The relaxation, which mostly is the answer, is always given `FIRST` seconds: better late than nothing.
        """
        end = deadline(time_s)
        relaxed, attraction = self.relax(max(time_s, FIRST))
        if relaxed.x is None or self._is_whole(relaxed.x):
            return relaxed
        for columns in self._choices(relaxed.x, attraction):
            found = self._branch(columns, end - time.perf_counter())
            if found.x is not None:
                bound = min(relaxed.bound, found.bound) if columns.all() else relaxed.bound
                return Answer(found.x, found.value, bound, _gap(found.value, bound), False)
        return Answer(None, -np.inf, relaxed.bound, np.inf, found.infeasible)

    def relax(self, time_s: float) -> tuple[Answer, Floats]:
        """The relaxation, and each column's reduced cost (above 0: worth using).

        It begins with the columns of `start` and prices the others in until none is worth using, so that the answer
        and its bound are those of all columns.
        """
        if not len(self.objective):
            return self._nothing(), np.zeros(0)
        end = deadline(time_s)
        system = self.rows.split()
        active = self.lower != 0
        active |= self.start if self.start is not None else ~active
        while True:
            answer, attraction = self._relaxed(system, active, end - time.perf_counter())
            if answer.x is None and answer.infeasible and not active.all():
                active[:] = True
                continue
            if answer.x is None or not (attraction > WHOLE)[~active].any():
                return answer, attraction
            # Nearly attractive columns join too, which spares rounds.
            active |= attraction > -NEARLY * float(np.abs(self.objective).max())

    def _relaxed(self, system: Equations, active: Bools, time_s: float) -> tuple[Answer, Floats]:
        """The relaxation over some columns, the others being 0, and the reduced cost of all."""
        k = np.flatnonzero(active)
        above, equal = system.over(k)
        found = optimize().linprog(
            -self.objective[k],
            A_ub=above,
            b_ub=system.limit,
            A_eq=equal,
            b_eq=system.value,
            bounds=np.column_stack([self.lower[k], self.upper[k]]),
            method="highs",
            options={"time_limit": max(time_s, 0.05)},
        )
        if found.x is None or found.status != 0:
            return Answer(None, -np.inf, np.inf, np.inf, found.status == INFEASIBLE), np.zeros(0)
        x = np.zeros(len(active))
        x[k] = found.x
        prices = system.above.T @ found.ineqlin.marginals + system.equal.T @ found.eqlin.marginals
        value = float(self.objective @ x)
        return Answer(x, value, value, 0.0, False), np.asarray(self.objective + prices)

    def _is_whole(self, x: Floats) -> bool:
        return bool((np.abs(x - np.round(x))[self.whole] < WHOLE).all())

    def _choices(self, x: Floats, attraction: Floats) -> list[Bools]:
        """First the most attractive columns, then all of them."""
        everything = np.ones(len(x), dtype=bool)
        if len(x) <= 2 * COLUMNS:
            return [everything]
        used = (x > 1e-9) | (self.lower > 0) | ~self.whole
        cut = np.partition(-attraction[~used], min(COLUMNS, int((~used).sum()) - 1))[COLUMNS - 1]
        return [used | (-attraction <= cut), everything]

    def _branch(self, columns: Bools, time_s: float) -> Answer:
        found = optimize().milp(
            -self.objective[columns],
            constraints=self.rows.constraint(columns),
            integrality=self.whole[columns].astype(np.int64),
            bounds=optimize().Bounds(self.lower[columns], self.upper[columns]),
            options={"time_limit": max(time_s, LEAST), "mip_rel_gap": 1e-9},
        )
        if found.x is None:
            return Answer(None, -np.inf, np.inf, np.inf, found.status == INFEASIBLE)
        x = np.zeros(len(columns))
        x[columns] = found.x
        # Whole up to the solver's tolerance becomes whole.
        x = np.where(self.whole, np.round(x), x)
        value = float(self.objective @ x)
        bound = value if found.mip_dual_bound is None else max(value, -float(found.mip_dual_bound))
        return Answer(x, value, bound, _gap(value, bound), False)

    def _nothing(self) -> Answer:
        lower, upper = self.rows.limits()
        fits = bool((lower <= 0).all() and (upper >= 0).all())
        return Answer(np.zeros(0) if fits else None, 0.0, 0.0, 0.0, not fits)


def _gap(value: float, bound: float) -> float:
    return max(0.0, bound - value) / max(abs(value), 1e-9)
