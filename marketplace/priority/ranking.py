"""Ranking units for pilots and projects for recommendation and funding (轮次排序). Pure: frozen inputs and rules in,
rows out.

Everything goes in and comes out as plain values (texts, whole numbers), so that a snapshot can hold both and anybody
can compute the rows again and get the same bytes. All arithmetic is decimal: each criterion's share of the score is
rounded to two places, half up, and the shares are added.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from marketplace.core.text import N_
from marketplace.core.verdict import Verdict
from marketplace.priority.eligibility import Candidate, eligible, recent
from marketplace.priority.rules import Criterion, RoundRules, Source

HUNDREDTH = Decimal("0.01")
HUNDRED = Decimal(100)

Row = dict[str, Any]


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
    """成效加分: the sum of valid points, never above the cap. Points lost by failures count in full."""
    return min(sum(points, Decimal(0)), Decimal(cap)).quantize(HUNDREDTH)


def rank(rules: RoundRules, inputs: Mapping[str, Any]) -> list[Row]:
    """排序: the rows of the candidates that meet the conditions, best first."""
    return ranked_and_excluded(rules, inputs)[0]


def ranked_and_excluded(rules: RoundRules, inputs: Mapping[str, Any]) -> tuple[list[Row], list[Row]]:
    """排序与不予列入: the ranked rows, and those left out, each with its reason."""
    at = datetime.fromisoformat(inputs["at"])
    rows, excluded = [], []
    for one in candidates(rules, inputs):
        verdict = eligible(one, rules.conditions, at)
        if verdict and one.outcomes:
            rows.append(_row(one, rules, inputs))
        else:
            excluded.append(_excluded(one.key, one.label, one.unit, verdict))
    rows.sort(key=_order)
    rows, more = _per_unit(rows, rules)
    for place, row in enumerate(rows, 1):
        row["rank"] = place
        del row["order"]
    return rows, excluded + more


def candidates(rules: RoundRules, inputs: Mapping[str, Any]) -> list[Candidate]:
    """候选对象: units in a pilot round, accepted projects in the others; each with its outcomes still counted."""
    at, months = datetime.fromisoformat(inputs["at"]), rules.conditions.within_months
    fresh = [one for one in inputs["outcomes"] if recent(one["decided_at"], at, months)]
    units = sorted(inputs["units"], key=lambda unit: (unit["order"], unit["id"]))
    if inputs["kind"] == "pilot":
        return [_candidate(f"unit:{unit['id']}", unit["name"], unit, fresh, inputs) for unit in units]
    by_id = {unit["id"]: unit for unit in units}
    return [
        _candidate(
            f"project:{one['project_id']}", one["title"], by_id[one["unit_id"]],
            [found for found in fresh if found["project_id"] == one["project_id"]], inputs,
        )
        for one in inputs["outcomes"]
    ]  # fmt: skip


def _candidate(
    key: str,
    label: str,
    unit: Mapping[str, Any],
    outcomes: Sequence[Mapping[str, Any]],
    inputs: Mapping[str, Any],
) -> Candidate:
    return Candidate(
        key, label, unit,
        [one for one in outcomes if one["unit_id"] == unit["id"]],
        [one for one in inputs["failed"] if one["unit_id"] == unit["id"]],
        [one for one in inputs["selected"] if one["key"] == key],
    )  # fmt: skip


def _excluded(key: str, label: str, unit: Mapping[str, Any], verdict: Verdict) -> Row:
    return {
        "key": key, "label": label, "unit_id": unit["id"], "unit": unit["name"], "reason": verdict.reason,
        "params": dict(verdict.params),
    }  # fmt: skip


def _per_unit(rows: list[Row], rules: RoundRules) -> tuple[list[Row], list[Row]]:
    """每个单位至多几项: in the order of the ranking; the rest is left out with the reason."""
    most = rules.conditions.per_unit
    seen: dict[int, int] = {}
    kept: list[Row] = []
    left: list[Row] = []
    for row in rows:
        seen[row["unit_id"]] = seen.get(row["unit_id"], 0) + 1
        (kept if not most or seen[row["unit_id"]] <= most else left).append(row)
    reason = Verdict(False, N_("同一单位最多列入%(most)s项，已有得分更高的项目"), {"most": most})
    return kept, [
        _excluded(row["key"], row["label"], {"id": row["unit_id"], "name": row["unit"]}, reason)
        for row in left
    ]


def _row(one: Candidate, rules: RoundRules, inputs: Mapping[str, Any]) -> Row:
    entries = counted(inputs["entries"], one.unit["id"], datetime.fromisoformat(inputs["at"]))
    points = sum((Decimal(entry["points"]) for entry in entries), Decimal(0))
    on_time = [sum(found["on_time"][place] for found in one.outcomes) for place in (0, 1)]
    declared = {
        line["criterion"]: line
        for line in inputs["declarations"]
        if line["key"] == one.key and line["state"] == "accepted"
    }
    scores = [Decimal(found["score"]) for found in one.outcomes]
    parts = [_part(criterion, scores, points, on_time, declared) for criterion in rules.criteria]
    base = sum((Decimal(part["contribution"]) for part in parts), Decimal(0))
    priority = capped([points], rules.priority_cap) if rules.priority_cap else Decimal(0)
    return {
        "key": one.key,
        "label": one.label,
        "unit_id": one.unit["id"],
        "unit": one.unit["name"],
        "level": one.unit["level"],
        "area": one.unit["area"],
        "order": [one.unit["order"], *(found["number"] for found in one.outcomes)],
        "parts": parts,
        "base": _text(base),
        "points": _text(points),
        "priority": _text(priority),
        "total": _text(base + priority),
        "on_time": on_time,
        "outcomes": [_outcome(found) for found in one.outcomes],
        "entries": entries,
    }


def _outcome(found: Mapping[str, Any]) -> Row:
    return {name: found[name] for name in ("project_id", "number", "title", "score", "grade")}


def _part(
    criterion: Criterion,
    scores: Sequence[Decimal],
    points: Decimal,
    on_time: Sequence[int],
    declared: Mapping[str, Mapping[str, Any]],
) -> Row:
    """One criterion's figure, its mark on 0–100, and what it adds to the score. No figure is 0 marks, and says so."""
    figure = _figure(criterion, scores, points, on_time, declared.get(criterion.code))
    mark = _mark(criterion, figure)
    contribution = (mark * criterion.weight / 100).quantize(HUNDREDTH, ROUND_HALF_UP)
    return {
        "code": criterion.code,
        "figure": None if figure is None else _text(figure),
        "mark": _text(mark),
        "contribution": _text(contribution),
    }


