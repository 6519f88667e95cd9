"""Integer programmes: pricing finds the optimum of all columns, branching is bounded by the relaxation."""

import numpy as np
import pytest

from marketplace.decision import linear
from marketplace.decision.linear import Programme, Rows


def programme(seed: int, columns: int, start: bool) -> Programme:
    """A random packing problem; with `start` only every tenth column is there at the beginning."""
    rng = np.random.default_rng(seed)
    rows = Rows(columns)
    for _ in range(6):
        weights = rng.integers(1, 20, columns).astype(float)
        rows.add(
            np.zeros(columns, dtype=np.int64),
            np.arange(columns),
            weights,
            np.full(1, -np.inf),
            np.full(1, 60.0),
        )
    first = np.arange(columns) % 10 == 0
    zeros, ones = np.zeros(columns), np.ones(columns)
    objective = rng.integers(1, 30, columns).astype(float)
    return Programme(objective, rows, zeros, ones, ones > 0, first if start else None)


@pytest.mark.parametrize("seed", range(5))
def test_columns_are_priced_in_until_the_relaxation_is_that_of_all(seed: int) -> None:
    some, every = (programme(seed, 80, start).relax(5.0)[0] for start in (True, False))
    assert some.value == pytest.approx(every.value)
    assert programme(seed, 80, True).solve(5.0).value == programme(seed, 80, False).solve(5.0).value


def test_branching_on_attractive_columns_reports_its_distance_from_the_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = programme(3, 80, False).solve(5.0)
    monkeypatch.setattr(linear, "COLUMNS", 20)
    part = programme(3, 80, False).solve(5.0)
    assert part.x is not None
    assert part.value <= whole.value <= part.bound + 1e-6
    assert part.gap == pytest.approx((part.bound - part.value) / part.value)


@pytest.mark.parametrize("seed", range(5))
def test_equations_and_upper_limits_say_what_the_rows_say(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows, free = Rows(6), np.array([[-np.inf, 4.0], [1.0, np.inf], [2.0, 2.0], [1.0, 3.0], [-np.inf, np.inf]])
    for _ in range(3):
        places = rng.permutation(30)[:12]
        values = rng.integers(-3, 4, 12).astype(float)
        rows.add(places // 6, places % 6, values, free[:, 0], free[:, 1])
    said, (lower, upper) = rows.split(), rows.limits()
    assert said.above.shape == (12, 6)
    assert said.equal.shape == (3, 6)
    for x in rng.integers(0, 3, (200, 6)).astype(float):
        sums = rows.matrix() @ x
        within = (lower <= sums) & (sums <= upper)
        same = lower == upper
        assert (said.equal @ x == said.value).tolist() == within[same].tolist()
        assert (said.above @ x <= said.limit).all() == within[~same].all()


def test_columns_left_out_at_first_can_make_a_problem_feasible() -> None:
    rows = Rows(2)
    rows.add(np.zeros(1, dtype=np.int64), np.array([1]), np.ones(1), np.ones(1), np.ones(1))
    first = np.array([True, False])
    given = Programme(np.array([1.0, -1.0]), rows, np.zeros(2), np.ones(2), np.ones(2) > 0, first)
    assert given.solve(5.0).x is not None


def test_a_programme_without_columns_is_feasible_when_its_rows_are() -> None:
    none = np.zeros(0)
    for least, feasible in ((0.0, True), (1.0, False)):
        rows = Rows(0)
        empty = np.zeros(0, dtype=np.int64)
        rows.add(empty, empty, none, np.full(1, least), np.full(1, 2.0))
        found = Programme(none, rows, none, none, none > 0).solve(1.0)
        assert (found.x is not None) == feasible
        assert found.infeasible != feasible
