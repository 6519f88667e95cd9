"""The pure rules: points, validity, ranking, ties, differences."""

import copy
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.core.canonical import canonical_json
from marketplace.organisations.models import LEAD_KINDS
from marketplace.priority.points import earn, valid_until
from marketplace.priority.ranking import capped, counted, differences, rank, ranked_and_excluded
from marketplace.priority.rules import (
    LEVELS,
    Conditions,
    Criterion,
    RoundRules,
    Source,
    rule_problems,
    rules_from_dict,
)

NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)
RULES = RoundRules(priority_cap=10)


def entry(key: int, unit: int, points: str, earned: datetime = NOW, days: int = 30) -> dict[str, Any]:
    return {
        "id": key, "unit_id": unit, "project_id": key, "number": f"XM-{key}", "part": "lead", "points": points,
        "reason": "牵头项目验收", "earned_at": earned.isoformat(),
        "valid_until": (earned + timedelta(days=days)).isoformat(),
    }  # fmt: skip


def outcome(key: int, unit: int, score: str, on_time: tuple[int, int] = (2, 2)) -> dict[str, Any]:
    return {
        "project_id": key, "number": f"XM-{key}", "title": f"项目{key}", "unit_id": unit, "score": score,
        "grade": "good", "on_time": list(on_time), "decided_at": NOW.isoformat(),
    }  # fmt: skip


def inputs(
    outcomes: list[dict[str, Any]],
    entries: list[dict[str, Any]],
    units: int = 4,
    kind: str = "pilot",
    **more: Any,
) -> dict[str, Any]:
    return {
        "kind": kind, "at": NOW.isoformat(), "seed": 7, "outcomes": outcomes, "entries": entries,
        "units": [
            {"id": n, "name": f"单位{n}", "order": f"{n:03d}", "level": "municipal", "area": False}
            for n in range(1, units + 1)
        ],
        "failed": [], "selected": [], "declarations": [], "sheets": [], **more,
    }  # fmt: skip


def test_lead_in_full_partners_their_share_failures_in_red() -> None:
    earned = earn(10, "excellent", 50, 1, (2, 3))
    assert [(e.organisation_id, e.part, e.points) for e in earned] == [
        (1, "lead", Decimal(10)), (2, "partner", Decimal(5)), (3, "partner", Decimal(5)),
    ]  # fmt: skip
    assert [e.points for e in earn(-5, "fail", 50, 1, (2,))] == [Decimal(-5), Decimal("-2.50")]


@given(st.integers(-20, 20), st.integers(0, 100), st.lists(st.integers(2, 50), unique=True, max_size=5))
def test_points_are_proportional(points: int, share: int, partners: list[int]) -> None:
    lead, *others = earn(points, "good", share, 1, tuple(partners))
    assert lead.points == points
    for other in others:
        assert abs(other.points * 100 - Decimal(points) * share) <= Decimal("0.5")
        assert other.points.as_tuple().exponent == -2
        assert abs(other.points) <= abs(lead.points)


def test_points_expire_on_the_same_date_years_later() -> None:
    assert valid_until(datetime(2026, 3, 2, 1, tzinfo=UTC), 3) == datetime(2029, 3, 2, 1, tzinfo=UTC)
    assert valid_until(datetime(2024, 2, 29, 1, tzinfo=UTC), 3) == datetime(2027, 2, 28, 1, tzinfo=UTC)


def test_only_valid_points_count() -> None:
    rows = [
        entry(1, 1, "6.00", NOW - timedelta(days=31)),
        entry(2, 1, "5.00", NOW - timedelta(days=29)),
        entry(3, 1, "4.00", NOW + timedelta(seconds=1)),
        entry(4, 2, "9.00"),
        entry(5, 1, "1.00", NOW - timedelta(days=30)),
    ]
    assert [row["id"] for row in counted(rows, 1, NOW)] == [2]


@given(st.lists(st.decimals(-20, 20, places=2), max_size=6), st.integers(0, 50))
def test_the_cap_bounds_and_losses_count_in_full(points: list[Decimal], cap: int) -> None:
    total = sum(points, Decimal(0))
    assert capped(points, cap) == (Decimal(cap) if total > cap else total)