def _figure(
    criterion: Criterion,
    scores: Sequence[Decimal],
    points: Decimal,
    on_time: Sequence[int],
    declared: Mapping[str, Any] | None,
) -> Decimal | None:
    if criterion.source == Source.OUTCOME:
        return _mean(scores)
    if criterion.source == Source.POINTS:
        return points
    if criterion.source == Source.ON_TIME:
        return HUNDRED * on_time[0] / on_time[1] if on_time[1] else None
    return Decimal(declared["value"]) if declared else None


def _mark(criterion: Criterion, figure: Decimal | None) -> Decimal:
    if figure is None:
        return Decimal(0)
    scaled = figure if criterion.full is None else HUNDRED * figure / criterion.full
    return min(max(scaled, Decimal(0)), HUNDRED).quantize(HUNDREDTH, ROUND_HALF_UP)


def _order(row: Row) -> tuple[Any, ...]:
    good, all_ = row["on_time"]
    rate = Fraction(good, all_) if all_ else Fraction(0)
    return (-Decimal(row["total"]), -Decimal(row["base"]), -rate, row["order"])


def _mean(scores: Sequence[Decimal]) -> Decimal:
    return (sum(scores, Decimal(0)) / len(scores)).quantize(HUNDREDTH, ROUND_HALF_UP)


def _text(value: Decimal) -> str:
    return f"{value.quantize(HUNDREDTH, ROUND_HALF_UP)}"


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
