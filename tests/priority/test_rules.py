"""The pure rules: points, validity, ranking, ties, differences."""

import copy
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from marketplace.core.canonical import canonical_json
from marketplace.priority.points import earn, valid_until
from marketplace.priority.ranking import RankingRules, capped, counted, differences, rank, rules_from_dict

NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)
RULES = RankingRules(priority_cap=10)


def entry(key: int, unit: int, points: str, earned: datetime = NOW, days: int = 30) -> dict[str, Any]:
    return {
        "id": key, "unit_id": unit, "project_id": key, "number": f"XM-{key}", "part": "lead", "points": points,
        "reason": "牵头项目验收", "earned_at": earned.isoformat(),
        "valid_until": (earned + timedelta(days=days)).isoformat(),
    }  # fmt: skip


def outcome(key: int, unit: int, score: str, on_time: tuple[int, int] = (2, 2)) -> dict[str, Any]:
    return {
        "project_id": key, "number": f"XM-{key}", "title": f"项目{key}", "unit_id": unit, "score": score,
        "grade": "good", "on_time": list(on_time),
    }  # fmt: skip


def inputs(outcomes: list[dict[str, Any]], entries: list[dict[str, Any]], units: int = 4) -> dict[str, Any]:
    return {
        "kind": "pilot", "at": NOW.isoformat(), "outcomes": outcomes, "entries": entries,
        "units": [{"id": n, "name": f"单位{n}", "order": f"{n:03d}"} for n in range(1, units + 1)],
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
    rows = rank("pilot", RULES, given_)
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
    rows = rank("funding", RULES, given_)
    assert [(row["key"], row["total"]) for row in rows] == [
        ("project:3", "92.00"), ("project:1", "90.00"), ("project:2", "80.00"),
    ]  # fmt: skip


def test_ties_by_score_then_punctuality_then_official_order() -> None:
    given_ = inputs(
        [outcome(1, 1, "80.00", (1, 2)), outcome(2, 2, "80.00", (2, 2)), outcome(3, 3, "82.00"),
         outcome(4, 4, "80.00", (2, 2))],
        [entry(1, 1, "6.00"), entry(2, 2, "6.00"), entry(3, 3, "4.00"), entry(4, 4, "6.00")],
    )  # fmt: skip
    rows = rank("pilot", RULES, given_)
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
    rows = rank(kind, RULES, given_)
    shuffled = copy.deepcopy(given_)
    for name in ("entries", "units"):
        dice.shuffle(shuffled[name])
    assert rank(kind, RULES, shuffled) == rows
    stored = json.loads(canonical_json({"inputs": given_, "rows": rows}))
    assert canonical_json(rank(kind, RULES, stored["inputs"])) == canonical_json(rows)
    totals = [Decimal(row["total"]) for row in rows]
    assert totals == sorted(totals, reverse=True)
    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
    for row in rows:
        assert Decimal(row["total"]) == Decimal(row["base"]) + Decimal(row["priority"])
        assert Decimal(row["points"]) == sum((Decimal(e["points"]) for e in row["entries"]), Decimal(0))


def test_rules_survive_storage() -> None:
    assert rules_from_dict(RankingRules(7).to_dict()) == RankingRules(7)


def test_differences_name_what_came_went_and_moved() -> None:
    old = rank(
        "pilot", RULES, inputs([outcome(1, 1, "80.00"), outcome(2, 2, "70.00"), outcome(3, 3, "60.00")], [])
    )
    new = rank(
        "pilot", RULES, inputs([outcome(1, 1, "80.00"), outcome(2, 2, "81.00"), outcome(4, 4, "50.00")], [])
    )
    found = {change["key"]: change for change in differences(old, new)}
    assert set(found) == {"unit:1", "unit:2", "unit:3", "unit:4"}
    assert (found["unit:2"]["old"]["rank"], found["unit:2"]["new"]["rank"]) == (2, 1)
    assert found["unit:3"]["new"] is None
    assert found["unit:4"]["old"] is None
    assert differences(old, old) == []
