"""Assign reviewers to projects (专家分配): fair or by sum, with conflicts, loads, units, expertise, repair."""

from marketplace.decision.assignment.assign import Assignment, assign, repair
from marketplace.decision.assignment.diagnosis import Diagnosis, Reason, Shortage
from marketplace.decision.assignment.problem import (
    Affinity,
    Pair,
    Problem,
    Quota,
    affinity,
    problem,
    topic_cosine,
)

__all__ = [
    "Affinity",
    "Assignment",
    "Diagnosis",
    "Pair",
    "Problem",
    "Quota",
    "Reason",
    "Shortage",
    "affinity",
    "assign",
    "problem",
    "repair",
    "topic_cosine",
]
