"""Score items by the announced rule (公告规则): weighted sheets, extremes dropped, mean, ties as ruled.

All arithmetic is exact (`Fraction`, `Decimal`); no float can enter, so two offices always print the same
score. The rule: weights sum to exactly 100; every sheet has a weighted total; from `trim_from` sheets on one
highest and one lowest total leave; the mean, two decimals, half up; equal scores are ranked by the tie-break
criterion, and what is still equal is flagged for a vote of the panel.
"""

from marketplace.decision.rubric.checks import check_criteria
from marketplace.decision.rubric.ranking import aggregate, places_of
from marketplace.decision.rubric.scoring import score_item
from marketplace.decision.rubric.shapes import (
    DEFAULT_RULE,
    Criterion,
    Dropped,
    Item,
    ItemScore,
    Level,
    Mark,
    Missing,
    Place,
    Result,
    Rule,
    Sheet,
    Trace,
)
from marketplace.decision.rubric.sheets import trimmed_mean

__all__ = [
    "DEFAULT_RULE",
    "Criterion",
    "Dropped",
    "Item",
    "ItemScore",
    "Level",
    "Mark",
    "Missing",
    "Place",
    "Result",
    "Rule",
    "Sheet",
    "Trace",
    "aggregate",
    "check_criteria",
    "places_of",
    "score_item",
    "trimmed_mean",
]
