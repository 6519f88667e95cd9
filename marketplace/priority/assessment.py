"""What the ranking is worth (排序的把握): intervals, chances, tiers, a second opinion, sensitivity, and every row's
paragraph. numpy only; the draws come from ``uncertainty``.

The bonus is added to every mark of its row. Weights sum to one, so the weighted sum of these marks is the total, also
after a change of weights whose others are raised in proportion: sensitivity then tells the truth about the total.
"""

from collections.abc import Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from marketplace.core.dataclass import dataclass
from marketplace.decision.arrays import Floats, np
from marketplace.decision.explanation import Contribution as Added
from marketplace.decision.explanation import Facts, Named, Neighbour, Round, Swap, explain
from marketplace.decision.ranking import (
    Ranking,
    Tier,
    WeightChange,
    best_first,
    crossing,
    kendall_tau,
    ranks,
    sensitivity,
    shifts,
    swap,
    tier,
    topsis,
)
from marketplace.decision.ranking import rank as rank_with_draws
from marketplace.priority.ranking import Row
from marketplace.priority.rules import RoundRules, Source
from marketplace.priority.uncertainty import CENTS

NEAR = 40
"""In the older format sensitivity compares the rows so many places around the cut-off."""
MOST_SIDE = 2000
"""Now every row on the list with every other; of longer lists so many rows on each side of the cut-off."""


@dataclass(frozen=True)
class Matrix:
    """The rows as numbers: ``marks`` [P, C] with the bonus added, ``weights`` [C] summing to 1, ``totals`` [P], and
    ``draws`` [P, B] of the totals; ``calibrated`` [P] the totals with calibrated outcome scores."""

    marks: Floats
    weights: Floats
    totals: Floats
    draws: Floats
    calibrated: Floats


def matrix_of(rules: RoundRules, rows: Sequence[Row], calibration: Mapping[str, Any]) -> Matrix:
    """Rows and calibration in numbers."""
    weights = np.array([one.weight / 100 for one in rules.criteria])
    bonus = np.array([float(row["priority"]) for row in rows])
    marks = np.array([[float(part["mark"]) for part in row["parts"]] for row in rows])
    totals = np.array([float(row["total"]) for row in rows])
    share = sum(one.weight for one in rules.criteria if one.source == Source.OUTCOME) / 100
    width = max((len(draws) for draws in calibration["draws"].values()), default=1)
    known = {key: np.asarray(draws) / CENTS for key, draws in calibration["draws"].items()}
    scores = {key: np.array([value / CENTS]) for key, value in calibration["scores"].items()}
    moved = np.array([_moved(row, known, width) for row in rows])
    shifted = np.array([_moved(row, scores, 1)[0] for row in rows])
    return Matrix(
        marks + bonus[:, None], weights, totals, totals[:, None] + share * moved, totals + share * shifted
    )


def _moved(row: Row, known: Mapping[str, Floats], width: int) -> Floats:
    """How far the mean outcome score of a row lies from the announced one; one without sheets does not move."""
    own = [
        known.get(str(one["project_id"]), np.full(width, float(one["score"]))) - float(one["score"])
        for one in row["outcomes"]
    ]
    return np.asarray(np.mean(own, axis=0))


