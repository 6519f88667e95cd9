"""Cases from files: clear refusals, files beside the case, and the keys that are asked for."""

import json
from pathlib import Path
from typing import Any

import pytest

import marketplace.data
from marketplace.decision.base import InputError
from marketplace.decision.runner import METHODS, run

FOLDER = Path(marketplace.data.__path__[0]) / "reference_cases"


def case(method: str, **inputs: Any) -> dict[str, Any]:
    return {"method": method, "inputs": inputs}


def test_without_expectations_a_case_gets_all_its_keys() -> None:
    found = run(case("weighted_sum", matrix=[[1, 2]], weights=[0.5, 0.5]), FOLDER)
    assert set(found) == {"scores", "contributions", "ranks_min", "best"}
    json.dumps(found)


def test_with_expectations_it_gets_only_those() -> None:
    asked = case("krippendorff_alpha", ratings_reviewer_x_unit=[[1, 2, 3], [1, 2, 4]])
    found = run(asked | {"expected": {"alpha": {"nominal": 0}, "alpha_published": {}}}, FOLDER)
    assert set(found) == {"alpha"}
    assert set(found["alpha"]) == {"nominal"}


def shortest_of_each_method() -> list[dict[str, Any]]:
    files = sorted(FOLDER.glob("*.json"), key=lambda path: path.stat().st_size, reverse=True)
    read = [json.loads(path.read_text(encoding="utf-8")) for path in files]
    return list({one["method"]: one for one in read}.values())