def test_pilots_rank_units_by_mean_score_plus_capped_points() -> None:
    given_ = inputs(
        [outcome(1, 1, "90.00"), outcome(2, 1, "80.01"), outcome(3, 2, "88.00"), outcome(4, 3, "70.00")],
        [entry(1, 1, "10.00"), entry(2, 1, "6.00"), entry(3, 2, "6.00")],
    )
    rows = rank(RULES, given_)
    names = ("rank", "unit_id", "base", "points", "priority", "total")
    assert [tuple(row[name] for name in names) for row in rows] == [
        (1, 1, "85.01", "16.00", "10.00", "95.01"),
        (2, 2, "88.00", "6.00", "6.00", "94.00"),
        (3, 3, "70.00", "0.00", "0.00", "70.00"),
    ]  # fmt: skip
    assert [one["number"] for one in rows[0]["outcomes"]] == ["XM-1", "XM-2"]
    assert [one["id"] for one in rows[0]["entries"]] == [1, 2]


def test_funding_ranks_projects_with_their_units_points() -> None:
    given_ = inputs(
        [outcome(1, 1, "90.00"), outcome(2, 1, "80.00"), outcome(3, 2, "88.00")], [entry(1, 2, "4.00")]
    )
    rows = rank(RULES, {**given_, "kind": "funding"})
    assert [(row["key"], row["total"]) for row in rows] == [
        ("project:3", "92.00"), ("project:1", "90.00"), ("project:2", "80.00"),
    ]  # fmt: skip


def test_ties_by_score_then_punctuality_then_official_order() -> None:
    given_ = inputs(
        [outcome(1, 1, "80.00", (1, 2)), outcome(2, 2, "80.00", (2, 2)), outcome(3, 3, "82.00"),
         outcome(4, 4, "80.00", (2, 2))],
        [entry(1, 1, "6.00"), entry(2, 2, "6.00"), entry(3, 3, "4.00"), entry(4, 4, "6.00")],
    )  # fmt: skip
    rows = rank(RULES, given_)
    assert {row["total"] for row in rows} == {"86.00"}
    assert [row["unit_id"] for row in rows] == [3, 2, 4, 1]


UNIT = st.integers(1, 4)
SCORES = st.integers(6000, 10000).map(lambda cents: f"{Decimal(cents) / 100:.2f}")
POINTS = st.integers(-500, 1000).map(lambda cents: f"{Decimal(cents) / 100:.2f}")


@given(
    st.lists(st.tuples(UNIT, SCORES, st.integers(0, 3)), min_size=1, max_size=8),
    st.lists(st.tuples(UNIT, POINTS), max_size=8),
    st.sampled_from(["pilot", "funding"]),
    st.randoms(),
)
def test_the_ranking_is_the_same_from_any_order_and_from_its_stored_form(
    outcomes: list[tuple[int, str, int]], entries: list[tuple[int, str]], kind: str, dice: Any
) -> None:
    given_ = inputs(
        [outcome(n, unit, score, (good, 3)) for n, (unit, score, good) in enumerate(outcomes, 1)],
        [entry(n, unit, points) for n, (unit, points) in enumerate(entries, 1)],
    )
    given_["kind"] = kind
    rows = rank(RULES, given_)
    shuffled = copy.deepcopy(given_)
    for name in ("entries", "units"):
        dice.shuffle(shuffled[name])
    assert rank(RULES, shuffled) == rows
    stored = json.loads(canonical_json({"inputs": given_, "rows": rows}))
    assert canonical_json(rank(RULES, stored["inputs"])) == canonical_json(rows)
    totals = [Decimal(row["total"]) for row in rows]
    assert totals == sorted(totals, reverse=True)
    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
    for row in rows:
        assert Decimal(row["total"]) == Decimal(row["base"]) + Decimal(row["priority"])
        assert Decimal(row["points"]) == sum((Decimal(e["points"]) for e in row["entries"]), Decimal(0))


DECLARED = Criterion("use", "采用单位数", "Adopting units", 30, Source.DECLARED, 10)
MIXED = RoundRules(
    0,
    (
        Criterion("outcome", "成果质量", "Outcome", 40, Source.OUTCOME),
        Criterion("points", "积分", "Points", 20, Source.POINTS, 20),
        Criterion("on_time", "按期", "On time", 10, Source.ON_TIME),
        DECLARED,
    ),
    Conditions(levels=("municipal",)),
)


