"""What a project takes over from the awarded bid (项目计划). Pure: the bid's form in, rows to be out."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from marketplace.bids.content import BidContent
from marketplace.core.clock import add_months
from marketplace.core.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """One milestone to be: ``due_on`` is the last day on which it is on time."""

    position: int
    name: str
    deliverables: str
    evidence: tuple[str, ...]
    weight: int
    due_on: date


def steps_of(content: BidContent, awarded_on: date) -> tuple[Step, ...]:
    """里程碑: by date; each is due its number of months after the award. Weights sum to 100."""
    rows = sorted(content.weighted().milestones, key=lambda row: row.month or 0)
    return tuple(
        Step(
            number, row.name, row.deliverable, row.evidence, row.weight or 0,
            add_months(awarded_on, row.month or 0),
        )
        for number, row in enumerate(rows, 1)
    )  # fmt: skip


def promises_of(content: BidContent, deliverables: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """考核指标, frozen at the award: deliverable, indicator, present value, target and way of proof."""
    names = {item["key"]: item["name"] for item in deliverables}
    return [
        {
            "deliverable": names.get(row.deliverable_key, ""),
            "name": row.name,
            "present": row.present,
            "target": row.target,
            "proof": row.proof,
        }
        for row in content.indicators
    ]


def last_day(content: BidContent, awarded_on: date, duration_months: int) -> date:
    """项目期限: the topic's duration, or the last milestone where that lies later."""
    months = max([duration_months, *(row.month or 0 for row in content.milestones)])
    return add_months(awarded_on, months)


def project_number(topic_code: str, position: int) -> str:
    """项目编号: the topic's code and the place among its projects."""
    return f"XM-{topic_code}-{position}"
