"""Funding: whole amounts, group rules, price, runners-up, relaxations, equal shares."""

from fractions import Fraction

import numpy as np
import pytest

from marketplace.decision.allocation import (
    GroupRule,
    Request,
    allocate,
    effective_votes,
    envelope,
    equal_shares,
    price_of_rules,
    rank_and_fund,
    request,
    robustness,
    runners_up,
    values_above,
    violations,
)
from marketplace.decision.base import Code, InputError

VALUE = [10.0, 9.0, 8.0, 7.0, 3.0]
COST = [500_000, 400_000, 300_000, 300_000, 100_000]


def test_the_best_plan_within_the_budget_in_whole_yuan() -> None:
    found = allocate(request(VALUE, COST, 1_000_001))
    assert (found.status, found.value, found.gap) == ("optimal", 24, 0)
    assert found.funded.tolist() == [False, True, True, True, False]
    assert found.amount.tolist() == [[0, 400_000, 300_000, 300_000, 0]]
    assert found.left_over.tolist() == [1]
    assert found.binding == ("budget of year 1",)
    assert found.envy == ()


def test_equal_values_go_to_the_cheaper_then_to_the_lower_number() -> None:
    assert allocate(request([5, 5, 5], [3, 2, 2], 2)).funded.tolist() == [False, True, False]


def test_an_envelope_for_everybody_funds_all_above_the_cut_off() -> None:
    value, eligible = values_above([90, 75, 69.9], 70, [1, 2, 1])
    assert value == pytest.approx([20, 10, 0])
    found = allocate(request(value, [1, 1, 1], 10, eligible=eligible))
    assert found.funded.tolist() == [True, True, False]
    assert found.binding == ()


def test_what_is_left_tops_up_from_the_minimum_by_rank() -> None:
    given = request([5, 4], [100, 100], 150, minimum=[60, 50])
    assert allocate(given).amount.tolist() == [[100, 50]]
    assert allocate(given, top_up=False).amount.tolist() == [[60, 50]]
    capped = request(
        [5, 4], [100, 100], 150, minimum=[60, 50], rules=[GroupRule("city", (0,), share=Fraction(1, 2))]
    )
    assert allocate(capped).amount.tolist() == [[75, 75]]


def test_several_years_each_have_their_envelope() -> None:
    found = allocate(request([5, 4, 3], [[6, 5, 1], [0, 5, 6]], [6, 6]))
    assert found.funded.tolist() == [True, False, False]
    assert (found.amount.sum(axis=1) <= [6, 6]).all()


def test_group_rules_hold_and_have_their_price() -> None:
    rules = [
        GroupRule("county", (3, 4), least=2),
        GroupRule("city", (1, 2, 3), most=1),
        GroupRule("field", (0,), share=Fraction(2, 5)),
    ]
    given = request(VALUE, COST, 1_000_000, rules=rules)
    found = allocate(given)
    assert violations(given, found.funded, found.amount) == ()
    assert found.funded.tolist() == [False, False, False, True, True]
    price = price_of_rules(given, found)
    assert (price.free_value, price.points, price.money) == (24, 14, 600_000)
    assert {"county", "city", "field"} <= set(found.binding)


def test_needs_are_funded_together() -> None:
    found = allocate(request([10, 1], [5, 5], 5, needs=[(0, 1)]))
    assert found.funded.tolist() == [False, True]


def test_rules_that_contradict_the_budget_have_no_plan_but_relaxations() -> None:
    rules = [GroupRule("county", (0, 1), least=2), GroupRule("city", (2,), least=1)]
    found = allocate(request([1, 1, 1], [4, 3, 5], 10, rules=rules))
    assert (found.feasible, found.status, found.warnings) == (False, "infeasible", (Code.INFEASIBLE,))
    assert not found.funded.any()
    assert {(r.rule, r.kind, int(r.old), int(r.new)) for r in found.relaxations} == {
        ("budget of year 1", "budget", 10, 12),
        ("county", "least", 2, 1),
        ("city", "least", 1, 0),
    }


def test_shares_and_caps_that_contradict_minimums_are_relaxed_in_the_list_only() -> None:
    rules = [GroupRule("all", (0, 1), least=2, share=Fraction(1, 2)), GroupRule("few", (0, 1), most=1)]
    found = allocate(request([1, 1], [4, 4], 10, rules=[rules[0]]))
    assert ("all", "share", Fraction(1, 2), Fraction(4, 5)) in [
        (r.rule, r.kind, r.old, r.new) for r in found.relaxations
    ]
    both = allocate(request([1, 1], [4, 4], 10, rules=[GroupRule("two", (0, 1), least=2), rules[1]]))
    assert {(r.rule, r.kind, int(r.new)) for r in both.relaxations} == {
        ("two", "least", 1),
        ("few", "most", 2),
    }


