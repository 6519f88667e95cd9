"""Weights of criteria (权重): AHP with repair advice, entropy as a check, and their blend."""

from marketplace.decision.weights.ahp import SAATY_1980, Ahp, Group, Repair, ahp, group, synthesise
from marketplace.decision.weights.entropy import Blend, Entropy, combine, entropy

__all__ = [
    "SAATY_1980",
    "Ahp",
    "Blend",
    "Entropy",
    "Group",
    "Repair",
    "ahp",
    "combine",
    "entropy",
    "group",
    "synthesise",
]
