"""What assignments and funding plans must satisfy for any problem."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.decision.allocation import (
    GroupRule,
    Request,
    allocate,
    equal_shares,
    rank_and_fund,
    request,
    violations,
)
from marketplace.decision.assignment import Problem, assign, problem

few = settings(max_examples=25, deadline=None, derandomize=True)
seeds = st.integers(0, 10_000)


def random_problem(seed: int) -> Problem:
    rng = np.random.default_rng(seed)
    projects, reviewers = int(rng.integers(1, 9)), int(rng.integers(2, 8))
    return problem(
        rng.random((projects, reviewers)).round(2),
        rng.random((projects, reviewers)) < rng.choice([0.1, 0.4]),
        need=int(rng.integers(1, 4)),
        cap=rng.integers(0, 6, reviewers).tolist(),
    )


def largest_flow(given_problem: Problem) -> int:
    """Reviews that conflicts and loads allow, by augmenting paths."""
    need, cap = given_problem.need.copy(), given_problem.cap.copy()
    used = np.zeros(given_problem.shape, dtype=bool)

    def reach(p: int, seen: set[int]) -> bool:
        for r in np.flatnonzero(~given_problem.conflict[p] & ~used[p]):
            if r in seen:
                continue
            seen.add(int(r))
            if cap[r] > 0:
                cap[r] -= 1
                used[p, r] = True
                return True
            for other in np.flatnonzero(used[:, r]):
                if reach(int(other), seen):
                    used[other, r], used[p, r] = False, True
                    return True
        return False

    flow = 0
    for p in range(given_problem.shape[0]):
        while need[p] > 0 and reach(p, set()):
            need[p] -= 1
            flow += 1
    return flow


@pytest.mark.parametrize("block", range(8))
def test_conflicts_and_loads_hold_and_feasibility_agrees_with_a_flow(block: int) -> None:
    for seed in range(25 * block, 25 * (block + 1)):
        asked = random_problem(seed)
        found = assign(asked, "fair" if seed % 2 else "sum", connect=False)
        assert found.feasible == (largest_flow(asked) == asked.need.sum())
        chosen = np.zeros(asked.shape, dtype=int)
        for pair in found.pairs:
            assert not asked.conflict[pair]
            chosen[pair] += 1
        assert chosen.max(initial=0) <= 1
        assert (chosen.sum(axis=0) <= asked.cap).all()
        if found.feasible:
            assert (chosen.sum(axis=1) == asked.need).all()
        else:
            assert found.diagnosis is not None
            assert found.diagnosis.shortages


@few
@given(seeds)
def test_no_assignment_has_more_total_than_sum_nor_a_better_worst_than_fair(seed: int) -> None:
    asked = random_problem(seed)
    fair, most = (assign(asked, mode, alpha=1.0, connect=False) for mode in ("fair", "sum"))
    assert fair.feasible == most.feasible
    if fair.feasible:
        assert fair.total <= most.total + 1e-9
        assert (fair.worst or 0) >= (most.worst or 0) - 1e-9


def random_request(seed: int, with_rules: bool) -> Request:
    rng = np.random.default_rng(seed)
    size = int(rng.integers(1, 11))
    cost = rng.integers(1, 30, size)
    rules = []
    for g in range(int(rng.integers(0, 4)) if with_rules else 0):
        members = tuple(int(p) for p in np.flatnonzero(rng.random(size) < 0.5))
        least = int(rng.integers(0, 2))
        most = int(rng.integers(least, 5)) if rng.random() < 0.5 else None
        share = Fraction(int(rng.integers(1, 10)), 10) if rng.random() < 0.5 else None
        rules.append(GroupRule(f"g{g}", members, least=least, most=most, share=share))
    value = rng.integers(0, 20, size).astype(float)
    return request(value, cost, int(rng.integers(0, cost.sum() + 1)), rules=rules)


def best_by_trying(asked: Request) -> float | None:
    """The best value over all subsets that the checker accepts."""
    best = None
    for code in range(2**asked.size):
        funded = np.array([bool(code >> p & 1) for p in range(asked.size)])
        if not violations(asked, funded, np.where(funded, asked.minimum, 0)):
            worth = float(asked.value[funded].sum())
            best = worth if best is None else max(best, worth)
    return best


@settings(max_examples=40, deadline=None, derandomize=True)
@given(seeds, st.booleans())
def test_a_plan_is_the_best_of_all_subsets_or_there_is_none(seed: int, with_rules: bool) -> None:
    asked = random_request(seed, with_rules)
    found, best = allocate(asked), best_by_trying(asked)
    assert found.feasible == (best is not None)
    if best is not None:
        assert found.value == pytest.approx(best)
        assert violations(asked, found.funded, found.amount) == ()
        assert found.envy == ()
    else:
        assert all(relaxation.old != relaxation.new for relaxation in found.relaxations)


@few
@given(seeds)
def test_a_plan_is_worth_at_least_funding_by_rank_and_more_money_never_less(seed: int) -> None:
    asked = random_request(seed, with_rules=False)
    by_rank = rank_and_fund(asked.value, asked.request, asked.budget)
    plan = allocate(asked)
    richer = allocate(request(asked.value, asked.request, [int(asked.budget[0]) + 5]))
    assert plan.value >= by_rank.value - 1e-9
    assert richer.value >= plan.value - 1e-9


@few
@given(seeds)
def test_each_relaxation_alone_makes_a_plan_possible(seed: int) -> None:
    asked = random_request(seed, with_rules=True)
    for relaxation in allocate(asked).relaxations:
        budget, rules = asked.budget.tolist(), list(asked.rules)
        if relaxation.kind == "budget":
            # Shares are of the announced envelope.
            factor = Fraction(budget[0]) / relaxation.new if relaxation.new else Fraction(1)
            budget = [int(relaxation.new)]
            rules = [
                GroupRule(r.name, r.members, r.least, r.most, None if r.share is None else r.share * factor)
                for r in rules
            ]
        else:
            change = {"least": int, "most": int, "share": Fraction}[relaxation.kind](relaxation.new)
            rules = [
                GroupRule(**{**vars(r), relaxation.kind: change}) if r.name == relaxation.rule else r
                for r in rules
            ]
        assert allocate(request(asked.value, asked.request, budget, rules=rules)).feasible


@few
@given(seeds, st.sampled_from(["none", "add1"]))
def test_nobody_pays_more_than_the_endowment_and_projects_are_paid_exactly(
    seed: int, completion: str
) -> None:
    rng = np.random.default_rng(seed)
    cost = rng.integers(1, 40, 8).astype(float)
    utility = np.where(rng.random((8, 12)) < 0.4, rng.integers(1, 5, (8, 12)), 0).astype(float)
    budget = float(rng.integers(1, 150))
    found = equal_shares(cost, utility, budget, completion)
    paid = np.zeros(12)
    for purchase in found.purchases:
        assert purchase.payments.sum() == pytest.approx(cost[purchase.project])
        assert not purchase.payments[utility[purchase.project] == 0].any()
        paid += purchase.payments
    assert (paid <= found.endowment * (1 + 1e-9)).all()
    assert found.left == pytest.approx(found.endowment - paid, abs=1e-9)
    assert found.total_cost == pytest.approx(sum(cost[list(found.selected)]))
    assert found.total_cost <= budget + 1e-6
    assert len(set(found.selected)) == len(found.selected)
    rhos = [purchase.rho for purchase in found.purchases]
    assert all(later >= earlier * (1 - 1e-6) for earlier, later in zip(rhos, rhos[1:], strict=False))
