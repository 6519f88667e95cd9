"""Outcome scores computed again from the marks (成果得分复算): by the announced rule, exactly."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from marketplace.decision.rubric import Criterion, Item, Rule, Sheet, aggregate


def announced_scores(inputs: Mapping[str, Any]) -> dict[str, str]:
    """Project → its score by its panel's rubric, for every outcome whose sheets are among the inputs."""
    found = {}
    for project, scoring in sorted(inputs.get("scoring", {}).items()):
        sheets = [sheet for sheet in inputs["sheets"] if str(sheet["project_id"]) == project]
        score = _score(project, scoring, sheets)
        if score is not None:
            found[project] = f"{score:.2f}"
    return found


def _score(project: str, scoring: Mapping[str, Any], sheets: Iterable[Mapping[str, Any]]) -> Decimal | None:
    criteria = [Criterion(one["code"], one["weight"]) for one in scoring["criteria"]]
    marks = tuple(
        Sheet(sheet["expert"], {one.code: _mark(sheet["marks"].get(one.code)) for one in criteria})
        for sheet in sheets
    )
    result = aggregate(criteria, [Item(project, marks)], Rule(trim_from=scoring["trim_from"]))
    return result.scores[0].score


def _mark(typed: str | None) -> Decimal | None:
    return None if typed is None else Decimal(typed)


def differing(inputs: Mapping[str, Any], announced: Mapping[str, str]) -> list[str]:
    """Numbers of the outcomes whose score on record is not what their sheets give."""
    return [
        one["number"]
        for one in inputs["outcomes"]
        if announced.get(str(one["project_id"]), one["score"]) != one["score"]
    ]