@pytest.mark.parametrize("given", shortest_of_each_method(), ids=lambda given: given["method"])
def test_an_answer_without_expectations_can_be_printed(given: dict[str, Any]) -> None:
    json.dumps(run({"method": given["method"], "inputs": given["inputs"]}, FOLDER), allow_nan=False)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([], "case: must be an object"),
        ({"method": "oracle", "inputs": {}}, "method: must be one of"),
        ({"inputs": {}}, "method: must be one of"),
        ({"method": "ahp"}, "inputs: must be an object"),
    ],
)
def test_what_is_no_case_is_refused(given: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        run(given, FOLDER)


@pytest.mark.parametrize("method", sorted(METHODS))
def test_missing_inputs_are_named(method: str) -> None:
    with pytest.raises(InputError, match=r"inputs\.\w+: is missing|inputs.csv: cannot read"):
        run(case(method), FOLDER)


KNAPSACK = {"budget": 10, "cost": [5, 6], "value": [1, 2]}
BALLOTS = {"budget": 9, "voters": 2, "cost": [4.0]}


@pytest.mark.parametrize(
    ("method", "inputs", "message"),
    [
        ("weighted_sum", {"matrix": [[1, 2]], "weights": [0.5, 0.6]}, "sum to 1 or 100"),
        ("weighted_sum", {"matrix": [[1, 2], [3]], "weights": [0.5, 0.5]}, "equal length"),
        ("weighted_sum", {"matrix": [[1, float("nan")]], "weights": [0.5, 0.5]}, "finite"),
        ("weighted_sum", {"matrix": 5, "weights": [1]}, "must be a list"),
        ("weighted_sum", {"matrix": [], "weights": []}, "at least one row"),
        ("sensitivity", {"matrix": [[1, 2]], "weights": [1]}, "1 weights for 2 criteria"),
        ("topsis", {"matrix": [[1], [2]], "weights": [1], "types": [2]}, r"types\[0\]"),
        ("topsis", {"matrix": [[1]], "weights": [1], "types": [1], "normalisation": 3}, "must be a text"),
        ("ahp", {"matrix": [[1, 2], [2, 1]]}, "reciprocal"),
        ("ahp", {"matrix": [[1, 2], [0.5, 1]], "random_index": [1]}, "random_index"),
        ("ahp", {"matrix": [[1]], "alternatives_matrices": [[[1]], [[1, 1], [1, 1]]]}, "same alternatives"),
        ("entropy_weight", {"matrix": [[-1, 2]]}, "at least 0"),
        ("trimmed_mean", {"scores": [80, 90]}, "leave none"),
        ("trimmed_mean", {"scores": [80, True, 90]}, "must be a number"),
        ("trimmed_mean", {"scores": [80, "x", 90]}, "must be a number"),
        ("trimmed_mean", {"scores": 80}, "must be a list"),
        ("trimmed_mean", {"csv": "../../glossary.csv"}, "beside the case"),
        ("trimmed_mean", {"csv": "data/nothing.csv"}, "cannot read"),
        ("rubric_pipeline", {"weights": [-1], "scores_project_x_criterion_x_reviewer": []}, "weights"),
        ("rubric_pipeline", {"weights": [1], "scores_project_x_criterion_x_reviewer": [[]]}, "each of the 1"),
        ("calibration_additive", {"records_project_reviewer_score": [[0, 0]]}, "needs 3 numbers"),
        ("calibration_additive", {"records_project_reviewer_score": [[0, -1, 5]]}, "whole numbers in 0"),
        ("calibration_mixed", {"records_project_reviewer_score": [[0, 0, 5], [0, 0, 6]]}, "given twice"),
        ("calibration_zscore", {"scores_of_one_reviewer": [5, 5]}, "differ"),
        (
            "calibration_bradley_terry",
            {"wins_winner_loser_count": [[0, 5, 1]], "items": ["a"]},
            "numbered 0–0",
        ),
        ("rank_interval", {"estimate": [1], "moe_90": [-1]}, "not be negative"),
        ("krippendorff_alpha", {"ratings_reviewer_x_unit": [1]}, "rows of marks"),
        ("krippendorff_alpha", {"ratings_reviewer_x_unit": [[1, "x"], [1, 2]]}, "must be numbers"),
        ("knapsack", KNAPSACK | {"budget": -1}, "not be negative"),
        ("knapsack", KNAPSACK | {"cost": [5]}, "each of 2 projects"),
        ("knapsack", KNAPSACK | {"value": [1, -2]}, "not be negative"),
        ("rank_and_fund", KNAPSACK | {"skip_when_too_expensive": "no"}, "true or false"),
        ("group_constrained_knapsack", KNAPSACK | {"variants": [1]}, "must be an object"),
        ("group_constrained_knapsack", KNAPSACK | {"group": ["a", "b"], "variants": [{}]}, "budget"),
        (
            "equal_shares",
            BALLOTS | {"ballots_approved_indices_and_count": [[[0], 3]]},
            "whole numbers in 0–2",
        ),
        (
            "equal_shares",
            BALLOTS | {"ballots_approved_indices_and_count": [[[7], 1]]},
            "whole numbers in 0–0",
        ),
        ("equal_shares", BALLOTS | {"ballots_approved_indices_and_count": [5]}, "approved projects"),
        ("knapsack", KNAPSACK | {"budget": 10**30}, "to be exact"),
        (
            "assignment",
            {"projects": 10**6, "reviewers": 9, "reviews_per_project": 1, "reviewer_cap": 1},
            "pairs",
        ),
        (
            "assignment",
            {"projects": 10**9, "reviewers": 1, "reviews_per_project": 1, "reviewer_cap": 1},
            "at most",
        ),
        ("calibration_mixed", {"records_project_reviewer_score": [[10**12, 0, 5]]}, "whole numbers in"),
        ("equal_shares", BALLOTS | {"approvals_by_project_voters_1based": []}, "one list for each"),
        (
            "assignment",
            {"projects": 2, "reviewers": 2, "reviews_per_project": 1.5, "reviewer_cap": 1},
            "whole",
        ),
    ],
)
def test_bad_inputs_are_refused_with_their_rule(method: str, inputs: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        run(case(method, **inputs), FOLDER)


@pytest.mark.parametrize(
    ("conflicts", "message"),
    [("some", "all pairs"), ([[0]], "project, reviewer"), ([[5, 0]], "no project 5")],
)
def test_bad_conflicts_are_refused(conflicts: Any, message: str) -> None:
    sizes = {"projects": 2, "reviewers": 2, "reviews_per_project": 1, "reviewer_cap": 1}
    with pytest.raises(InputError, match=message):
        run(case("assignment", conflicts=conflicts, **sizes), FOLDER)


def test_files_are_read_from_beside_the_case(tmp_path: Path) -> None:
    (tmp_path / "marks.csv").write_text("a,b,c,official\n70,80,90,80\n60,,70,65\n", encoding="utf-8")
    (tmp_path / "bare.csv").write_text("70,80,90,81\n", encoding="utf-8")
    bare = run(case("trimmed_mean", csv="bare.csv", drop_lowest=0, drop_highest=0), tmp_path)
    assert (bare["rows"], bare["max_abs_difference_from_official"]) == (1, 1.0)
    (tmp_path / "empty.csv").write_text("a,b\n", encoding="utf-8")
    with pytest.raises(InputError, match="at least one row"):
        run(case("trimmed_mean", csv="empty.csv"), tmp_path)
    found = run(
        case("trimmed_mean", csv="marks.csv (three experts)", drop_lowest=0, drop_highest=0), tmp_path
    )
    assert found == {"rows": 2, "rows_with_missing_mark": 1, "max_abs_difference_from_official": 0.0}
    (tmp_path / "affinity.csv").write_text("1,2\n-1,5\n", encoding="utf-8")
    sizes = {"reviews_per_project": 1, "reviewer_cap": 1}
    negative = case("assignment", affinity_csv="affinity.csv (negative = do not assign)", **sizes)
    assert run(negative, tmp_path)["max_sum_total"] == 6
    (tmp_path / "affinity.csv").write_text("1,2\n5\n", encoding="utf-8")
    with pytest.raises(InputError, match="equal length"):
        run(negative, tmp_path)


def test_an_infeasible_assignment_names_the_projects() -> None:
    sizes = {"projects": 2, "reviewers": 2, "reviews_per_project": 2, "reviewer_cap": 2}
    found = run(case("assignment", conflicts=[[0, 1]], **sizes), FOLDER)
    assert found == {
        "feasible": False,
        "short_projects": [{"project": 0, "missing": 1, "reason": "conflict"}],
    }
