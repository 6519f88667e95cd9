"""Gather the facts of one project from the results, and say them (汇集要素并成文)."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from marketplace.core.dataclass import dataclass
from marketplace.decision.arrays import Floats, np
from marketplace.decision.base import InputError, canonical, digest
from marketplace.decision.calibration import Mixed
from marketplace.decision.explanation import chinese, english
from marketplace.decision.explanation.shapes import (
    Contribution,
    Decided,
    Facts,
    Funding,
    Named,
    Neighbour,
    Recusal,
    Swap,
)
from marketplace.decision.ranking import Ranking, ranks, swap
from marketplace.decision.rubric import ItemScore, Place, Result


@dataclass(frozen=True)
class Explanation:
    """The facts as values and as plain data, and the paragraph in both languages; pages escape the text."""

    facts: Facts
    data: Mapping[str, Any]
    zh: str
    en: str
    inputs_sha256: str


def explain_decision(one: Decided) -> Named:
    """The sentence about what the meeting decided, the last of a paragraph (审议说明)."""
    return Named(chinese.decision_sentence(one), english.decision_sentence(one))


def explain_funding(funding: Funding) -> Named:
    """What the plan says about one project, alone (资助说明)."""
    return Named(chinese.funding_sentence(funding), english.funding_sentence(funding))


def explain(facts: Facts) -> Explanation:
    """The explanation of one project."""
    if facts.rank_lo > facts.rank_hi or not 1 <= facts.rank <= facts.total:
        raise InputError("facts.rank", "rank and interval must lie within the list")
    data = canonical(facts)
    return Explanation(facts, data, chinese.paragraph(facts), english.paragraph(facts), digest(facts))


def gather(
    item: str,
    result: Result,
    names: Mapping[str, Named],
    *,
    title: str = "",
    order: Sequence[str] = (),
    mixed: Mixed | None = None,
    ranking: Ranking | None = None,
    recusals: Sequence[Recusal] = (),
    provisional: bool = False,
    funding: Funding | None = None,
) -> Facts:
    """Facts of `item` from the announced result and, where given, calibration and ranking.

    `order` names the project of each index in `mixed` and `ranking`; `names` the criteria by code.
    """
    score, place = _found(item, result)
    position = order.index(item) if item in order else None
    interval = (place.rank, place.rank)
    if ranking is not None and position is not None:
        interval = (ranking.rank_lo[position], ranking.rank_hi[position])
    calibrated, calibrated_rank = _calibrated(mixed, position, result.parameters.decimals)
    return Facts(
        title=title,
        score=place.score,
        rank=place.rank,
        total=len(result.places),
        rank_lo=interval[0],
        rank_hi=interval[1],
        level=Decimal(str(ranking.parameters["level"])) if ranking is not None else Decimal("0.9"),
        experts=score.n_used,
        trimmed=bool(score.trace.dropped),
        contributions=tuple(Contribution(names[code], points) for code, points in score.contributions),
        calibrated=calibrated,
        calibrated_rank=calibrated_rank,
        neighbour=_neighbour(score, place, result, names, order, mixed),
        recusals=tuple(recusals),
        tier=ranking.tier[position] if ranking is not None and position is not None else None,
        provisional=provisional,
        funding=funding,
    )


def _found(item: str, result: Result) -> tuple[ItemScore, Place]:
    scores = {score.id: score for score in result.scores}
    places = {place.id: place for place in result.places}
    if item not in places:
        raise InputError("item", f"{item!r} has no place in the list")
    return scores[item], places[item]


def _calibrated(
    mixed: Mixed | None, position: int | None, decimals: int
) -> tuple[Decimal | None, int | None]:
    if mixed is None or position is None or mixed.score[position] is None:
        return None, None
    scored = [p for p, value in enumerate(mixed.score) if value is not None]
    by_rank = dict(zip(scored, ranks([value for value in mixed.score if value is not None]), strict=True))
    value = Decimal(str(round(mixed.score[position] or 0.0, decimals)))
    return value.quantize(Decimal(1).scaleb(-decimals)), by_rank[position]


def _neighbour(
    score: ItemScore,
    place: Place,
    result: Result,
    names: Mapping[str, Named],
    order: Sequence[str],
    mixed: Mixed | None,
) -> Neighbour | None:
    """The next in the list, or the one before for the last."""
    index = result.places.index(place)
    if len(result.places) < 2:
        return None
    other = result.places[index + 1 if index + 1 < len(result.places) else index - 1]
    distance = abs(place.score - other.score)
    error = _error(place.id, other.id, order, mixed)
    change = _swap(score, _found(other.id, result)[0], result, names)
    return Neighbour(other.rank, distance, error is not None and float(distance) < error, change)


def _error(a: str, b: str, order: Sequence[str], mixed: Mixed | None) -> float | None:
    """Standard deviation of the difference of two calibrated scores, from the draws."""
    if mixed is None or a not in order or b not in order:
        return None
    return float(np.std(mixed.draws[order.index(a)] - mixed.draws[order.index(b)]))


def _swap(a: ItemScore, b: ItemScore, result: Result, names: Mapping[str, Named]) -> Swap | None:
    if a.score == b.score:
        return None
    weights = np.array([float(criterion.weight) for criterion in result.criteria])
    found = swap(np.vstack([_means(a, weights), _means(b, weights)]), weights, 0, 1)
    if found is None:
        return None
    criterion = result.criteria[found.criterion]
    before = Decimal(criterion.weight)
    after = before - Decimal(str(round(found.change, 9)))
    shown = after.quantize(Decimal("0.1"), rounding=ROUND_CEILING if after > before else ROUND_FLOOR)
    if not 0 <= shown <= 100 or shown == before:
        return None
    return Swap(names[criterion.code], before, _plain(shown))


def _means(score: ItemScore, weights: Floats) -> Floats:
    """Mean marks by criterion, from the contributions."""
    return np.array([float(points) for _, points in score.contributions]) * 100 / weights


def _plain(value: Decimal) -> Decimal:
    return value.to_integral_value() if value == value.to_integral_value() else value