def assess(
    rules: RoundRules,
    places: int,
    rows: Sequence[Row],
    calibration: Mapping[str, Any],
    of_units: bool,
    *,
    every_row: bool,
) -> dict[str, Any]:
    """测算结果: by row key interval, chance, tier, second opinion and paragraph; for the list sensitivity."""
    if not rows:
        empty: dict[str, Any] = {"rows": {}, "sensitivity": None, "without": [], "second": None}
        return {**empty, "compared": [0, 0], "tied": []} if every_row else empty
    numbers = matrix_of(rules, rows, calibration)
    ranking = rank_with_draws(numbers.totals, numbers.draws, min(places, len(rows)))
    second = topsis(numbers.marks, numbers.weights, [1] * len(rules.criteria))
    by_calibration = ranks(numbers.calibrated)
    found = {}
    for place, row in enumerate(rows):
        judged = _tier(place, row, ranking, by_calibration, places)
        facts = _facts(place, rules, rows, numbers, ranking, by_calibration, judged, of_units)
        told = explain(facts)
        found[row["key"]] = {
            "lo": ranking.rank_lo[place], "hi": ranking.rank_hi[place],
            "chance": round(float(ranking.p_top_k[place]) * 1000), "tier": str(judged),
            "calibrated": _two(numbers.calibrated[place]), "calibrated_rank": by_calibration[place],
            "second_rank": second.ranks[place], "zh": told.zh, "en": told.en,
        }  # fmt: skip
    return {
        "rows": found,
        **(_crossing(rules, rows, numbers, places) if every_row else _nearby(rules, rows, numbers, places)),
        "without": _without(rules, rows, numbers, places),
        "second": _agreement(numbers.totals, second.closeness, second.ranks, places),
    }


def _tier(place: int, row: Row, ranking: Ranking, by_calibration: Sequence[int], places: int) -> Tier:
    official, calibrated = row["rank"] <= places, by_calibration[place] <= places
    return tier(float(ranking.p_top_k[place]), official, calibrated)


def _facts(
    place: int,
    rules: RoundRules,
    rows: Sequence[Row],
    numbers: Matrix,
    ranking: Ranking,
    by_calibration: Sequence[int],
    judged: Tier,
    of_units: bool,
) -> Facts:
    row = rows[place]
    contributions = tuple(
        Added(Named(one.label, one.label_en or one.label), Decimal(part["contribution"]))
        for one, part in zip(rules.criteria, row["parts"], strict=True)
    )
    moved = abs(numbers.calibrated[place] - numbers.totals[place]) >= 0.005
    return Facts(
        title=row["label"], score=Decimal(row["total"]), rank=row["rank"], total=len(rows),
        rank_lo=ranking.rank_lo[place], rank_hi=ranking.rank_hi[place], level=Decimal("0.9"), experts=0,
        trimmed=False, contributions=contributions,
        calibrated=Decimal(_two(numbers.calibrated[place])) if moved else None,
        calibrated_rank=by_calibration[place] if moved else None,
        neighbour=_neighbour(place, rules, rows, numbers), tier=judged,
        round=Round(Decimal(row["base"]), Decimal(row["priority"]), of_units),
    )  # fmt: skip


def _neighbour(place: int, rules: RoundRules, rows: Sequence[Row], numbers: Matrix) -> Neighbour | None:
    """The next in the list, or the one before for the last."""
    if len(rows) < 2:
        return None
    other = place + 1 if place + 1 < len(rows) else place - 1
    distance = abs(Decimal(rows[place]["total"]) - Decimal(rows[other]["total"]))
    error = float(np.std(numbers.draws[place] - numbers.draws[other]))
    change = swap(numbers.marks, numbers.weights, place, other) if distance else None
    said = None if change is None else _swap(change, rules)
    return Neighbour(rows[other]["rank"], distance, float(distance) < error, said)


def _swap(change: WeightChange, rules: RoundRules) -> Swap | None:
    one = rules.criteria[change.criterion]
    after = _weight_after(one.weight, change)
    if after is None or after == one.weight:
        return None
    return Swap(Named(one.label, one.label_en or one.label), Decimal(one.weight), after)


def _weight_after(weight: int, change: WeightChange) -> Decimal | None:
    """The weight in per cent once the others have been raised or lowered in proportion, rounded away from the present
    one; None when the rows only meet at the very end of the scale."""
    whole = 1 - change.change
    after = 100 * (weight / 100 - change.change) / whole if whole > 0 else -1.0
    way = ROUND_CEILING if after > weight else ROUND_FLOOR
    shown = Decimal(str(round(after, 6))).quantize(Decimal("0.1"), way)
    if not 0 < shown < 100:
        return None
    return shown.to_integral_value() if shown == shown.to_integral_value() else shown


