"""What a ranking is worth: intervals, tiers, sensitivity and paragraphs, from simulated panels."""

import json
import random
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from marketplace.core.canonical import canonical_json
from marketplace.priority.assessment import matrix_of
from marketplace.priority.evaluation import FORMAT, assessed, evaluate, preview
from marketplace.priority.inputs import pseudonyms_for, seed_of, with_sheets
from marketplace.priority.rules import Criterion, RoundRules, Source, rules_from_dict
from marketplace.priority.scores import announced_scores, differing

AT = datetime(2026, 6, 1, 4, tzinfo=UTC).isoformat()
RULES = RoundRules(
    10,
    (
        Criterion("outcome", "成果质量", "Outcome", 70, Source.OUTCOME),
        Criterion("on_time", "按期完成", "On time", 30, Source.ON_TIME),
    ),
)


def payload(
    scores: list[float],
    noise: float = 2.0,
    places: int = 2,
    bonus: tuple[int, ...] = (),
    experts: int = 5,
    late: int = 0,
) -> dict[str, Any]:
    """A round of projects, one a unit; every expert scores every outcome, some severely."""
    dice = random.Random(3)  # noqa: S311
    numbers = range(1, len(scores) + 1)
    severity = [dice.gauss(0, 3) for _ in range(experts)]
    sheets, outcomes = [], []
    for number, true in zip(numbers, scores, strict=True):
        marks = [min(100, max(0, true + severity[e] + dice.gauss(0, noise))) for e in range(experts)]
        sheets += [
            {"project_id": number, "expert": f"专家{e:02d}", "total": f"{mark:.2f}", "marks": {}}
            for e, mark in enumerate(marks)
        ]
        outcomes.append(
            {
                "project_id": number, "number": f"XM-{number}", "title": f"项目{number}", "unit_id": number,
                "score": f"{np.mean(marks):.2f}", "grade": "good", "decided_at": AT,
                "on_time": [number % late, 2] if late else [2, 2],
            }
        )  # fmt: skip
    entries = [
        {"id": n, "unit_id": n, "project_id": n, "number": f"XM-{n}", "part": "lead", "points": f"{points}.00",
         "reason": "", "earned_at": AT, "valid_until": "2029-06-01T00:00:00+00:00"}
        for n, points in enumerate(bonus, 1)
    ]  # fmt: skip
    units = [
        {"id": n, "name": f"单位{n}", "order": f"{n:03d}", "level": "county", "area": False} for n in numbers
    ]
    inputs = {
        "kind": "national", "at": AT, "seed": seed_of("YX"), "units": units, "outcomes": outcomes, "failed": [],
        "entries": entries, "selected": [], "declarations": [], "sheets": sheets,
    }  # fmt: skip
    return {"format": FORMAT, "rules": RULES.to_dict(), "places": places, "inputs": inputs}


def worth(found: dict[str, Any]) -> list[dict[str, Any]]:
    return [found["assessment"]["rows"][row["key"]] for row in found["rows"]]


def test_clear_candidates_are_certain_and_close_ones_go_to_the_meeting() -> None:
    found = evaluate(payload([92, 80.0, 82.5, 55], noise=3.0, places=2))
    tiers = {row["label"]: one["tier"] for row, one in zip(found["rows"], worth(found), strict=True)}
    assert tiers == {"项目1": "in", "项目2": "meeting", "项目3": "meeting", "项目4": "out"}
    for one in worth(found):
        assert 1 <= one["lo"] <= one["hi"] <= 4
        assert 0 <= one["chance"] <= 1000
    assert sum(one["chance"] for one in worth(found)) == pytest.approx(2000, abs=4)
    assert (found["calibration"]["sheets"], found["calibration"]["experts"]) == (20, 5)


def test_where_rule_and_calibration_disagree_about_the_cut_the_meeting_decides() -> None:
    given = payload([80, 79.9, 60], noise=0.2, places=1)
    found = evaluate(given)
    calibration = found["calibration"]
    swapped = {**calibration, "scores": {**calibration["scores"]}}
    first, second = (str(row["outcomes"][0]["project_id"]) for row in found["rows"][:2])
    swapped["scores"][first], swapped["scores"][second] = 7000, 9900
    tiers = [one["tier"] for one in worth(assessed(given, swapped))]
    assert tiers[:2] == ["meeting", "meeting"]


def test_without_sheets_the_scores_stand_as_they_are() -> None:
    given = payload([90, 80, 70])
    given["inputs"]["sheets"] = []
    found = evaluate(given)
    assert [(one["lo"], one["hi"], one["tier"]) for one in worth(found)] == [
        (1, 1, "in"), (2, 2, "in"), (3, 3, "out"),
    ]  # fmt: skip


def test_an_empty_round_is_computed_to_nothing() -> None:
    found = evaluate(payload([]))
    assert (found["rows"], found["excluded"], found["assessment"]["rows"]) == ([], [], {})


