"""From frozen rules and inputs to everything a snapshot shows (轮次测算). Pure, and the same on every machine."""

from collections.abc import Mapping
from typing import Any, Protocol

from marketplace.core.text import N_
from marketplace.priority.assessment import assess
from marketplace.priority.ranking import ranked_and_excluded
from marketplace.priority.rules import rules_from_dict
from marketplace.priority.scores import announced_scores, differing
from marketplace.priority.uncertainty import calibrated

FORMAT = 5
"""How figures are computed and what a snapshot holds; snapshots of earlier formats stay as they were computed.
5: what a meeting decided, in a list or about a funding plan, names the meeting and its day.
4: what the meeting decided about candidates whose figures leave it open stands in the content (``meeting``).
3: sensitivity compares every row on the list with every other, and reason and moment stand in the content.
2: sensitivity compares the 40 rows on each side of the cut-off."""
OLD_FORMAT = 2
KIND = "round_ranking"
"""The kind of computation that the worker runs."""


class Report(Protocol):
    """Hears how far it is; the note is a Chinese msgid."""

    def __call__(self, percent: int, note: str = "") -> None: ...


def quietly(percent: int, note: str = "") -> None:
    """For those who wait anyway."""


def preview(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The rows alone, exact, without intervals: what a request may compute."""
    rows, excluded = ranked_and_excluded(rules_from_dict(payload["rules"]), payload["inputs"])
    return {"rows": rows, "excluded": excluded}


def assessed(payload: Mapping[str, Any], calibration: Mapping[str, Any]) -> dict[str, Any]:
    """Rows and what they are worth, given the calibration."""
    found = preview(payload)
    rules = rules_from_dict(payload["rules"])
    of_units = payload["inputs"]["kind"] == "pilot"
    every_row = payload.get("format", OLD_FORMAT) > OLD_FORMAT
    worth = assess(rules, payload["places"], found["rows"], calibration, of_units, every_row=every_row)
    return {**found, "calibration": dict(calibration), "assessment": worth}


def evaluate(payload: dict[str, Any], report: Report = quietly) -> dict[str, Any]:
    """测算: rules, places and inputs in; rows, excluded, calibration and assessment out."""
    report(5, N_("正在校正各专家的宽严"))
    inputs = payload["inputs"]
    announced = announced_scores(inputs)
    calibration = {
        **calibrated(inputs), "announced": announced, "differs": differing(inputs, announced),
    }  # fmt: skip
    report(60, N_("正在测算名次区间和敏感性"))
    return assessed(payload, calibration)
