"""假设测算: what would come of other weights, caps, places or guaranteed numbers. Pure; it changes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from marketplace.core.dataclass import dataclass
from marketplace.core.errors import Problem
from marketplace.core.text import N_
from marketplace.decision.ranking import rank as rank_with_draws
from marketplace.priority.assessment import matrix_of
from marketplace.priority.ranking import Row, ranked_and_excluded
from marketplace.priority.rules import LEVELS, RoundRules, rule_problems

AREA = "area"
GROUPS = (*LEVELS, AREA)
"""Groups for which a least number may be asked: levels of units, and marked mountain and island counties."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """假设: weights by code, cap, places, and the least number of places for each group."""

    weights: Mapping[str, int]
    priority_cap: int
    places: int
    least: Mapping[str, int] = field(default_factory=dict)

    def rules(self, official: RoundRules) -> RoundRules:
        """The official rules with what the scenario changes."""
        criteria = tuple(replace(one, weight=self.weights.get(one.code, 0)) for one in official.criteria)
        return replace(official, criteria=criteria, priority_cap=self.priority_cap)


def scenario_problems(official: RoundRules, scenario: Scenario) -> dict[str, Problem]:
    """What is wrong with a scenario by itself, by field. A weight may be 0 here: the criterion is left out."""
    problems: dict[str, Problem] = {}
    for code, weight in scenario.weights.items():
        if not 0 <= weight <= 100:
            problems[f"w_{code}"] = (N_("请填写%(least)s到%(most)s"), {"least": 0, "most": 100})
    total = sum(scenario.weights.values())
    if not problems and total != 100:
        problems[f"w_{next(iter(scenario.weights), '')}"] = (
            N_("各项权重之和必须等于100，现在是%(total)s"),
            {"total": total},
        )
    found = rule_problems(replace(official, priority_cap=scenario.priority_cap), scenario.places)
    problems |= {name: found[name] for name in ("places", "priority_cap") if name in found}
    for group in GROUPS:
        if not 0 <= scenario.least.get(group, 0) <= 500:
            problems[f"least_{group}"] = (N_("请填写%(least)s到%(most)s"), {"least": 0, "most": 500})
    if not problems and _needed(scenario.least) > scenario.places:
        problems["places"] = N_("各类最低数合计超过名额，无法同时满足")
    return problems


def group_problems(rows: Sequence[Row], scenario: Scenario) -> dict[str, Problem]:
    """Groups with fewer candidates than asked for: nothing is relaxed silently."""
    return {
        f"least_{group}": (N_("符合条件的只有%(count)s个"), {"count": _members(rows, group)})
        for group in GROUPS
        if _members(rows, group) < scenario.least.get(group, 0)
    }


def imagine(
    official: RoundRules, inputs: Mapping[str, Any], calibration: Mapping[str, Any] | None, scenario: Scenario
) -> tuple[list[Row], dict[str, Problem]]:
    """假设的名单: the rows with ``chosen``, and interval and chance where the experts' sheets are calibrated."""
    rules = scenario.rules(official)
    rows, _excluded = ranked_and_excluded(rules, inputs)
    problems = group_problems(rows, scenario)
    if problems or not rows:
        return [], problems
    chosen = choose(rows, scenario)
    shown = [{**row, "chosen": row["key"] in chosen} for row in rows]
    if calibration is not None:
        numbers = matrix_of(rules, rows, calibration)
        found = rank_with_draws(numbers.totals, numbers.draws, min(scenario.places, len(rows)))
        for place, row in enumerate(shown):
            row |= {
                "lo": found.rank_lo[place],
                "hi": found.rank_hi[place],
                "chance": round(float(found.p_top_k[place]) * 1000),
            }
    return shown, {}


def choose(rows: Sequence[Row], scenario: Scenario) -> set[str]:
    """The best by rank such that every group gets its least number. Levels exclude each other and marked counties are
    counties, so going down the ranking and keeping the places still needed free gives the best such set."""
    left, missing = scenario.places, dict(scenario.least)
    chosen: set[str] = set()
    for row in rows:
        after = {group: max(0, n - (group in _groups(row))) for group, n in missing.items()}
        if left > 0 and _needed(after) <= left - 1:
            chosen.add(row["key"])
            left, missing = left - 1, after
    return chosen


def _groups(row: Row) -> set[str]:
    marked = row["area"] and row["level"] == "county"
    return {row["level"], AREA} if marked else {row["level"]}


def _members(rows: Sequence[Row], group: str) -> int:
    return sum(group in _groups(row) for row in rows)


def _needed(missing: Mapping[str, int]) -> int:
    """The fewest places that satisfy all groups: a marked county counts as a county as well."""
    levels = sum(missing.get(level, 0) for level in LEVELS)
    return levels + max(0, missing.get(AREA, 0) - missing.get("county", 0))


def compared(official: Sequence[Row], places: int, imagined: Sequence[Row]) -> dict[str, list[str]]:
    """与正式排序相比: who would come in and who would go, by name."""
    before = {row["key"]: row["label"] for row in official[:places]}
    after = {row["key"]: row["label"] for row in imagined if row["chosen"]}
    return {
        "enter": [label for key, label in after.items() if key not in before],
        "leave": [label for key, label in before.items() if key not in after],
    }