def test_an_envelope_below_the_smallest_request_says_what_is_missing() -> None:
    found = allocate(request([5, 4], [100, 80], 50))
    assert not found.funded.any()
    assert found.shortfall == 30
    assert Code.BUDGET_BELOW_SMALLEST in found.warnings


def test_a_rule_on_nobody_is_void_and_nothing_is_nothing() -> None:
    found = allocate(request([5], [1], 1, rules=[GroupRule("none", (), least=3)]))
    assert found.funded.tolist() == [True]
    assert found.warnings == (Code.VOID_RULE,)
    empty = allocate(request([], [], 5))
    assert empty.feasible
    assert Code.EMPTY in empty.warnings


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        (([-1.0], [1], 1), "not be negative"),
        (([float("nan")], [1], 1), "finite"),
        (([1.0], [0], 1), "above 0"),
        (([1.0], [1.5], 1), "whole numbers"),
        (([1.0], [-1], 1), "not be negative"),
        (([1.0], [1], -1), "not be negative"),
        (([1.0, 2.0], [1], 1), "each of 2 projects"),
    ],
)
def test_bad_requests_are_refused(arguments: tuple[object, ...], rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        request(*arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"minimum": [2, 1]}, "exceed the request"),
        ({"rules": [GroupRule("r", (0, 0))]}, "each once"),
        ({"rules": [GroupRule("r", (0,), least=2, most=1)]}, "contradict"),
        ({"rules": [GroupRule("r", (0,), least=-1)]}, "not be negative"),
        ({"rules": [GroupRule("r", (0,), share=Fraction(2))]}, "share"),
        ({"rules": [GroupRule("r", (0,)), GroupRule("r", (1,))]}, "differ"),
        ({"needs": [(0, 0)]}, "needs"),
        ({"eligible": [True]}, "each project"),
    ],
)
def test_bad_rules_are_refused(change: dict[str, object], rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        request([1.0, 2.0], [1, 1], 2, **change)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="factor"):
        values_above([80, 90], 70, [1])


@pytest.mark.parametrize("seed", [1, 2])
def test_a_plan_over_the_envelope_by_one_yuan_is_never_proposed(seed: int) -> None:
    # Nine digits and the best twelve one yuan too dear: a solver in floating point takes them all.
    cost = np.random.default_rng(seed).integers(10**8, 10**9, 25)
    value = cost / 10**9 * np.where(np.arange(25) < 12, 1.001, 1.0)
    given = request(value, cost, int(cost[:12].sum()) - 1)
    found = allocate(given)
    assert violations(given, found.funded, found.amount) == ()
    assert int(cost[found.funded].sum()) < int(cost[:12].sum())
    assert found.value > 0.99 * value[:12].sum()


def test_runners_up_know_their_loss_and_their_envelope() -> None:
    given = request(VALUE, COST, 1_000_000)
    plan = allocate(given)
    first = runners_up(given, plan, 2)
    assert [one.project for one in first] == [0, 4]
    assert first[0].loss == pytest.approx(24 - 22)
    assert first[0].falls_out == (2, 3)
    for one in first:
        assert one.enters_at is not None
        wider = allocate(request(VALUE, COST, one.enters_at))
        forced = allocate(
            request([v + 100 * (p == one.project) for p, v in enumerate(VALUE)], COST, one.enters_at)
        )
        assert forced.value - 100 == pytest.approx(wider.value)


def test_a_project_kept_out_by_a_rule_cannot_be_forced_in() -> None:
    given = request([5, 4], [1, 1], 2, rules=[GroupRule("closed", (1,), most=0)])
    (one,) = runners_up(given, allocate(given))
    assert (one.loss, one.falls_out, one.enters_at) == (None, (), None)


def test_robustness_counts_over_draws() -> None:
    given = request([5, 4, 1], [1, 1, 1], 2)
    draws = np.array([[5.0, 5, 5, 5], [4, 4, 4, 0], [1, 1, 1, 4]])
    found = robustness(given, draws)
    assert (found.funded.tolist(), found.solved) == ([4, 3, 1], 4)
    with pytest.raises(InputError, match="draws"):
        robustness(given, -draws)


def test_by_rank_skips_what_does_not_fit_or_stops_there() -> None:
    cost, budget = np.array([[5, 6, 2]]), np.array([8])
    skipping = rank_and_fund([3, 2, 1], cost, budget)
    stopping = rank_and_fund([3, 2, 1], cost, budget, skip_when_too_expensive=False)
    assert (skipping.funded.tolist(), skipping.left_over.tolist()) == ([True, False, True], [1])
    assert stopping.funded.tolist() == [True, False, False]
    only = rank_and_fund([3, 2, 1], cost, budget, eligible=np.array([False, True, True]))
    assert only.funded.tolist() == [False, True, True]
    with pytest.raises(InputError, match="each project"):
        rank_and_fund([1], cost, budget)