@pytest.mark.parametrize("rules", [RoundRules(7), MIXED])
def test_rules_survive_storage(rules: RoundRules) -> None:
    assert rules_from_dict(json.loads(json.dumps(rules.to_dict()))) == rules


def test_a_list_of_before_ranks_by_outcomes_alone() -> None:
    assert rules_from_dict({"priority_cap": 7}) == RoundRules(7)
    assert set(LEVELS) == {str(kind) for kind in LEAD_KINDS}


def test_every_source_adds_its_share() -> None:
    declared = [
        {"key": "unit:1", "criterion": "use", "value": "7.00", "state": "accepted", "reason": ""},
        {"key": "unit:2", "criterion": "use", "value": "70.00", "state": "accepted", "reason": ""},
        {"key": "unit:3", "criterion": "use", "value": "9.00", "state": "refused", "reason": "无佐证"},
    ]
    given_ = inputs(
        [outcome(1, 1, "90.01", (1, 3)), outcome(2, 2, "80.00"), outcome(3, 3, "70.00", (0, 0))],
        [entry(1, 1, "5.00"), entry(2, 2, "50.00"), entry(3, 3, "-5.00")],
        declarations=declared,
    )
    rows = {row["unit_id"]: row for row in rank(MIXED, given_)}
    marks = {unit: [part["mark"] for part in row["parts"]] for unit, row in rows.items()}
    assert marks == {
        1: ["90.01", "25.00", "33.33", "70.00"],
        2: ["80.00", "100.00", "100.00", "100.00"],
        3: ["70.00", "0.00", "0.00", "0.00"],
    }
    assert [part["contribution"] for part in rows[1]["parts"]] == ["36.00", "5.00", "3.33", "21.00"]
    assert (rows[1]["base"], rows[1]["priority"], rows[1]["total"]) == ("65.33", "0.00", "65.33")
    assert [part["figure"] for part in rows[3]["parts"]] == ["70.00", "-5.00", None, None]


def reason_of(rules: RoundRules, given_: dict[str, Any], key: str = "unit:1") -> str:
    """Why the candidate is left out; empty when it is ranked."""
    rows, excluded = ranked_and_excluded(rules, given_)
    assert {row["key"] for row in rows}.isdisjoint(row["key"] for row in excluded)
    found = [row for row in excluded if row["key"] == key]
    return str(found[0]["reason"] % found[0]["params"]) if found else ""


CHOSEN = {"key": "unit:1", "list": "YX-2025-01", "snapshot": 1, "at": (NOW - timedelta(days=300)).isoformat()}
LONG_AGO = {**CHOSEN, "at": (NOW - timedelta(days=4 * 365)).isoformat()}
FAILED = {"unit_id": 1, "number": "XM-9", "decided_at": (NOW - timedelta(days=200)).isoformat()}


@pytest.mark.parametrize(
    ("conditions", "more", "reason"),
    [
        ({}, {}, ""),
        ({"levels": ("county",)}, {}, "本轮不面向市级单位"),
        ({"least_grade": "good"}, {}, ""),
        ({"least_grade": "excellent"}, {}, "近36个月内没有达到“优秀”的验收成果"),
        ({"failed_months": 6}, {"failed": [FAILED]}, ""),
        ({"failed_months": 12}, {"failed": [FAILED]}, "近12个月内有成果验收不合格（XM-9）"),
        ({"failed_months": 0}, {"failed": [FAILED]}, ""),
        ({"selected_most": 2}, {"selected": [CHOSEN]}, ""),
        ({"selected_most": 1}, {"selected": [CHOSEN]}, "近3年已入选同类名单1次，上限1次"),
        ({"selected_most": 1}, {"selected": [LONG_AGO]}, ""),
        ({"selected_most": 1}, {"selected": [{**CHOSEN, "key": "unit:2"}]}, ""),
        ({"selected_most": 0}, {"selected": [CHOSEN]}, ""),
    ],
)
def test_each_condition_answers_with_its_reason(
    conditions: dict[str, Any], more: dict[str, Any], reason: str
) -> None:
    rules = RoundRules(conditions=Conditions(**conditions))
    assert reason_of(rules, inputs([outcome(1, 1, "85.00"), outcome(2, 2, "95.00")], [], **more)) == reason


