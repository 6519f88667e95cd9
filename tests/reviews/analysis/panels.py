"""Small panels for the analysis: a table of marks becomes a question."""

from collections.abc import Mapping, Sequence
from typing import Any

from marketplace.reviews.analysis.question import Entry, Question
from marketplace.reviews.analysis.record import analyse
from marketplace.topics.rules import DEFAULT_RULES

RUBRIC: Mapping[str, Any] = DEFAULT_RULES.to_dict()["bid_rubric"]
CODES = [criterion["code"] for criterion in RUBRIC["criteria"]]
SEATS = (11, 12, 13, 14, 15, 16, 17, 18, 19)


def marks(value: float | None) -> dict[str, str | None]:
    """The same mark everywhere."""
    return dict.fromkeys(CODES, None if value is None else f"{value:g}")


def question(table: Sequence[Sequence[float | None]], **changes: Any) -> Question:
    """One row for each expert, one column for each item (numbered from 101); None: no sheet."""
    entries = [
        Entry(101 + column, SEATS[row], marks(value))
        for row, line in enumerate(table)
        for column, value in enumerate(line)
        if value is not None
    ]
    width = max((len(line) for line in table), default=0)
    given: dict[str, Any] = {
        "rubric": RUBRIC, "trim_from": 5, "items": tuple(range(101, 101 + width)), "seats": SEATS[: len(table)],
        "entries": tuple(entries), "places": 1,
    }  # fmt: skip
    return Question(**{**given, **changes})


def analysed(table: Sequence[Sequence[float | None]], **changes: Any) -> dict[str, Any]:
    """The record of a table of marks."""
    return analyse(question(table, **changes).payload(), lambda *_: None)
