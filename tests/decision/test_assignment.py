"""Assignment: loads, units, expertise, bridges, diagnosis and late recusals."""

from dataclasses import replace

import numpy as np
import pytest

from marketplace.decision.assignment import (
    Problem,
    Quota,
    Reason,
    affinity,
    assign,
    problem,
    repair,
    topic_cosine,
)
from marketplace.decision.base import Code, InputError


def scores(projects: int, reviewers: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((projects, reviewers))


def check(given: Problem, pairs: tuple[tuple[int, int], ...]) -> None:
    """Every rule, from the pairs alone."""
    staffed, load = np.zeros(given.shape[0], int), np.zeros(given.shape[1], int)
    for p, r in pairs:
        assert not given.conflict[p, r]
        staffed[p] += 1
        load[r] += 1
    assert (staffed == given.need).all()
    assert ((given.low <= load) & (load <= given.cap)).all()
    for p in range(given.shape[0]):
        mine = [r for q, r in pairs if q == p]
        assert len(set(mine)) == len(mine)
        if given.unit is not None:
            assert max(np.bincount(given.unit[mine]), default=0) <= given.max_same_unit
        for quota in given.quotas:
            assert sum(quota.member[p, mine]) >= min(quota.least, given.need[p])


@pytest.mark.parametrize("mode", ["fair", "sum"])
def test_all_rules_hold(mode: str) -> None:
    rng = np.random.default_rng(3)
    outside = np.broadcast_to(rng.random(15) < 0.5, (20, 15))
    given = problem(
        scores(20, 15),
        rng.random((20, 15)) < 0.1,
        need=3,
        cap=6,
        low=2,
        unit=rng.integers(0, 6, 15).tolist(),
        quotas=[Quota("outside", outside)],
    )
    free = int(np.flatnonzero(~given.conflict[0])[0])
    given = replace(given, must=((0, free),))
    found = assign(given, mode)
    assert found.feasible
    check(given, found.pairs)
    assert set(given.must) <= set(found.pairs)
    assert found.total == pytest.approx(sum(given.affinity[pair] for pair in found.pairs))
    assert found.total <= (found.total_bound or 0) + 1e-6


def test_fairness_raises_the_worst_project_and_sum_the_total() -> None:
    given = problem(scores(12, 6, 4) ** 3, need=2, cap=4)
    fair, most = assign(given, "fair", alpha=1.0), assign(given, "sum")
    assert fair.worst > most.worst  # type: ignore[operator]
    assert fair.total <= most.total
    assert fair.worst <= (fair.worst_bound or 0) + 1e-9


def test_larger_problems_report_their_gap() -> None:
    given = problem(scores(150, 60, 1), need=3, cap=9)
    found = assign(given, "fair")
    check(given, found.pairs)
    assert found.gap is not None
    assert found.gap < 0.01
    assert found.worst >= 0.95 * found.worst_bound - 1e-9  # type: ignore[operator]


def test_equal_affinities_share_the_work() -> None:
    found = assign(problem(np.ones((6, 3)), need=1, cap=6), connect=False)
    assert found.load.tolist() == [2, 2, 2]


def test_bridges_connect_a_panel_that_would_fall_apart() -> None:
    blocks = np.kron(np.eye(2), np.ones((3, 3)))
    apart, joined = (assign(problem(blocks, need=3, cap=4), "sum", connect=c) for c in (False, True))
    assert Code.DISCONNECTED in apart.warnings
    assert Code.DISCONNECTED not in joined.warnings
    assert joined.total == 17
    assert joined.common.shape == (6, 6)
    assert joined.co_reviewers.max() > apart.co_reviewers.max()


def test_no_need_is_no_work_and_nothing_is_nothing() -> None:
    assert assign(problem(scores(3, 3), need=0)).pairs == ()
    empty = assign(problem(np.zeros((0, 3)), need=[], cap=2))
    assert empty.feasible
    assert Code.EMPTY in empty.warnings


def test_negative_affinities_are_allowed_and_said() -> None:
    found = assign(problem([[-1.0, -2.0]], need=1, cap=1), "sum")
    assert (found.pairs, found.warnings) == (((0, 0),), (Code.NEGATIVE_AFFINITY,))


def test_a_project_everybody_is_recused_from_is_named() -> None:
    conflict = np.zeros((3, 4), dtype=bool)
    conflict[1] = True
    found = assign(problem(scores(3, 4), conflict, need=2, cap=4))
    assert not found.feasible
    assert found.pairs == ()
    assert found.diagnosis is not None
    assert [(s.project, s.missing, s.reason) for s in found.diagnosis.shortages] == [(1, 2, Reason.CONFLICT)]
    assert found.diagnosis.extra_load is None


def test_too_little_time_of_the_experts_is_named_with_the_least_that_repairs_it() -> None:
    given = problem(scores(4, 3), need=2, cap=2)
    found = assign(given)
    assert found.diagnosis is not None
    assert {s.reason for s in found.diagnosis.shortages} == {Reason.CAP}
    extra = dict(found.diagnosis.extra_load or ())
    assert sum(extra.values()) == 2
    cap = [2 + extra.get(r, 0) for r in range(3)]
    assert assign(problem(scores(4, 3), need=2, cap=cap)).feasible


def test_units_expertise_and_minimum_loads_are_named() -> None:
    one_unit = assign(problem(scores(1, 3), need=2, unit=[0, 0, 0])).diagnosis
    assert one_unit is not None
    assert one_unit.shortages[0].reason is Reason.UNIT
    nobody = Quota("finance", np.zeros((1, 3), dtype=bool))
    no_expert = assign(problem(scores(1, 3), need=2, quotas=[nobody])).diagnosis
    assert no_expert is not None
    assert (no_expert.shortages[0].reason, no_expert.shortages[0].quota) == (Reason.EXPERTISE, "finance")
    idle = assign(problem(scores(1, 3), [(0, 2)], need=2, low=1)).diagnosis
    assert idle is not None
    assert (idle.shortages[0].reason, idle.shortages[0].reviewer) == (Reason.MINIMUM_LOAD, 2)
    crowded = assign(problem(scores(1, 3), need=2, low=1)).diagnosis
    assert crowded is not None
    assert (crowded.shortages[0].reason, crowded.shortages[0].missing) == (Reason.MINIMUM_LOAD, 1)


def test_quotas_that_cannot_be_met_together_are_still_named() -> None:
    first, second = (Quota(n, np.array([[n == "a", n == "b", False]])) for n in "ab")
    found = assign(problem(scores(1, 3), need=1, quotas=[first, second]))
    assert not found.feasible
    assert found.diagnosis is not None
    assert found.diagnosis.shortages[0].reason is Reason.EXPERTISE


def test_a_late_recusal_keeps_all_other_pairs() -> None:
    given = problem(scores(10, 8), need=3, cap=5)
    before = assign(given, "sum")
    gone = before.pairs[4]
    after = repair(given, before.pairs, [gone])
    assert gone not in after.pairs
    assert set(before.pairs) - {gone} <= set(after.pairs)
    assert len(after.pairs) == 30
    check(given, after.pairs)


def test_a_late_recusal_moves_others_only_as_far_as_allowed() -> None:
    # Project 0 can only be served by reviewers 0 and 1; losing 0 means taking 1 away from project 1.
    given = problem(np.ones((2, 3)), [(0, 2)], need=1, cap=1)
    stuck = repair(given, [(0, 0), (1, 1)], [(0, 0)])
    assert not stuck.feasible
    moved = repair(given, [(0, 0), (1, 1)], [(0, 0)], max_changes=1)
    assert moved.feasible
    assert (0, 1) in moved.pairs


def test_noise_draws_among_near_optimal_assignments_by_its_seed() -> None:
    given = problem(np.full((6, 6), 0.5), need=2, cap=2)
    first, again, other = (assign(given, "sum", noise=0.1, seed=s).pairs for s in (1, 1, 2))
    assert first == again
    assert first != other


def test_affinity_keeps_its_terms() -> None:
    topic = topic_cosine(np.array([[1.0, 0], [0, 0]]), np.array([[1.0, 0], [0, 1]]))
    assert topic.tolist() == [[1, 0], [0, 0]]
    found = affinity(topic, np.full((2, 2), 0.5), np.zeros((2, 2)))
    assert found.total[0].tolist() == pytest.approx([0.65, 0.15])
    assert found.topic[0, 0] == 0.5
    with pytest.raises(InputError, match="same shape"):
        affinity(topic, np.full((2, 2), 1.5), np.zeros((2, 2)))
    with pytest.raises(InputError, match="sum to 1"):
        affinity(topic, topic, topic, (1, 1, 1))


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"need": -1}, "whole numbers"),
        ({"cap": [1]}, "one for each"),
        ({"low": 5, "cap": 4}, "not exceed cap"),
        ({"conflict": [(9, 0)]}, "no project 9"),
        ({"conflict": np.zeros((1, 1), dtype=bool)}, "each project and reviewer"),
        ({"must": [(0, 0)], "conflict": [(0, 0)]}, "recused"),
        ({"must": [(9, 9)]}, "no project 9"),
        ({"unit": [0]}, "each reviewer"),
        ({"max_same_unit": 0}, "at least 1"),
        ({"quotas": [Quota("q", np.zeros((1, 1), dtype=bool))]}, "quotas"),
    ],
)
def test_bad_problems_are_refused(change: dict[str, object], rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        problem(scores(2, 3), **change)  # type: ignore[arg-type]


def test_bad_modes_are_refused() -> None:
    for bad in ({"mode": "best"}, {"alpha": 0.0}, {"time_s": 0.0}, {"noise": -1.0}):
        with pytest.raises(InputError):
            assign(problem(scores(2, 3)), **bad)  # type: ignore[arg-type]