def test_an_old_outcome_does_not_count() -> None:
    old = {**outcome(1, 1, "95.00"), "decided_at": (NOW - timedelta(days=400)).isoformat()}
    given_ = inputs([old, outcome(2, 1, "81.00"), {**old, "project_id": 3, "unit_id": 2}], [])
    rules = RoundRules(conditions=Conditions(within_months=12))
    (row,) = rank(rules, given_)
    assert (row["base"], [one["project_id"] for one in row["outcomes"]]) == ("81.00", [2])
    assert reason_of(rules, given_, "unit:2") == "近12个月内没有达到“合格”的验收成果"


def test_the_best_projects_of_a_unit_take_its_places() -> None:
    given_ = inputs(
        [outcome(1, 1, "80.00"), outcome(2, 1, "95.00"), outcome(3, 1, "90.00"), outcome(4, 2, "70.00")], [],
        kind="national",
    )  # fmt: skip
    rules = RoundRules(conditions=Conditions(per_unit=2))
    assert [(row["key"], row["rank"]) for row in rank(rules, given_)] == [
        ("project:2", 1), ("project:3", 2), ("project:4", 3),
    ]  # fmt: skip
    assert reason_of(rules, given_, "project:1") == "同一单位最多列入2项，已有得分更高的项目"


def changed_rules(**changes: Any) -> RoundRules:
    return replace(MIXED, **changes)


def reweighed(*weights: int) -> tuple[Criterion, ...]:
    return tuple(replace(one, weight=weight) for one, weight in zip(MIXED.criteria, weights, strict=True))


@pytest.mark.parametrize(
    ("rules", "places", "field"),
    [
        (MIXED, 0, "places"),
        (MIXED, 501, "places"),
        (changed_rules(priority_cap=31), 5, "priority_cap"),
        (changed_rules(priority_cap=-1), 5, "priority_cap"),
        (changed_rules(priority_cap=5), 5, "priority_cap"),
        (changed_rules(criteria=()), 5, "criteria"),
        (changed_rules(criteria=reweighed(40, 20, 10, 29)), 5, "criteria"),
        (changed_rules(criteria=(*MIXED.criteria[:3], replace(MIXED.criteria[0], weight=30))), 5, "criteria"),
        (changed_rules(criteria=reweighed(0, 20, 10, 70)), 5, "criteria.0.weight"),
        (changed_rules(criteria=reweighed(-10, 20, 60, 30)), 5, "criteria.0.weight"),
        (changed_rules(criteria=(replace(DECLARED, weight=100, full=None),)), 5, "criteria.0.full"),
        (changed_rules(criteria=(replace(DECLARED, weight=100, full=0),)), 5, "criteria.0.full"),
        (changed_rules(criteria=(replace(DECLARED, weight=100, source="guess"),)), 5, "criteria.0.source"),
        (changed_rules(criteria=(replace(DECLARED, weight=100, label=""),)), 5, "criteria.0.label"),
        (changed_rules(conditions=Conditions(least_grade="fail")), 5, "least_grade"),
        (changed_rules(conditions=Conditions(levels=())), 5, "levels"),
        (changed_rules(conditions=Conditions(levels=("company",))), 5, "levels"),
        (changed_rules(conditions=Conditions(within_months=0)), 5, "within_months"),
        (changed_rules(conditions=Conditions(selected_most=-1)), 5, "selected_most"),
        (changed_rules(conditions=Conditions(per_unit=51)), 5, "per_unit"),
    ],
)
def test_bad_rules_are_named_at_their_field(rules: RoundRules, places: int, field: str) -> None:
    assert set(rule_problems(rules, places)) == {field}
    assert rule_problems(MIXED, 5) == {}


def test_differences_name_what_came_went_and_moved() -> None:
    old = rank(RULES, inputs([outcome(1, 1, "80.00"), outcome(2, 2, "70.00"), outcome(3, 3, "60.00")], []))
    new = rank(RULES, inputs([outcome(1, 1, "80.00"), outcome(2, 2, "81.00"), outcome(4, 4, "50.00")], []))
    found = {change["key"]: change for change in differences(old, new)}
    assert set(found) == {"unit:1", "unit:2", "unit:3", "unit:4"}
    assert (found["unit:2"]["old"]["rank"], found["unit:2"]["new"]["rank"]) == (2, 1)
    assert found["unit:3"]["new"] is None
    assert found["unit:4"]["old"] is None
    assert differences(old, old) == []