def test_the_smallest_change_of_weight_really_changes_the_list() -> None:
    given = payload([84, 90, 70, 88], noise=1.0, places=2, bonus=(4, 0, 6, 2), late=3)
    found = evaluate(given)
    change = found["assessment"]["sensitivity"]
    assert change is not None
    rules = rules_from_dict(given["rules"])
    old = {one.code: one.weight for one in rules.criteria}
    new = Decimal(change["to"])
    assert 0 < new < 100
    numbers = matrix_of(rules, found["rows"], found["calibration"])
    rest = (100 - float(new)) / (100 - old[change["criterion"]])
    weights = [float(new) / 100 if code == change["criterion"] else w * rest / 100 for code, w in old.items()]
    totals = numbers.marks @ np.array(weights)
    by_key = {row["key"]: total for row, total in zip(found["rows"], totals, strict=True)}
    assert by_key[change["enters"]] >= by_key[change["leaves"]] - 0.02
    before = {row["key"]: Decimal(row["total"]) for row in found["rows"]}
    assert before[change["enters"]] < before[change["leaves"]]


def test_every_pair_across_the_cut_is_compared_and_a_tie_there_is_told() -> None:
    found = evaluate(payload([90, 85, 85, 60], noise=0, places=2))["assessment"]
    assert found["compared"] == [2, 2]
    assert found["tied"] == ["project:2", "project:3"]
    whole = evaluate(payload([90, 85, 80, 60], places=4))["assessment"]
    assert (whole["compared"], whole["tied"], whole["sensitivity"]) == ([4, 0], [], None)


def test_numbers_of_the_matrix_add_up_to_the_totals() -> None:
    given = payload([84, 90, 70, 88], bonus=(4, -3, 30, 2), late=3)
    found = evaluate(given)
    numbers = matrix_of(rules_from_dict(given["rules"]), found["rows"], found["calibration"])
    assert numbers.marks @ numbers.weights == pytest.approx(numbers.totals, abs=0.011)


def test_every_row_is_told_in_both_languages() -> None:
    found = evaluate(payload([92, 80.0, 82.5, 55], noise=3.0, bonus=(20, 0, 0, -3)))
    for row, one in zip(found["rows"], worth(found), strict=True):
        assert f"综合得分{row['total']}分，在4个项目中排第{row['rank']}位" in one["zh"]
        assert f"scored {row['total']} points and ranks {row['rank']} of 4" in one["en"]
        assert "成果质量" in one["zh"]
        assert "成果质量" not in one["en"]
    told = " ".join(one["zh"] for one in worth(found))
    assert "另有成效加分10.00分" in told
    assert "因不合格等记录扣3.00分" in told
    assert "需会议审议" in told


def test_the_same_inputs_give_the_same_bytes() -> None:
    given = payload([92, 80.0, 82.5, 55], noise=3.0)
    found = evaluate(given)
    stored = json.loads(canonical_json({"payload": given, "found": found}))
    again = evaluate(stored["payload"])
    assert canonical_json(again) == canonical_json(found)
    assert canonical_json(assessed(stored["payload"], stored["found"]["calibration"])) == canonical_json(
        found
    )
    assert preview(given)["rows"] == found["rows"]
    given["inputs"]["sheets"].reverse()
    assert canonical_json(evaluate(given)["assessment"]) == canonical_json(found["assessment"])


def test_experts_keep_their_pseudonyms() -> None:
    names = pseudonyms_for({}, [11, 7, 42], random.Random(1))  # noqa: S311
    assert sorted(names.values()) == ["专家01", "专家02", "专家03"]
    more = pseudonyms_for(names, [7, 99, 11], random.Random(2))  # noqa: S311
    assert {key: more[key] for key in names} == names
    assert more["99"] == "专家04"
    scoring = {"criteria": [{"code": "a", "weight": 100}], "trim_from": 5}
    sheets = [{"project_id": 1, "expert": 7, "total": "80.00", "marks": {}, "scoring": scoring}]
    hidden = with_sheets({"kind": "pilot"}, sheets, names)
    assert hidden["sheets"][0]["expert"] == names["7"]
    assert hidden["scoring"] == {"1": scoring}


def test_scores_follow_from_the_marks() -> None:
    marks = [{"a": "90", "b": "80"}, {"a": "70", "b": "60.5"}, {"a": "80", "b": None}]
    inputs = {
        "sheets": [{"project_id": 1, "expert": f"E{n}", "marks": one} for n, one in enumerate(marks)],
        "scoring": {
            "1": {"criteria": [{"code": "a", "weight": 60}, {"code": "b", "weight": 40}], "trim_from": 5}
        },
        "outcomes": [{"project_id": 1, "number": "XM-1", "score": "76.10"}],
    }
    found = announced_scores(inputs)
    assert found == {"1": "76.10"}
    assert differing(inputs, found) == []
    inputs["outcomes"][0]["score"] = "76.11"
    assert differing(inputs, found) == ["XM-1"]
