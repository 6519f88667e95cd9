"""What an analysis is made from (分析的输入): plain values, the same whether they come from a page, a job or a file."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from fractions import Fraction
from typing import Any

from marketplace.core.dataclass import dataclass
from marketplace.decision import rubric as announced
from marketplace.decision.base import InputError
from marketplace.reviews.scoring import SheetFacts, score_all
from marketplace.topics.rules import Rubric, rubric_from_dict

DRAWS, SEED, LEVEL = 400, 20260101, 0.9
"""Draws and seed of every analysis: the same sheets always give the same figures."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One submitted sheet (评分表). ``marks``: criterion → mark as text, None for 无法判断. ``texts``: where a comment
    stands (criterion, or "" for the whole) → short fingerprint of the long comment; no words leave the sheet.
    ``saved_at``, ``submitted_at``: ISO moments."""

    item: int
    seat: int
    marks: Mapping[str, str | None]
    recused: bool = False
    saved_at: str = ""
    submitted_at: str = ""
    texts: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One panel with all its sheets. ``places``: how many may win, None where nothing is ranked against anything
    (验收). ``disagreement``: points between the highest and lowest total of an item above which the office must act,
    None for never."""

    rubric: Mapping[str, Any]
    trim_from: int
    items: Sequence[int]
    seats: Sequence[int]
    entries: Sequence[Entry]
    places: int | None
    disagreement: int | None = 20
    due_at: str = ""
    draws: int = DRAWS
    seed: int = SEED

    def payload(self) -> dict[str, Any]:
        """The plain form that is stored, hashed and computed from."""
        return asdict(self)

    @property
    def criteria(self) -> Rubric:
        """The frozen rubric."""
        return rubric_from_dict(self.rubric)

    def announced(self) -> announced.Result:
        """The result by the announced rule: the same function that makes the official one."""
        facts: dict[int, list[SheetFacts]] = {item: [] for item in self.items}
        for entry in self.entries:
            facts[entry.item].append(SheetFacts(entry.seat, _stored(entry.marks), entry.recused))
        return score_all(self.criteria, self.trim_from, facts)

    def counted(self) -> list[tuple[Entry, Fraction]]:
        """The sheets that count, each with its exact total: not recused, every criterion marked."""
        weights = {criterion.code: criterion.weight for criterion in self.criteria.criteria}
        found = []
        for entry in self.entries:
            marks = [entry.marks.get(code) for code in weights]
            if not entry.recused and None not in marks:
                total = sum(
                    (
                        Fraction(mark or 0) * weight
                        for mark, weight in zip(marks, weights.values(), strict=True)
                    ),
                    Fraction(0),
                )
                found.append((entry, total / 100))
        return found


def question_of(payload: Mapping[str, Any]) -> Question:
    """The question read back; refuses unknown or doubled sheets."""
    entries = tuple(Entry(**entry) for entry in payload["entries"])
    question = Question(**{**payload, "entries": entries})
    items, seats = set(question.items), set(question.seats)
    for entry in entries:
        if entry.item not in items or entry.seat not in seats:
            raise InputError(f"sheet of item {entry.item} by seat {entry.seat}", "unknown item or seat")
    if len({(entry.item, entry.seat) for entry in entries}) != len(entries):
        raise InputError("sheets", "one sheet for each item and seat")
    return question


def moment(text: str) -> datetime | None:
    """An ISO moment, or none."""
    return datetime.fromisoformat(text) if text else None


def _stored(marks: Mapping[str, str | None]) -> dict[str, Any]:
    return {code: {"score": mark, "unable": mark is None, "comment": ""} for code, mark in marks.items()}
