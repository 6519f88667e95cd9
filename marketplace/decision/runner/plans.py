"""Cases about plans: assignment, knapsacks, group rules, funding by rank, equal shares."""

from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from typing import Any

from marketplace.decision.allocation import (
    GroupRule,
    Request,
    allocate,
    effective_votes,
    equal_shares,
    rank_and_fund,
    request,
)
from marketplace.decision.arrays import Bools, Floats, Ints, np
from marketplace.decision.assignment import Assignment, Problem, assign, problem
from marketplace.decision.base import InputError
from marketplace.decision.ranking import best_first
from marketplace.decision.runner.inputs import MOST, Inputs, exact, exacts

TIME_S = 10.0
# Whole numbers up to here are exact in floating point.
EXACT = 2**53
NO_ASSIGNMENT = "negative = do not assign"


def run_assignment(given: Inputs) -> dict[str, Any]:
    """The assignment by sum and by fairness; infeasible ones name the projects that fall short."""
    asked = _problem(given)
    by_sum = assign(asked, "sum", time_s=TIME_S, connect=False)
    if not by_sum.feasible:
        return {"feasible": False, "short_projects": _short(by_sum)}
    fair = assign(asked, "fair", alpha=1.0, time_s=TIME_S, connect=False)
    chosen = [asked.affinity[pair] for pair in by_sum.pairs]
    return {
        "feasible": True,
        "max_sum_total": by_sum.total,
        "max_sum_worst_project": float(by_sum.score.min(initial=np.inf)),
        "max_min_worst_project": float(fair.score.min(initial=np.inf)),
        "max_min_total": fair.total,
        "max_min_assignment_project_to_reviewer_one_optimum": _by_project(fair),
        "assigned_pairs": len(by_sum.pairs),
        "chosen_values": [float(value) for value in chosen],
        "every_assigned_pair_affinity": float(chosen[0]) if len(set(chosen)) == 1 else None,
        "conflict_pairs_used": sum(bool(asked.conflict[pair]) for pair in by_sum.pairs),
    }


def _problem(given: Inputs) -> Problem:
    scores, conflict = _affinity(given)
    return problem(
        scores,
        conflict,
        need=given.whole("reviews_per_project", minimum=1),
        cap=given.whole("reviewer_cap"),
        low=given.whole("reviewer_min", 0),
    )


def _affinity(given: Inputs) -> tuple[Floats, Bools]:
    """Affinities [P, R] and conflicts; a file may say that negative entries are conflicts."""
    if given.has("affinity_csv"):
        cells = [
            [float(exact(cell, "inputs.affinity_csv")) for cell in row] for row in given.table("affinity_csv")
        ]
        if not cells or len({len(row) for row in cells}) != 1:
            raise InputError("inputs.affinity_csv", "rows must be of equal length")
        scores = np.array(cells)
        listed = _conflicts(given, scores.shape[0], scores.shape[1])
        return scores, listed | (scores < 0) if NO_ASSIGNMENT in given.text("affinity_csv", "") else listed
    if given.has("affinity_projects_x_reviewers"):
        scores = given.matrix("affinity_projects_x_reviewers")
    else:
        projects, reviewers = given.whole("projects", minimum=1), given.whole("reviewers", minimum=1)
        if projects * reviewers > MOST:
            raise InputError("inputs.projects", f"at most {MOST:,} pairs of projects and reviewers")
        scores = np.zeros((projects, reviewers))
    return scores, _conflicts(given, scores.shape[0], scores.shape[1])


def _conflicts(given: Inputs, projects: int, reviewers: int) -> Bools:
    forbidden = np.zeros((projects, reviewers), dtype=bool)
    pairs = given.values.get("conflicts") or []
    if pairs == "all pairs":
        return ~forbidden
    if not isinstance(pairs, list):
        raise InputError("inputs.conflicts", 'must be a list of pairs or "all pairs"')
    for pair in pairs:
        if not (isinstance(pair, list) and len(pair) == 2 and all(type(n) is int for n in pair)):
            raise InputError("inputs.conflicts", "each must be [project, reviewer]")
        if not (0 <= pair[0] < projects and 0 <= pair[1] < reviewers):
            raise InputError("inputs.conflicts", f"no project {pair[0]} or reviewer {pair[1]}")
        forbidden[pair[0], pair[1]] = True
    return forbidden


