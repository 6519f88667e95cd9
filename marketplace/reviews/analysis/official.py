"""校正分为正式得分: the calibrated list in the place of the announced one, where the protocol said so before anybody
could see a score. Pure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from marketplace.core.dataclass import dataclass
from marketplace.decision.rubric import ItemScore, Place, Result
from marketplace.reviews.scoring import result_record, trace_of


@dataclass(frozen=True, slots=True)
class Settled:
    """What the result writes to one item."""

    total: Decimal | None
    rank: int | None
    trace: dict[str, Any]


def settled_as_announced(result: Result) -> dict[int, Settled]:
    """By the announced rule."""
    places = {place.id: place for place in result.places}
    return {int(score.id): _settled(score, places.get(score.id)) for score in result.scores}


def _settled(score: ItemScore, place: Place | None) -> Settled:
    return Settled(score.score, place.rank if place else None, trace_of(score, place))


def settled_as_calibrated(result: Result, analysis: Mapping[str, Any]) -> dict[int, Settled]:
    """By the calibrated scores; the announced total and rank stand in the trace."""
    announced = settled_as_announced(result)
    places = {int(place.id): place for place in calibrated_places(result, analysis)}
    shares = {item["item"]: item.get("contributions", {}) for item in analysis["items"]}
    found = {}
    for score in result.scores:
        item = int(score.id)
        place, before = places.get(item), announced[item]
        trace = trace_of(score, place) | {
            "official": "calibrated",
            "announced": None if before.total is None else format(before.total, "f"),
            "announced_rank": before.rank,
            "contributions": shares[item],
        }
        found[item] = Settled(None if place is None else place.score, place.rank if place else None, trace)
    return found


def calibrated_places(result: Result, analysis: Mapping[str, Any]) -> list[Place]:
    """The calibrated order: by the score of two decimals, equal ones by the criterion of the announced rule; what is
    equal even then shares its rank and waits for the panel's vote."""
    tie_break = {int(score.id): score.tie_break or Decimal(-1) for score in result.scores}
    scored = [item for item in analysis["items"] if item.get("calibrated") is not None]

    def key(item: Mapping[str, Any]) -> tuple[Any, ...]:
        outside = item["calibrated_rank"] if item["outside"] else 0
        return -Decimal(item["calibrated"]), outside, -tie_break[item["item"]]

    ordered = sorted(scored, key=lambda item: (*key(item), item["item"]))
    keys = [key(item) for item in ordered]
    return [
        Place(
            id=str(item["item"]), rank=keys.index(keys[number]) + 1, score=Decimal(item["calibrated"]),
            decided_by_tie_break=_same_score(keys, number) and keys.count(keys[number]) == 1,
            needs_vote=keys.count(keys[number]) > 1,
        )
        for number, item in enumerate(ordered)
    ]  # fmt: skip


def _same_score(keys: Sequence[tuple[Any, ...]], number: int) -> bool:
    return sum(1 for other in keys if other[:2] == keys[number][:2]) > 1


def record_as_calibrated(result: Result, analysis: Mapping[str, Any]) -> dict[str, Any]:
    """The result's record with both lists, the calibrated one in force."""
    announced = result_record(result)
    places = [
        {
            "item": int(place.id),
            "rank": place.rank,
            "score": format(place.score, "f"),
            "needs_vote": place.needs_vote,
        }
        for place in calibrated_places(result, analysis)
    ]
    return {
        **announced,
        "official": "calibrated",
        "places": places,
        "announced_places": announced["places"],
        "analysis_sha256": analysis["sha256"],
    }
