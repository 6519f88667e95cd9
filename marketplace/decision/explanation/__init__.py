"""Say why a project stands where it stands (结果说明): facts, and one paragraph in Chinese and in English."""

from marketplace.decision.explanation.facts import (
    Explanation,
    explain,
    explain_decision,
    explain_funding,
    gather,
)
from marketplace.decision.explanation.shapes import (
    Contribution,
    Decided,
    Facts,
    Favoured,
    Funding,
    Named,
    Neighbour,
    Recusal,
    Round,
    Swap,
)

__all__ = [
    "Contribution",
    "Decided",
    "Explanation",
    "Facts",
    "Favoured",
    "Funding",
    "Named",
    "Neighbour",
    "Recusal",
    "Round",
    "Swap",
    "explain",
    "explain_decision",
    "explain_funding",
    "gather",
]
