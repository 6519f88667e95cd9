"""What the plan is computed from (方案依据), out of a snapshot's content or of a ranking in the making. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

USED = ("key", "rank", "total", "priority", "parts", "outcomes")
"""What of a ranked row the plan depends on."""
EXACT = 4
"""The first format whose plans say exactly with which envelope a project would enter; plans of later formats are
computed as in this one, so that what the meeting decided about a plan holds for it in those too."""


def plan_payload(
    terms: Mapping[str, Any], requests: Sequence[Mapping[str, Any]], content: Mapping[str, Any]
) -> dict[str, Any]:
    """Terms and requests, with rules, rows, calibration and sheets of the ranking."""
    return {
        "terms": terms,
        "requests": list(requests),
        "rules": content["rules"],
        "rows": [{name: row[name] for name in USED} for row in content["rows"]],
        "calibration": content["calibration"],
        "sheets": content["inputs"]["sheets"],
        **({"format": EXACT} if content["format"] >= EXACT else {}),
    }


def payload_of_plan(content: Mapping[str, Any]) -> dict[str, Any]:
    """The payload from which the plan in a snapshot's content was computed."""
    return plan_payload(content["plan"]["terms"], content["plan"]["requests"], content)
