"""What no draft may hold: over-long text, forged choices, impossible numbers (格式检查). Pure."""

from collections.abc import Collection, Iterator
from dataclasses import fields
from typing import Any

from marketplace.bids.content import BidContent, Source
from marketplace.core.errors import Problem
from marketplace.core.money import MOST_FEN
from marketplace.core.text import N_, has_forbidden_characters

LIMITS = {
    "leader_name": 40,
    "leader_title": 80,
    "leader_phone": 40,
    "understanding": 3000,
    "approach": 8000,
    "basis": 3000,
    "budget_statement": 1000,
    "organisation": 3000,
    "replication": 3000,
    "risks": 3000,
    "indicators.deliverable_key": 40,
    "indicators.name": 120,
    "indicators.present": 200,
    "indicators.target": 200,
    "indicators.proof": 300,
    "milestones.name": 80,
    "milestones.deliverable": 300,
    "milestones.evidence": 120,
    "milestones.responsible": 80,
    "team.name": 40,
    "team.unit": 120,
    "team.title": 80,
    "team.field": 80,
    "team.task": 200,
    "budget.source": 16,
    "budget.subject": 120,
}
"""Most characters of each text."""

MOST_ROWS = {"indicators": 40, "milestones": 20, "team": 30, "budget": 30}
MOST_EVIDENCE = 12
MOST_MONTHS = 60


def malformed(content: BidContent, deliverable_keys: Collection[str]) -> dict[str, Problem]:
    """Field (dotted within lists) to problem; empty when the draft may be stored."""
    found: dict[str, Problem] = {}
    for name, problem in _all(content, deliverable_keys):
        found.setdefault(name, problem)
    return found


def _all(content: BidContent, keys: Collection[str]) -> Iterator[tuple[str, Problem]]:
    for item in fields(content):
        value = getattr(content, item.name)
        if isinstance(value, str):
            yield from _text(item.name, item.name, value)
        elif isinstance(value, tuple):
            yield from _rows(item.name, value)
    yield from _choices(content, keys)
    yield from _numbers(content)


def _text(where: str, limit: str, value: str) -> Iterator[tuple[str, Problem]]:
    if len(value) > LIMITS[limit]:
        yield where, (N_("不超过%(most)s字"), {"most": LIMITS[limit]})
    if has_forbidden_characters(value):
        yield where, N_("含有不能保存的字符")


def _rows(name: str, rows: tuple[Any, ...]) -> Iterator[tuple[str, Problem]]:
    if len(rows) > MOST_ROWS[name]:
        yield name, (N_("最多%(most)s行"), {"most": MOST_ROWS[name]})
    for number, row in enumerate(rows):
        for item in fields(row):
            value = getattr(row, item.name)
            texts = value if isinstance(value, tuple) else (value,)
            if len(texts) > MOST_EVIDENCE:
                yield f"{name}.{number}.{item.name}", (N_("最多%(most)s行"), {"most": MOST_EVIDENCE})
            for text in texts:
                if isinstance(text, str):
                    yield from _text(f"{name}.{number}.{item.name}", f"{name}.{item.name}", text)


def _choices(content: BidContent, keys: Collection[str]) -> Iterator[tuple[str, Problem]]:
    for number, line in enumerate(content.indicators):
        if line.deliverable_key and line.deliverable_key not in keys:
            yield f"indicators.{number}.deliverable_key", N_("请从榜题的交付成果中选择")
    for number, amount in enumerate(content.budget):
        if amount.source not in set(Source):
            yield f"budget.{number}.source", N_("请选择经费来源")


def _numbers(content: BidContent) -> Iterator[tuple[str, Problem]]:
    for number, line in enumerate(content.milestones):
        if line.month is not None and not 1 <= line.month <= MOST_MONTHS:
            yield f"milestones.{number}.month", (N_("请填写1至%(most)s的整数"), {"most": MOST_MONTHS})
        if line.weight is not None and not 1 <= line.weight <= 100:
            yield f"milestones.{number}.weight", (N_("请填写1至%(most)s的整数"), {"most": 100})
    for number, member in enumerate(content.team):
        if member.months is not None and not 0 <= member.months <= MOST_MONTHS:
            yield f"team.{number}.months", (N_("请填写0至%(most)s的整数"), {"most": MOST_MONTHS})
    for number, amount in enumerate(content.budget):
        if not 0 <= amount.fen <= MOST_FEN:
            yield f"budget.{number}.fen", N_("请填写0以上的金额，单位万元，最多两位小数")
    if content.total_fen > MOST_FEN:
        yield "budget", N_("预算合计过大")
