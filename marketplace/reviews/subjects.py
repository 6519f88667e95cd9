"""What is reviewed. This step knows neither bids nor outcomes: they bind themselves here (in wiring)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from marketplace.reviews.workflow import SubjectKind


@dataclass(frozen=True, slots=True)
class Subject:
    """评审对象: a bid or an outcome as a panel needs it. ``organisation_id`` leads; ``parties`` are all units with an
    interest in it, the lead among them or not."""

    subject_id: int
    label: str
    organisation_id: int
    parties: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SubjectPort:
    """How a kind of subject is found and read.

    ``subjects(session, source_id)``: what a panel on this source scores — the opened bids of a topic (source: topic
    id), or one outcome (source: outcome id). ``render(session, subject_id)``: template and context of the reading view
    shown beside the score sheet; it needs no more than five statements.
    """

    subjects: Callable[[Session, int], Sequence[Subject]]
    render: Callable[[Session, int], tuple[str, dict[str, Any]]]


SUBJECTS: dict[SubjectKind, SubjectPort] = {}
"""Filled in wiring."""
