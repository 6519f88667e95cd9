"""Order, intervals, tiers, TOPSIS and sensitivity."""

import numpy as np
import pytest

from marketplace.decision.base import Code, InputError
from marketplace.decision.ranking import (
    Tier,
    acceptability,
    crossing,
    joint_ranks,
    kendall_tau,
    rank,
    ranks,
    sensitivity,
    shifts,
    swap,
    tier,
    topsis,
    weighted_sum,
    without_each_criterion,
)


def test_ties_share_the_smallest_rank() -> None:
    assert ranks([80, 90, 80, 70]) == (2, 1, 2, 4)
    assert ranks([0.1 + 0.2, 0.3]) == (1, 1)
    assert ranks([]) == ()


def test_weights_must_sum_to_one_or_a_hundred() -> None:
    assert weighted_sum([[80, 60]], [50, 50]).scores == pytest.approx([7000])
    assert weighted_sum([[80, 60]], [0.333, 0.667]).best == (0,)
    for bad in ([0.5, 0.6], [0.5], [1.5, -0.5]):
        with pytest.raises(InputError, match="weights"):
            weighted_sum([[80, 60]], bad)


def test_draws_give_intervals_chances_and_tiers() -> None:
    rng = np.random.default_rng(1)
    score = np.array([90.0, 80.0, 79.5, 60.0])
    found = rank(score, score[:, None] + rng.normal(0, 1, (4, 400)), top_k=2)
    assert found.rank == (1, 2, 3, 4)
    assert (found.rank_lo, found.rank_hi) == ((1, 2, 2, 4), (1, 3, 3, 4))
    assert found.tier == (Tier.IN, Tier.MEETING, Tier.MEETING, Tier.OUT)
    assert sum(found.p_top_k) == pytest.approx(2)


def test_equal_draws_leave_every_rank_open() -> None:
    found = rank([50.0] * 4, np.full((4, 10), 50.0), top_k=1)
    assert found.rank == (1, 1, 1, 1)
    assert (found.rank_lo, found.rank_hi) == ((1,) * 4, (4,) * 4)
    assert found.p_top_k == pytest.approx([0.25] * 4)


def test_differences_within_indifference_are_ties() -> None:
    draws = np.array([[10.0, 10.0], [9.5, 9.5]])
    assert rank([10, 9.5], draws, 1).rank_hi == (1, 2)
    assert rank([10, 9.5], draws, 1, indifference=1.0).rank_hi == (2, 2)


def test_a_panel_in_parts_is_marked() -> None:
    draws = np.array([[1.0], [2.0]])
    assert rank([1, 2], draws, 1, component=[0, 1]).warnings == (Code.ACROSS_COMPONENTS,)
    assert rank([1, 2], draws, 1, component=[0, 0]).warnings == ()


@pytest.mark.parametrize(
    ("change", "where"),
    [({"top_k": -1}, "top_k"), ({"level": 1.0}, "level"), ({"indifference": -1.0}, "indifference")],
)
def test_bad_parameters_are_refused(change: dict[str, float], where: str) -> None:
    with pytest.raises(InputError) as refusal:
        rank([1.0, 2.0], np.ones((2, 3)), **({"top_k": 1} | change))  # type: ignore[arg-type]
    assert refusal.value.where == where
    with pytest.raises(InputError, match="draws"):
        rank([1.0, 2.0], np.ones((3, 3)), 1)


@pytest.mark.parametrize(
    ("p", "official", "calibrated", "expected"),
    [
        (0.99, True, True, Tier.IN),
        (0.99, False, True, Tier.MEETING),
        (0.01, False, False, Tier.OUT),
        (0.05, None, None, Tier.OUT),
        (0.95, None, None, Tier.IN),
        (0.5, True, True, Tier.MEETING),
    ],
)
def test_where_the_two_lists_disagree_the_meeting_decides(
    p: float, official: bool | None, calibrated: bool | None, expected: Tier
) -> None:
    assert tier(p, official, calibrated) is expected


