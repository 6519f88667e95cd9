"""How each expert judged (宽严): severity with its error, and what may be said of it."""

from typing import Any

from marketplace.decision.base import Code
from marketplace.decision.calibration import Mixed, without_each_reviewer
from marketplace.reviews.analysis.places import Counted
from marketplace.reviews.analysis.question import Question

ENOUGH = 5
"""Fewer sheets say nothing about a person."""


def expert_records(question: Question, counted: Counted, mixed: Mixed) -> list[dict[str, Any]]:
    """One record for each seat that has a sheet which counts."""
    shifts = {shift.left_out: shift for shift in without_each_reviewer(mixed)}
    flat = {flag.index for flag in mixed.flags if flag.code is Code.NO_SPREAD and flag.kind == "reviewer"}
    records = []
    for number, seat in enumerate(question.seats):
        totals = [float(total) for entry, total in counted if entry.seat == seat]
        if not totals:
            continue
        b, sd = mixed.b[number], mixed.b_sd[number]
        shift = shifts.get(number)
        records.append(
            {
                "seat": seat,
                "sheets": len(totals),
                "mean": round(sum(totals) / len(totals), 2),
                "severity": None if b is None else round(b, 2),
                "severity_sd": None if sd is None else round(sd, 2),
                "verdict": verdict(b, sd, len(totals)),
                "no_spread": number in flat,
                "without": None
                if shift is None
                else {"item": question.items[shift.project], "change": shift.change},
            }
        )
    return records


def verdict(b: float | None, sd: float | None, sheets: int) -> str:
    """``severe`` or ``lenient`` only when twice the error is exceeded and there are enough sheets; ``few`` below
    that, ``unknown`` where severity cannot be told from quality, else ``usual``."""
    if b is None or sd is None:
        return "unknown"
    if sheets < ENOUGH:
        return "few"
    if abs(b) > 2 * sd:
        return "severe" if b < 0 else "lenient"
    return "usual"
