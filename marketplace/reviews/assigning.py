"""公平分配: which expert scores which item, computed in the background. Pure; imports only the decision core."""

from typing import Any

import numpy as np

from marketplace.computations.registry import Report
from marketplace.core.text import N_
from marketplace.decision.assignment import Assignment, affinity, assign, problem, repair

ASSIGNMENT = "assignment"
"""The kind of computation."""


def assign_items(payload: dict[str, Any], report: Report) -> dict[str, Any]:
    """Items and seats by their ids; ``forbidden`` and ``kept`` are pairs (item, seat). With ``kept`` nothing that
    stands is moved: only what is missing is added."""
    report(10, N_("正在分配评审对象"))
    items, seats = payload["items"], payload["seats"]
    row = {item: place for place, item in enumerate(items)}
    column = {seat: place for place, seat in enumerate(seats)}
    given = problem(
        _affinity(payload),
        [(row[item], column[seat]) for item, seat in payload["forbidden"]],
        need=payload["need"],
        cap=payload["cap"],
        unit=payload["unit"],
        max_same_unit=payload["same_unit"],
    )
    if payload["kept"] is None:
        found = assign(given, "fair", time_s=payload["time_s"])
    else:
        found = repair(given, [(row[item], column[seat]) for item, seat in payload["kept"]], [])
    return _plain(found, items, seats)


def _affinity(payload: dict[str, Any]) -> Any:
    shape = (len(payload["items"]), len(payload["seats"]))
    field, past = (np.broadcast_to(np.array(payload[name], dtype=float), shape) for name in ("field", "past"))
    return affinity(field, np.zeros(shape), past).total


def _plain(found: Assignment, items: list[int], seats: list[int]) -> dict[str, Any]:
    diagnosis = found.diagnosis
    return {
        "feasible": found.feasible,
        "pairs": [[items[p], seats[r]] for p, r in found.pairs],
        "worst": found.worst,
        "gap": found.gap,
        "shortages": [
            {
                "item": items[one.project] if one.project >= 0 else None,
                "missing": one.missing,
                "reason": str(one.reason),
            }
            for one in (diagnosis.shortages if diagnosis else ())
            if one.project >= 0
        ],
        "extra_load": [[seats[r], more] for r, more in (diagnosis.extra_load or () if diagnosis else ())],
        "warnings": [str(code) for code in found.warnings],
        "inputs_sha256": found.inputs_sha256,
    }
