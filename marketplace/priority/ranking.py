"""Ranking units for pilots and projects for funding (试点、资金名单排序). Pure: frozen inputs and rules in, rows out.

Everything goes in and comes out as plain values (texts, whole numbers), so that a snapshot can hold both and anybody
can compute the rows again and get the same bytes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

HUNDREDTH = Decimal("0.01")

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RankingRules:
    """名单规则: ``priority_cap`` bounds the points that count. Ties: score, then punctuality, then official order."""

    priority_cap: int = 10

    def to_dict(self) -> dict[str, Any]:
        """Plain values for the snapshot."""
        return {"priority_cap": self.priority_cap, "ties": ["score", "on_time", "official_order"]}


def rules_from_dict(value: Mapping[str, Any]) -> RankingRules:
    """The rules as stored."""
    return RankingRules(priority_cap=int(value["priority_cap"]))


def counted(entries: Iterable[Mapping[str, Any]], unit_id: int, at: datetime) -> list[Row]:
    """The unit's entries that are valid at that moment, in the order in which they were earned."""
    valid = (
        entry
        for entry in entries
        if entry["unit_id"] == unit_id
        and datetime.fromisoformat(entry["earned_at"]) <= at < datetime.fromisoformat(entry["valid_until"])
    )
    return sorted((dict(entry) for entry in valid), key=lambda entry: (entry["earned_at"], entry["id"]))


def capped(points: Iterable[Decimal], cap: int) -> Decimal:
    """倾斜分: the sum of valid points, never above the cap. Points lost by failures count in full."""
    return min(sum(points, Decimal(0)), Decimal(cap)).quantize(HUNDREDTH)


def rank(kind: str, rules: RankingRules, inputs: Mapping[str, Any]) -> list[Row]:
    """The ranked rows: ``pilot`` ranks units by the mean score of their accepted outcomes plus priority points,
    ``funding`` ranks accepted projects by their score plus the lead unit's points."""
    rows = _pilot(rules, inputs) if kind == "pilot" else _funding(rules, inputs)
    rows.sort(key=_order)
    for place, row in enumerate(rows, 1):
        row["rank"] = place
        del row["order"]
    return rows


def _pilot(rules: RankingRules, inputs: Mapping[str, Any]) -> list[Row]:
    rows = []
    for unit in inputs["units"]:
        outcomes = [one for one in inputs["outcomes"] if one["unit_id"] == unit["id"]]
        if outcomes:
            base = _mean([Decimal(one["score"]) for one in outcomes])
            rows.append(_row(f"unit:{unit['id']}", unit["name"], unit, base, outcomes, rules, inputs))
    return rows


def _funding(rules: RankingRules, inputs: Mapping[str, Any]) -> list[Row]:
    units = {unit["id"]: unit for unit in inputs["units"]}
    return [
        _row(
            f"project:{one['project_id']}", one["title"], units[one["unit_id"]], Decimal(one["score"]), [one], rules,
            inputs,
        )
        for one in inputs["outcomes"]
    ]  # fmt: skip


def _row(
    key: str,
    label: str,
    unit: Mapping[str, Any],
    base: Decimal,
    outcomes: Sequence[Mapping[str, Any]],
    rules: RankingRules,
    inputs: Mapping[str, Any],
) -> Row:
    entries = counted(inputs["entries"], unit["id"], datetime.fromisoformat(inputs["at"]))
    points = sum((Decimal(entry["points"]) for entry in entries), Decimal(0))
    priority = capped([points], rules.priority_cap)
    on_time = [sum(one["on_time"][place] for one in outcomes) for place in (0, 1)]
    return {
        "key": key,
        "label": label,
        "unit_id": unit["id"],
        "unit": unit["name"],
        "order": [unit["order"], *(one["number"] for one in outcomes)],
        "base": _text(base),
        "points": _text(points),
        "priority": _text(priority),
        "total": _text(base + priority),
        "on_time": on_time,
        "outcomes": [dict(one) for one in outcomes],
        "entries": entries,
    }


def _order(row: Row) -> tuple[Any, ...]:
    good, all_ = row["on_time"]
    rate = Fraction(good, all_) if all_ else Fraction(0)
    return (-Decimal(row["total"]), -Decimal(row["base"]), -rate, row["order"])


def _mean(scores: Sequence[Decimal]) -> Decimal:
    return (sum(scores, Decimal(0)) / len(scores)).quantize(HUNDREDTH, ROUND_HALF_UP)


def _text(value: Decimal) -> str:
    return f"{value.quantize(HUNDREDTH)}"


def differences(old: Sequence[Row], new: Sequence[Row]) -> list[Row]:
    """更正前后差异: rows that came, went, or changed in place, total or points; in the order of the new list."""
    before = {row["key"]: row for row in old}
    after = {row["key"]: row for row in new}
    keys = [*after, *(key for key in before if key not in after)]
    found = [_change(key, before.get(key), after.get(key)) for key in keys]
    return [change for change in found if change["old"] != change["new"]]


def _change(key: str, old: Row | None, new: Row | None) -> Row:
    known = new or old or {}
    return {
        "key": key,
        "label": known["label"],
        "unit": known["unit"],
        "old": _facts(old),
        "new": _facts(new),
    }


def _facts(row: Row | None) -> Row | None:
    names = ("rank", "base", "priority", "total")
    return None if row is None else {name: row[name] for name in names}
