"""Frozen inputs of a small funding round, as a snapshot holds them: four projects, three experts."""

from typing import Any

WAN = 1_000_000
MARKS = {1: (93, 90, 91), 2: (88, 84, 86), 3: (83, 79, 80), 4: (75, 70, 71)}


def _outcome(number: int) -> dict[str, Any]:
    score = sum(MARKS[number]) / 3
    return {
        "project_id": number, "number": f"XM-2026-{number:02d}", "title": f"项目{number}（示例）", "unit_id": number,
        "score": f"{score:.2f}", "grade": "good", "on_time": [2, 2], "decided_at": "2026-10-01T00:00:00.000000+00:00",
    }  # fmt: skip


def _sheet(number: int, place: int, mark: int) -> dict[str, Any]:
    return {"project_id": number, "expert": f"专家{place:02d}", "total": f"{mark:.2f}", "marks": {}}


INPUTS: dict[str, Any] = {
    "kind": "funding",
    "at": "2026-11-01T00:00:00.000000+00:00",
    "seed": 7,
    "units": [
        {"id": n, "name": f"单位{n}（示例）", "order": f"{n:03d}", "level": "county" if n > 2 else "municipal",
         "area": n == 4}
        for n in MARKS
    ],
    "outcomes": [_outcome(number) for number in MARKS],
    "failed": [],
    "entries": [],
    "selected": [],
    "declarations": [],
    "sheets": [
        _sheet(number, place, mark) for number, marks in MARKS.items() for place, mark in enumerate(marks, 1)
    ],
}  # fmt: skip
TERMS: dict[str, Any] = {
    "years": [{"year": 2026, "envelope": 120 * WAN}],
    "cut_off": "65.00",
    "groups": [{"subject": "level:county", "least": 1, "most": None, "share": 50}],
    "request_until": "2026-10-20T00:00:00+00:00",
    "factors": [{"subject": "area:1", "factor": "1.50"}],
}
REQUESTS: list[dict[str, Any]] = [
    {
        "key": f"project:{n}", "project_id": n, "number": f"XM-2026-{n:02d}", "title": f"项目{n}（示例）", "unit_id": n,
        "unit": f"单位{n}（示例）", "level": "county" if n > 2 else "municipal", "area": n == 4, "city": f"城市{n % 2}",
        "field": "公务用车", "years": [{"year": 2026, "amount": 60 * WAN, "minimum": 50 * WAN}],
    }
    for n in MARKS
]  # fmt: skip
