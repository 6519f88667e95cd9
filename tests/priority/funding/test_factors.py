"""战略系数: bounded, the highest counts, value and score stand apart, and the paragraph says so."""

import json
from typing import Any

import pytest

from marketplace.priority.evaluation import FORMAT, evaluate
from marketplace.priority.funding.factors import Factor, applied, factors_problems
from marketplace.priority.funding.proposal import propose
from marketplace.priority.funding.record import plan_payload
from marketplace.priority.funding.terms import terms_from_dict
from marketplace.priority.rules import RoundRules
from tests.priority.frozen import INPUTS, REQUESTS, TERMS


def proposed(factors: list[dict[str, str]]) -> dict[str, Any]:
    """Two of four projects fit into the envelope; project 4 is of a marked county."""
    rules = RoundRules(0).to_dict()
    ranked = evaluate({"format": FORMAT, "places": 2, "rules": rules, "inputs": INPUTS})
    terms = {**TERMS, "groups": [], "factors": factors}
    content = {"format": FORMAT, "rules": rules, "inputs": INPUTS, **ranked}
    found: dict[str, Any] = json.loads(json.dumps(propose(plan_payload(terms, REQUESTS, content))))
    return found


def test_a_factor_raises_the_value_and_leaves_score_and_rank() -> None:
    plain, raised = proposed([]), proposed([{"subject": "level:county", "factor": "2.00"}])
    assert "factors" not in plain
    assert "factor" not in plain["rows"][0], "plans without factors stay as they always were"
    assert [row["funded"] for row in plain["rows"]] == [True, True, False, False]
    assert [row["funded"] for row in raised["rows"]] == [True, False, True, False]
    assert raised["by_factors"] == {"enter": ["project:3"], "leave": ["project:2"]}
    third = raised["rows"][2]
    assert (third["points"], third["factor"], third["value"]) == ("15.67", "2.00", "31.34")
    assert [(row["rank"], row["score"]) for row in raised["rows"]] == [
        (row["rank"], row["score"]) for row in plain["rows"]
    ]
    assert "战略系数为2.00，高出入选线的15.67分在方案中按31.34分计" in third["zh"]
    assert "若不设战略系数，结果不同" in third["zh"]
    assert "strategic factor 2.00: its 15.67 points above the cut-off count as 31.34" in third["en"]
    assert "战略系数" not in raised["rows"][0]["zh"]
    by_rank = [row["key"] for row in raised["rows"] if "by_rank" in row["others"]]
    assert by_rank == ["project:1", "project:2"], "funding by rank knows no factors"


def test_the_highest_counts_and_they_are_not_multiplied() -> None:
    factors = (Factor("level:county", "1.20"), Factor("area:1", "1.50"), Factor("field:公务用车", "1.10"))
    found = [applied(factors, line) for line in REQUESTS]
    assert [f"{one.factor}" for one in found] == ["1.10", "1.10", "1.20", "1.50"]
    assert found[3].said is not None
    assert found[3].said.zh == "山区海岛县的项目"


@pytest.mark.parametrize(
    ("factors", "field"),
    [
        ((Factor("level:county", "0.99"),), "factors.0.factor"),
        ((Factor("level:county", "2.01"),), "factors.0.factor"),
        ((Factor("level:county", "1.205"),), "factors.0.factor"),
        ((Factor("level:county", "NaN"),), "factors.0.factor"),
        ((Factor("city:*", "1.20"),), "factors.0.subject"),
        ((Factor("field:", "1.20"),), "factors.0.subject"),
        ((Factor("area:1", "1.20"), Factor("area:1", "1.30")), "factors.1.subject"),
    ],
)
def test_bad_factors_are_told_at_their_field(factors: tuple[Factor, ...], field: str) -> None:
    assert list(factors_problems(factors)) == [field]


def test_terms_of_before_read_without_factors_and_keep_their_hash() -> None:
    old = {name: value for name, value in TERMS.items() if name != "factors"}
    assert terms_from_dict(old).to_dict() == old
    assert terms_from_dict(TERMS).to_dict() == TERMS
