"""Announced and calibrated scores side by side, their ranks with what uncertainty leaves of them, and where the two
disagree about who wins (名次与分档)."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from marketplace.core.dataclass import dataclass
from marketplace.decision import rubric as announced
from marketplace.decision.arrays import np
from marketplace.decision.base import competition_ranks, order_keys, rounded_half_up
from marketplace.decision.calibration import Mixed, contributions
from marketplace.decision.ranking import Ranking, Tier, rank, tier
from marketplace.reviews.analysis.question import LEVEL, Entry, Question

Counted = Sequence[tuple[Entry, Fraction]]
LARGE_EFFECT = 3


@dataclass(frozen=True, slots=True)
class Calibrated:
    """校正分 by item: ``score`` unrounded. In a complete panel it is the plain mean: everybody's severity lies on every
    item alike, and nothing is to be corrected."""

    score: Mapping[int, float]
    rank: Mapping[int, int]
    complete: bool


def is_complete(question: Question, counted: Counted) -> bool:
    """Whether everybody who scored has scored everything that has a score (全员评审)."""
    seats = {entry.seat for entry, _ in counted}
    items = {entry.item for entry, _ in counted}
    return len(counted) == len(seats) * len(items)


def calibrated(question: Question, counted: Counted, mixed: Mixed) -> Calibrated:
    """The calibrated score of every item with a score, and its competition rank."""
    complete = is_complete(question, counted)
    means = plain_means(counted)
    scores = {
        item: float(means[item]) if complete else float(mixed.score[number] or 0)
        for number, item in enumerate(question.items)
        if item in means
    }
    places = competition_ranks(order_keys(scores.values()))
    return Calibrated(scores, dict(zip(scores, places, strict=True)), complete)


def plain_means(counted: Counted) -> dict[int, Fraction]:
    """全部平均 of every item with a score, exact."""
    by_item: dict[int, list[Fraction]] = {}
    for entry, total in counted:
        by_item.setdefault(entry.item, []).append(total)
    return {item: sum(totals, Fraction(0)) / len(totals) for item, totals in by_item.items()}


def uncertainty(question: Question, scored: Sequence[int], mixed: Mixed) -> Ranking | None:
    """Rank intervals and the chance to be among the places, from the draws of the items that have a score."""
    if not scored:
        return None
    rows = [question.items.index(item) for item in scored]
    component = [mixed.component[row] for row in rows]
    scores = [float(mixed.score[row] or 0) for row in rows]
    return rank(scores, mixed.draws[rows], question.places or 0, LEVEL, component=component)


def contributions_of(
    question: Question, counted: Counted, found: Calibrated, mixed: Mixed
) -> dict[int, dict[str, str]]:
    """What each criterion adds to the calibrated score, two decimals; they add to it exactly."""
    weights = {one.code: one.weight for one in question.criteria.criteria}
    parts = [
        [Fraction(entry.marks[code] or 0) * weight / 100 for code, weight in weights.items()]
        for entry, _ in counted
    ]
    if found.complete:
        exact = _mean_parts(counted, parts)
    else:
        rows = contributions(mixed.fitted, np.array(parts, dtype=np.float64))
        exact = {item: [Fraction(float(x)) for x in rows[question.items.index(item)]] for item in found.score}
    return {
        item: dict(zip(weights, _adding(row, found.score[item]), strict=True)) for item, row in exact.items()
    }


def _mean_parts(counted: Counted, parts: Sequence[Sequence[Fraction]]) -> dict[int, list[Fraction]]:
    by_item: dict[int, list[Sequence[Fraction]]] = {}
    for (entry, _), row in zip(counted, parts, strict=True):
        by_item.setdefault(entry.item, []).append(row)
    return {
        item: [sum(column, Fraction(0)) / len(rows) for column in zip(*rows, strict=True)]
        for item, rows in by_item.items()
    }


def _adding(row: Sequence[Fraction], score: float) -> list[str]:
    """Rounded, and what rounding leaves put on the largest."""
    rounded = [rounded_half_up(part, 2) for part in row]
    largest = max(range(len(rounded)), key=lambda place: (rounded[place], -place))
    rounded[largest] += rounded_half_up(Fraction(score), 2) - sum(rounded)
    return [format(part, "f") for part in rounded]


def item_records(
    question: Question, result: announced.Result, counted: Counted, mixed: Mixed
) -> list[dict[str, Any]]:
    """One record for each item, in the order of the question."""
    found = calibrated(question, counted, mixed)
    scored = list(found.score)
    ranking = uncertainty(question, scored, mixed)
    scores = {int(score.id): score for score in result.scores}
    places = {int(place.id): place for place in result.places}
    residuals = _residuals(question, mixed)
    shares = contributions_of(question, counted, found, mixed) if scored else {}
    records = []
    for item in question.items:
        record = _announced(scores[item], places.get(item), residuals.get(item, {}))
        if item in found.score and ranking is not None:
            record |= _calibrated(question, found, item, ranking, scored.index(item))
            record |= _cut_off(question, result, found, item, record)
            record["contributions"] = shares[item]
        records.append(record)
    return records


def _announced(
    score: announced.ItemScore, place: announced.Place | None, residuals: Mapping[int, float]
) -> dict[str, Any]:
    dropped = {drop.expert: drop.end for drop in score.trace.dropped}
    totals = [total for _, total in score.trace.totals]
    effect = None if score.score is None or score.mean is None else score.score - score.mean
    return {
        "item": int(score.id),
        "announced": _text(score.score),
        "announced_rank": place.rank if place else None,
        "tied": bool(place and place.needs_vote),
        "plain_mean": _text(score.mean),
        "sd": _text(score.sd),
        "range": _text(max(totals) - min(totals)) if totals else None,
        "trim_effect": _text(effect),
        "trim_large": effect is not None and abs(effect) > LARGE_EFFECT,
        "marks": [
            {
                "seat": int(seat),
                "total": _text(total),
                "dropped": dropped.get(seat, ""),
                "outlier": abs(residuals.get(int(seat), 0.0)) > 3,
            }
            for seat, total in score.trace.totals
        ],
        "left_out": [int(seat) for seat in (*score.trace.incomplete, *score.trace.recused)],
    }


def _residuals(question: Question, mixed: Mixed) -> dict[int, dict[int, float]]:
    """Standardised residual of every sheet that counted, by item and seat."""
    data, found = mixed.fitted.data, dict[int, dict[int, float]]()
    seats = data.attributed()
    for project, seat, value in zip(data.project, seats, mixed.residual, strict=True):
        found.setdefault(question.items[int(project)], {})[question.seats[int(seat)]] = value
    return found


def _calibrated(
    question: Question, found: Calibrated, item: int, ranking: Ranking, at: int
) -> dict[str, Any]:
    score = found.score[item]
    return {
        "calibrated": _text(rounded_half_up(Fraction(min(100.0, max(0.0, score))), 2)),
        "calibrated_rank": found.rank[item],
        "outside": not 0 <= score <= 100,
        "rank_lo": ranking.rank_lo[at],
        "rank_hi": ranking.rank_hi[at],
        "p_places": None if question.places is None else round(float(ranking.p_top_k[at]), 4),
    }


def _cut_off(
    question: Question, result: announced.Result, found: Calibrated, item: int, record: Mapping[str, Any]
) -> dict[str, Any]:
    """Whether the two lists disagree about this item's winning (需会议审议)."""
    official, other = announced_in(question, result, item), calibrated_in(question, found, item)
    disputed = official is not None and other is not None and official != other
    p = record["p_places"]
    chosen = None if p is None else tier(p, official, other)
    return {
        "announced_in": official,
        "calibrated_in": other,
        "disputed": disputed,
        "tier": str(Tier.MEETING) if disputed else None if chosen is None else str(chosen),
    }


def announced_in(question: Question, result: announced.Result, item: int) -> bool | None:
    """Whether the announced list has this item win; None while a tie across the last place waits for its vote."""
    place = next((place for place in result.places if int(place.id) == item), None)
    if place is None:
        return None
    tied = sum(1 for other in result.places if other.rank == place.rank)
    return _inside(question, place.rank, tied, float(place.score))


def calibrated_in(question: Question, found: Calibrated, item: int) -> bool | None:
    """The same by the calibrated list."""
    place = found.rank[item]
    tied = sum(1 for other in found.rank.values() if other == place)
    return _inside(question, place, tied, found.score[item])


def _inside(question: Question, place: int, tied: int, score: float) -> bool | None:
    passes = round(score, 2) >= question.criteria.pass_line
    if question.places is None or not passes:
        return passes
    if place <= question.places < place + tied - 1:
        return None
    return place <= question.places


def _text(value: Any) -> str | None:
    return None if value is None else format(value, "f")