def test_joint_ranges_contain_the_rank_and_shrink_without_error() -> None:
    _, sharp = joint_ranks([3.0, 1.0, 2.0], [0.0, 0.0, 0.0])
    assert sharp == ((1, 1), (3, 3), (2, 2))
    _, wide = joint_ranks([3.0, 1.0, 2.0], [9.0, 9.0, 9.0])
    assert wide == ((1, 3),) * 3
    with pytest.raises(InputError, match="level"):
        joint_ranks([1.0], [1.0], 1.0)


def test_topsis_knows_costs_intervals_and_equal_rows() -> None:
    best = topsis([[1, 100], [2, 100]], [0.5, 0.5], [-1, 1])
    assert best.ranks == (1, 2)
    inside = topsis([[5], [9], [7]], [1], [(4, 6)], "minmax")
    assert inside.ranks == (1, 3, 2)
    equal = topsis([[1, 2], [1, 2]], [0.5, 0.5], [1, 1])
    assert equal.closeness == pytest.approx([0.5, 0.5])
    assert equal.warnings == (Code.ALL_ROWS_EQUAL,)


def test_topsis_refuses_unknown_kinds_and_normalisations() -> None:
    for kinds, normalisation in (([2], "vector"), ([1, 1], "vector"), ([1], "sum"), ([(6, 4)], "vector")):
        with pytest.raises(InputError):
            topsis([[1], [2]], [1], kinds, normalisation)  # type: ignore[arg-type]


def test_every_feasible_weight_change_makes_the_two_tie() -> None:
    x = np.array([[80.0, 60, 90], [70, 85, 60], [90, 60, 50]])
    w = np.array([0.5, 0.3, 0.2])
    found = sensitivity(x, w, top_k=1)
    for change in found.changes.values():
        if change is not None and change.feasible:
            moved = w.copy()
            moved[change.criterion] -= change.change
            scores = x @ moved
            assert scores[change.i] == pytest.approx(scores[change.j])
    assert found.changes[(0, 2, 1)] is None
    assert found.smallest is not None
    assert 0 in (found.smallest.i, found.smallest.j)
    assert swap(x, w, 0, 0) is None


def test_the_smallest_crossing_is_that_of_all_pairs() -> None:
    """Also far from the cut-off, and the next one when the smallest cannot be told."""
    x = np.random.default_rng(5).uniform(50, 100, (120, 4))
    w = np.array([0.4, 0.3, 0.2, 0.1])
    x = x[np.argsort(-(x @ w))]
    for first in (1, 45, 119):
        changes = [
            change
            for change in sensitivity(x, w).changes.values()
            if change is not None and change.feasible and change.i < first <= change.j
        ]
        smallest, second = sorted(changes, key=lambda one: (abs(one.percent or 0), one.i, one.j))[:2]
        assert crossing(x, w, first, lambda _one: True) == smallest
        assert crossing(x, w, first, lambda one, refused=smallest: one != refused) == second  # type: ignore[misc]
    assert crossing(x, w, 120, lambda _one: True) is None


def test_uncertain_weights_leave_a_dominant_row_on_top() -> None:
    x = np.array([[90.0, 90], [80, 60], [60, 80]])
    found = acceptability(x, [0.5, 0.5], top_k=1, seed=3, draws=300)
    assert found.p_top_k == pytest.approx([1, 0, 0])
    assert found.rank_lo[1] == 2
    assert found.rank_hi[1] == 3
    again = acceptability(x, [0.5, 0.5], top_k=1, seed=3, draws=300)
    assert (again.p_top_k == found.p_top_k).all()


def test_leaving_out_a_criterion_tells_whose_rank_depends_on_it() -> None:
    x = np.array([[90.0, 50], [60, 90], [70, 70]])
    found = without_each_criterion(x, np.array([0.6, 0.4]))
    assert [shift.left_out for shift in found] == [0, 1]
    assert {shift.change for shift in found} != {0}
    assert shifts((1, 2), [(1, 2)])[0].change == 0


def test_kendalls_tau_runs_from_minus_one_to_one() -> None:
    a = np.array([1.0, 2, 3])
    assert kendall_tau(a, a) == pytest.approx(1)
    assert kendall_tau(a, -a) == pytest.approx(-1)
    assert kendall_tau(a, np.ones(3)) is None