def _crossing(rules: RoundRules, rows: Sequence[Row], numbers: Matrix, places: int) -> dict[str, Any]:
    """The smallest change of one weight that changes who has a place, out of all pairs of a row on the list and one
    behind it; how many were compared; and the pair at the cut-off when it has the same total."""
    cut, first = min(places, len(rows)), max(0, places - MOST_SIDE)
    near = slice(first, cut + MOST_SIDE)

    def told(change: WeightChange) -> bool:
        weight = rules.criteria[change.criterion].weight
        return _weight_after(weight, change) not in (None, Decimal(weight))

    found = crossing(numbers.marks[near], numbers.weights, cut - first, told)
    return {
        "sensitivity": found and _changed(rules, rows[near], found),
        "compared": [cut - first, len(rows[near]) - (cut - first)],
        "tied": _tied(rows, cut),
    }


def _tied(rows: Sequence[Row], cut: int) -> list[str]:
    """The last on the list and the first behind it, when only the tie rule parts them."""
    if cut == len(rows) or rows[cut - 1]["total"] != rows[cut]["total"]:
        return []
    return [rows[cut - 1]["key"], rows[cut]["key"]]


def _changed(rules: RoundRules, rows: Sequence[Row], found: WeightChange) -> dict[str, Any]:
    one = rules.criteria[found.criterion]
    return {
        "criterion": one.code,
        "from": one.weight,
        "to": f"{_weight_after(one.weight, found):f}",
        "leaves": rows[min(found.i, found.j)]["key"],
        "enters": rows[max(found.i, found.j)]["key"],
    }


def _nearby(rules: RoundRules, rows: Sequence[Row], numbers: Matrix, places: int) -> dict[str, Any]:
    """The smallest change of one weight that changes who has a place, in the older format."""
    first, cut = max(0, places - NEAR), min(places, NEAR)
    near = slice(first, places + NEAR)
    changes = sensitivity(numbers.marks[near], numbers.weights, cut).changes.values()
    options = [
        (abs(change.percent or 0.0), change.i, change.j, change.criterion, change)
        for change in changes
        if change is not None and change.feasible and (change.i < cut) != (change.j < cut)
        if _weight_after(rules.criteria[change.criterion].weight, change) is not None
    ]
    if not options:
        return {"sensitivity": None}
    found = min(options, key=lambda option: option[:4])[4]
    return {"sensitivity": _changed(rules, rows[first:], found)}


def _without(rules: RoundRules, rows: Sequence[Row], numbers: Matrix, places: int) -> list[dict[str, Any]]:
    """Leaving out one criterion each: whose rank moves most, and how many of the first change."""
    found = []
    base = ranks(numbers.totals)
    for place, one in enumerate(rules.criteria):
        kept = [other for other in range(len(rules.criteria)) if other != place]
        if not kept:
            continue
        weights = numbers.weights[kept] / numbers.weights[kept].sum()
        scores = numbers.marks[:, kept] @ weights
        (moved,) = shifts(base, [ranks(scores)])
        entering = sum(other >= places for other in best_first(scores)[:places])
        found.append(
            {
                "criterion": one.code,
                "key": rows[moved.project]["key"],
                "change": moved.change,
                "entering": entering,
            }
        )
    return found


def _agreement(totals: Floats, closeness: Floats, second: Sequence[int], places: int) -> dict[str, Any]:
    """The second opinion: how many of the first are the same, and Kendall's τ in hundredths."""
    tau = kendall_tau(totals, closeness)
    first = ranks(totals)
    same = sum(a <= places and b <= places for a, b in zip(first, second, strict=True))
    return {"same": same, "places": min(places, len(first)), "tau": None if tau is None else round(100 * tau)}


def _two(value: float) -> str:
    return f"{Decimal(str(round(float(value), 6))).quantize(Decimal('0.01'))}"
