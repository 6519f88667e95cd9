"""公平分配: which expert scores which item, computed in the background. Pure; imports only the decision core."""

from dataclasses import replace
from typing import Any

from marketplace.computations.registry import Report
from marketplace.core.text import N_
from marketplace.decision.arrays import np
from marketplace.decision.assignment import Assignment, Problem, affinity, assign, problem, repair
from marketplace.reviews.preferences import levels_by_pair, value_of

ASSIGNMENT = "assignment"
"""The kind of computation."""


def assign_items(payload: dict[str, Any], report: Report) -> dict[str, Any]:
    """Items and seats by their ids; ``forbidden`` and ``kept`` are pairs (item, seat). With ``kept`` nothing that
    stands is moved: only what is missing is added."""
    report(10, N_("正在分配评审对象"))
    items, seats = payload["items"], payload["seats"]
    row = {item: place for place, item in enumerate(items)}
    column = {seat: place for place, seat in enumerate(seats)}
    forbidden = [(row[item], column[seat]) for item, seat in payload["forbidden"]]
    given = problem(
        _affinity(payload), forbidden, need=payload["need"], cap=payload["cap"], unit=payload["unit"],
        max_same_unit=payload["same_unit"],
    )  # fmt: skip
    if payload["kept"] is not None:
        found = repair(given, [(row[item], column[seat]) for item, seat in payload["kept"]], [])
        return _plain(found, items, seats) | {"more_each": 0}
    return _assigned(given, payload, report)


def _assigned(given: Problem, payload: dict[str, Any], report: Report) -> dict[str, Any]:
    """Even loads where they are possible; else one more for each expert, which the answer says."""
    for more in (0, 1):
        found = assign(replace(given, cap=given.cap + more), "fair", time_s=payload["time_s"])
        if found.feasible:
            break
        report(50, N_("正在分配评审对象"))
    return _plain(found, payload["items"], payload["seats"]) | {"more_each": more}


def _affinity(payload: dict[str, Any]) -> Any:
    """Topic, declared preference and past work, [items, seats]; where nobody was asked, the second counts for none."""
    shape = (len(payload["items"]), len(payload["seats"]))
    field, past = (np.broadcast_to(np.array(payload[name], dtype=float), shape) for name in ("field", "past"))
    return affinity(field, _preference(payload), past).total


def _preference(payload: dict[str, Any]) -> Any:
    items, seats, said = payload["items"], payload["seats"], payload.get("said")
    if said is None:
        return np.zeros((len(items), len(seats)))
    levels = levels_by_pair(said)
    rows = [[value_of(levels.get((item, seat))) for seat in seats] for item in items]
    return np.array(rows, dtype=float).reshape(len(items), len(seats))


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