def _by_project(found: Assignment) -> dict[str, list[int]]:
    by_project: dict[str, list[int]] = {}
    for project, reviewer in found.pairs:
        by_project.setdefault(str(project), []).append(reviewer)
    return by_project


def _short(found: Assignment) -> list[dict[str, Any]]:
    shortages = found.diagnosis.shortages if found.diagnosis else ()
    return [{"project": s.project, "missing": s.missing, "reason": s.reason.value} for s in shortages]


def run_knapsack(given: Inputs) -> dict[str, Any]:
    """The most value within one budget."""
    cost = exacts(given.any("cost"), "inputs.cost")
    asked, unit = _request(given, [cost], [exact(given.any("budget"), "inputs.budget")])
    plan = allocate(asked, time_s=TIME_S, top_up=False)
    return {
        "optimal_value": plan.value,
        "optimal_cost": float(Fraction(int(plan.amount.sum())) / unit),
        "selected": plan.funded.astype(int).tolist(),
    }


def run_multi_knapsack(given: Inputs) -> dict[str, Any]:
    """The most value within several budgets."""
    budgets = exacts(given.any("budgets"), "inputs.budgets")
    key = "cost_constraint_x_project"
    cost = [exacts(row, f"inputs.{key}[{y}]") for y, row in enumerate(given.rows(key))]
    asked, _ = _request(given, cost, budgets)
    plan = allocate(asked, time_s=TIME_S, top_up=False)
    return {"optimal_value": plan.value, "one_optimal_selection": plan.funded.astype(int).tolist()}


def run_group_constrained(given: Inputs) -> dict[str, Any]:
    """For every variant the best plan with and without group rules, or that there is none."""
    return {"results": [_variant(given, variant, k) for k, variant in enumerate(given.rows("variants"))]}


def _variant(given: Inputs, variant: Any, k: int) -> dict[str, Any]:
    where = f"inputs.variants[{k}]"
    if not isinstance(variant, dict):
        raise InputError(where, "must be an object")
    budget = [exact(variant.get("budget"), f"{where}.budget")]
    cost = [exacts(given.any("cost"), "inputs.cost")]
    free = allocate(_request(given, cost, budget)[0], time_s=TIME_S, top_up=False)
    rules = _group_rules(given, variant, where)
    bound = allocate(_request(given, cost, budget, rules)[0], time_s=TIME_S, top_up=False)
    result = {**variant, "feasible": bound.feasible, "optimal_value_without_group_rules": free.value}
    if not bound.feasible:
        return result | {"repairs": [f"{r.rule}: {r.kind} {float(r.new):g}" for r in bound.relaxations]}
    return result | {"optimal_value": bound.value, "price_of_fairness": free.value - bound.value}


def _group_rules(given: Inputs, variant: dict[str, Any], where: str) -> list[GroupRule]:
    labels = given.rows("group")
    least = exact(variant.get("min_projects_per_group", 0), f"{where}.min_projects_per_group")
    if least < 0 or least.denominator != 1:
        raise InputError(f"{where}.min_projects_per_group", "must be a whole number from 0")
    share = variant.get("max_budget_share_per_group")
    most = None if share is None else exact(share, f"{where}.max_budget_share_per_group")
    names = sorted({str(label) for label in labels})
    members = {name: tuple(p for p, label in enumerate(labels) if str(label) == name) for name in names}
    return [
        GroupRule(name, who, least=min(int(least), len(who)), share=most) for name, who in members.items()
    ]


def _request(
    given: Inputs,
    cost: Sequence[Sequence[Fraction]],
    budgets: Sequence[Fraction],
    rules: Sequence[GroupRule] = (),
) -> tuple[Request, int]:
    """The problem in whole units; a unit of the case is `unit` of them."""
    value = given.positive("value")
    if len(cost) != len(budgets) or any(len(row) != len(value) for row in cost):
        raise InputError(
            "inputs.cost", f"one cost for each of {len(value)} projects and each budget is needed"
        )
    if any(number < 0 for row in [*cost, budgets] for number in row):
        raise InputError("inputs.cost", "costs and budgets must not be negative")
    unit = lcm(*(number.denominator for row in [*cost, budgets] for number in row))
    if any(number * unit > EXACT for row in [*cost, budgets] for number in row):
        raise InputError("inputs.cost", "too large or too finely divided to be exact")
    table: Ints = np.array([[int(number * unit) for number in row] for row in cost], dtype=np.int64)
    limits = [int(number * unit) for number in budgets]
    return request(value, table.reshape(len(limits), len(value)), limits, rules=rules), unit