def test_equal_shares_buys_the_cheapest_per_utility_first() -> None:
    utility = np.array([[6.0, 6, 0, 0], [0, 0, 4, 4], [0, 0, 0, 9]])
    found = equal_shares([6, 4, 9], utility, 12)
    assert found.selected == (0, 1)
    assert found.left.tolist() == [0, 0, 1, 1]
    assert effective_votes(9, utility[2], found.left) == pytest.approx(1 / 9)
    assert effective_votes(9, np.zeros(4), found.left) == 0


def test_add1_stops_before_the_budget_is_exceeded() -> None:
    utility = np.array([[5.0, 0], [0, 5.0]])
    plain, completed = (equal_shares([5, 5], utility, 8, completion=c) for c in ("none", "add1"))
    assert plain.selected == ()
    assert completed.selected == ()
    assert equal_shares([5, 5], utility, 10).selected == (0, 1)
    assert equal_shares([6, 2], np.array([[6.0, 0], [0, 2.0]]), 10, "add1").selected == (0, 1)


def test_an_increment_too_small_for_the_budget_is_refused() -> None:
    with pytest.raises(InputError, match="too small"):
        equal_shares([50.0], np.array([[50.0, 0.0]]), 60, "add1", increment=1e-4)


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        (([0.0], np.ones((1, 2)), 5.0), "cost"),
        (([1.0], -np.ones((1, 2)), 5.0), "utility"),
        (([1.0], np.ones((2, 2)), 5.0), "utility"),
        (([1.0], np.ones((1, 2)), -1.0), "budget"),
        (([1.0], np.ones((1, 2)), 5.0, "phragmen"), "completion"),
    ],
)
def test_bad_elections_are_refused(arguments: tuple[object, ...], where: str) -> None:
    with pytest.raises(InputError) as refusal:
        equal_shares(*arguments)  # type: ignore[arg-type]
    assert refusal.value.where == where


@pytest.mark.parametrize("seed", range(12))
def test_the_envelope_is_the_least_with_which_a_project_enters(seed: int) -> None:
    """Every envelope below it is tried: none admits the project, it does."""
    dice = np.random.default_rng(seed)
    cost = dice.integers(3, 12, 6)
    value = dice.integers(1, 60, 6).astype(float)
    rules = [GroupRule("share", (0, 1, 2), share=Fraction(2, 5))] if seed % 3 == 0 else []

    def asked(budget: int) -> Request:
        return request(value, cost, budget, rules=rules)

    budget = int(cost.sum()) // 2
    plan = allocate(asked(budget))
    for one in runners_up(asked(budget), plan, 5):
        within = range(budget + 1, budget + int(cost[one.project]) + 1)
        admits = [more for more in within if enters(asked(more), one.project)]
        assert one.enters_at == (admits[0] if admits else None)


def enters(given: Request, project: int) -> bool:
    """Tried without any solver: all sets of projects."""
    sets = [np.array([bool(bits >> p & 1) for p in range(given.size)]) for bits in range(2**given.size)]
    good = [one for one in sets if not violations(given, one, np.where(one, given.minimum, 0))]
    best = max(float(given.value[one].sum()) for one in good)
    return any(one[project] and float(given.value[one].sum()) > best - 1e-6 for one in good)


def test_where_a_search_would_take_too_long_the_step_before_still_does_not_admit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(envelope, "MOST_SOLVES", 3)
    dice = np.random.default_rng(4)
    cost, value = dice.integers(30, 120, 6), dice.integers(1, 60, 6).astype(float)
    given = request(value, cost, int(cost.sum()) // 2)
    found = [one for one in runners_up(given, allocate(given), 5) if one.enters_at]
    assert found
    for one in found:
        at = one.enters_at or 0
        assert enters(request(value, cost, at), one.project)
        assert not enters(request(value, cost, at - 1), one.project)


def test_an_envelope_over_two_years_admits_and_the_step_before_does_not() -> None:
    minimum = [[60, 50, 20], [30, 0, 20]]
    value = [20.0, 8.0, 1.0]
    given = request(value, minimum, [60, 30])
    (one,) = runners_up(given, allocate(given), 1)
    assert (one.project, one.enters_at) == (1, 140)
    assert allocate(request(value, minimum, [110, 30])).funded.tolist() == [True, True, False]
    assert not allocate(request(value, minimum, [100, 30])).funded[1]


def test_the_least_envelope_is_whole_where_all_amounts_are() -> None:
    """Halving told 107.04 where 107.00 is true; told in steps of 100 元 it stays exact."""
    wan = 10_000
    given = request([10.0, 9.0], [70 * wan, 37 * wan], 100 * wan)
    (one,) = runners_up(given, allocate(given), 1, step=100)
    assert one.enters_at == 107 * wan
    (old,) = runners_up(given, allocate(given), 1, step=None)
    assert 107 * wan < (old.enters_at or 0) < 107.2 * wan