def run_rank_and_fund(given: Inputs) -> dict[str, Any]:
    """Down the list, beside the best plan."""
    cost = exacts(given.any("cost"), "inputs.cost")
    asked, unit = _request(given, [cost], [exact(given.any("budget"), "inputs.budget")])
    skip = given.values.get("skip_when_too_expensive", True)
    if not isinstance(skip, bool):
        raise InputError("inputs.skip_when_too_expensive", "must be true or false")
    found = rank_and_fund(asked.value, asked.request, asked.budget, skip_when_too_expensive=skip)
    return {
        "selected": found.funded.astype(int).tolist(),
        "left_over": float(Fraction(int(found.left_over.sum())) / unit),
        "value": found.value,
        "knapsack_optimal_value": allocate(asked, time_s=TIME_S, top_up=False).value,
    }


def run_equal_shares(given: Inputs) -> dict[str, Any]:
    """Equal shares under cost utility, completed by Add1 when the case says so."""
    cost, budget = given.positive("cost"), given.number("budget")
    approved = _approvals(given, len(cost))
    utility = approved * cost[:, None]
    add1 = given.text("completion", "none").lower().startswith("add1")
    found = equal_shares(cost, utility, budget, "add1" if add1 else "none")
    supporters = approved.sum(axis=1)
    return {
        "selected_in_order": list(found.selected),
        "payment_per_supporter": [purchase.largest_payment for purchase in found.purchases],
        "first_round_vote_counts": supporters.astype(int).tolist(),
        "effective_votes_round2": _second_round(cost, utility, found.selected, budget),
        "selected": sorted(found.selected),
        "n_selected": len(found.selected),
        "total_cost": found.total_cost,
        "rank_and_fund_would_select": _by_votes(cost, supporters, budget),
    }


def _approvals(given: Inputs, projects: int) -> Floats:
    """Who approves what [P, V], from lists by project or from ballots with their number."""
    voters = given.whole("voters", minimum=1)
    approved = np.zeros((projects, voters))
    if given.one_of("approvals_by_project_voters_1based", "ballots_approved_indices_and_count").startswith(
        "app"
    ):
        lists = given.rows("approvals_by_project_voters_1based")
        if len(lists) != projects:
            raise InputError(
                "inputs.approvals_by_project_voters_1based", "one list for each project is needed"
            )
        for p, names in enumerate(lists):
            approved[p, [v - 1 for v in _numbers(names, 1, voters, f"approvals of project {p}")]] = 1.0
        return approved
    first = 0
    for k, ballot in enumerate(given.rows("ballots_approved_indices_and_count")):
        where = f"inputs.ballots_approved_indices_and_count[{k}]"
        if not isinstance(ballot, list) or len(ballot) != 2:
            raise InputError(where, "must be [approved projects, number of ballots]")
        (count,) = _numbers([ballot[1]], 0, voters - first, where)
        approved[_numbers(ballot[0], 0, projects - 1, where), first : first + count] = 1.0
        first += count
    return approved


def _numbers(values: Any, low: int, high: int, where: str) -> list[int]:
    if not isinstance(values, list) or any(type(v) is not int or not low <= v <= high for v in values):
        raise InputError(where, f"must be whole numbers in {low}–{high}")
    return values


def _second_round(
    cost: Floats, utility: Floats, selected: Sequence[int], budget: float
) -> list[float | None]:
    """Effective votes after the first purchase; null for what is bought."""
    left = np.full(utility.shape[1], budget / utility.shape[1])
    if selected:
        first = selected[0]
        rho = effective_votes(cost[first], utility[first], left)
        left = left - np.minimum(left, np.where(utility[first] > 0, cost[first] / rho, 0.0))
    return [
        None if p in selected[:1] else effective_votes(cost[p], utility[p], left) for p in range(len(cost))
    ]


def _by_votes(cost: Floats, supporters: Floats, budget: float) -> list[int]:
    left, taken = budget, []
    for p in best_first(supporters):
        if cost[p] <= left:
            taken.append(p)
            left -= float(cost[p])
    return sorted(taken)
